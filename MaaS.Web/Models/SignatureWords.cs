// A change of a signature as a sentence for whoever calls the model. Knows no page.
using MaaS.Contracts.Models;

namespace MaaS.Web.Models;

internal static class SignatureWords
{
    public static string Of(SignatureChange change) => change.Kind switch
    {
        SignatureChangeKind.Task => $"The task is another: {change.Before} before, {change.After} now.",
        SignatureChangeKind.InputAdded => $"It takes {change.Name} too ({change.After}). In predict it may be left out unless it is an image; a tensor must be sent.",
        SignatureChangeKind.InputRemoved => $"It no longer takes {change.Name}, and refuses requests that send it.",
        SignatureChangeKind.InputKind => $"{change.Name} was {change.Before} and is {change.After} now.",
        SignatureChangeKind.InputTensor => $"The tensor {change.Name} was {change.Before} and is {change.After} now.",
        SignatureChangeKind.CategoryRemoved => $"In {change.Name} it no longer knows {change.Before}; that counts as unknown.",
        SignatureChangeKind.LabelAdded => $"It may answer {change.Name}, which no caller has seen before.",
        SignatureChangeKind.LabelRemoved => $"It never answers {change.Name}; who asks for its probability is refused.",
        SignatureChangeKind.LabelOrder => "The probabilities come in another order; predict names them, a tensor does not.",
        SignatureChangeKind.OutputAdded => $"It gives {change.Name} too.",
        SignatureChangeKind.OutputRemoved => $"It no longer gives {change.Name}.",
        SignatureChangeKind.OutputTensor => $"The answer {change.Name} was {change.Before} and is {change.After} now.",
        _ => change.Name,
    };
}
