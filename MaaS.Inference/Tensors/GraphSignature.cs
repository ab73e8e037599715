// What a graph takes and gives, read from the graph itself.
using Microsoft.ML.OnnxRuntime;

namespace MaaS.Inference.Tensors;

/// <param name="Shape">-1 is a dimension of any size.</param>
public sealed record TensorInfo(string Name, Datatype Datatype, IReadOnlyList<long> Shape)
{
    /// <summary>Elements of one row, which is everything behind the first dimension; 0 when that is not fixed.</summary>
    public int RowElements { get; } = Shape.Count > 0 && Shape.Skip(1).All(size => size > 0) ? checked((int)Shape.Skip(1).Aggregate(1L, (product, size) => product * size)) : 0;

    /// <summary>Bytes of one row; 0 for texts.</summary>
    public int RowBytes => RowElements * Datatype.Size();
}

/// <param name="ByRows">Whether every tensor is rows of one fixed size, as many out as in, so that the rows of several callers may be computed together.</param>
public sealed record GraphSignature(IReadOnlyList<TensorInfo> Inputs, IReadOnlyList<TensorInfo> Outputs, bool ByRows)
{
    private const long MostAnswerBytes = 256 << 20;

    private readonly Dictionary<string, int> _inputs = Places(Inputs), _outputs = Places(Outputs);

    /// <summary>Of one request by rows, so that its answer stays within 256 MB.</summary>
    public int MostRows { get; } = (int)Math.Clamp(MostAnswerBytes / Math.Max(1, Outputs.Sum(output => (long)output.RowBytes)), 1, 1_000_000);

    /// <returns>Its place; -1 when there is none of this name.</returns>
    public int Input(string name) => _inputs.GetValueOrDefault(name, -1);

    /// <returns>Its place; -1 when there is none of this name.</returns>
    public int Output(string name) => _outputs.GetValueOrDefault(name, -1);

    /// <exception cref="ModelLoadException">An input is no tensor, or of a type that has no name in the protocol.</exception>
    /// <param name="mayStack">Whether rows that have the shape for it may be computed together.</param>
    internal static GraphSignature Of(InferenceSession session, bool mayStack)
    {
        var inputs = session.InputNames.Select(name => Tensor(name, session.InputMetadata[name])
            ?? throw new ModelLoadException($"The input \"{name}\" of model.onnx is not a tensor of a type that can be sent.")).ToList();
        // What is no tensor (a sequence, a map) cannot be sent back, and is not asked for.
        var outputs = session.OutputNames.Select(name => Tensor(name, session.OutputMetadata[name])).OfType<TensorInfo>().ToList();
        return new(inputs, outputs, mayStack && IsByRows(inputs.Concat(outputs)) && OneName(session));
    }

    private static Dictionary<string, int> Places(IReadOnlyList<TensorInfo> tensors) =>
        tensors.Select((tensor, place) => (tensor.Name, place)).ToDictionary(found => found.Name, found => found.place, StringComparer.Ordinal);

    private static TensorInfo? Tensor(string name, NodeMetadata found) =>
        found.IsTensor && Datatypes.Of(found.ElementDataType) is { } type
            ? new(name, type, Array.ConvertAll(found.Dimensions, size => (long)size)) : null;

    private static bool IsByRows(IEnumerable<TensorInfo> tensors) => tensors.All(tensor => tensor.Shape is [-1, ..] && tensor.RowElements > 0);

    /// <summary>"batch" in and "boxes" out are two things; a dimension without a name is taken for the rows.</summary>
    private static bool OneName(InferenceSession session) => session.InputMetadata.Values.Concat(session.OutputMetadata.Values)
        .Where(found => found.IsTensor).Select(found => found.SymbolicDimensions[0]).Where(name => name.Length > 0).Distinct(StringComparer.Ordinal).Count() <= 1;
}
