// What callers of one version notice when another answers them.
namespace MaaS.Contracts.Models;

/// <param name="Name">Of the input, output or label; of the task, empty.</param>
/// <param name="Breaks">Whose requests no longer work as they are, or whose answers no longer look as they did.</param>
public sealed record SignatureChange(SignatureChangeKind Kind, string Name, Breaks Breaks, string? Before = null, string? After = null);

public enum SignatureChangeKind
{
    Task,
    InputAdded,
    InputRemoved,

    /// <summary>Another kind of value is sent.</summary>
    InputKind,

    /// <summary>Another type or shape of tensor.</summary>
    InputTensor,

    /// <summary>A category that is no longer told apart from unknown ones.</summary>
    CategoryRemoved,
    LabelAdded,
    LabelRemoved,
    LabelOrder,
    OutputAdded,
    OutputRemoved,
    OutputTensor,
}

public enum Breaks
{
    Nobody,

    /// <summary>Only whoever asks by the Open Inference Protocol, with tensors.</summary>
    OpenProtocol,
    Everybody,
}
