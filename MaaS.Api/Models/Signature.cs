// What callers of one version notice when another answers them: of columns, tensors and labels. Knows what predict and the open protocol
// take, as RequestColumns and InferReader read it; nothing of how good a model is.
using System.Text.Json;
using MaaS.Contracts.Datasets;
using MaaS.Contracts.Models;

namespace MaaS.Api.Models;

internal static class Signature
{
    /// <summary>From a version that serves to one that may take its place.</summary>
    public static IReadOnlyList<SignatureChange> Changes(ModelManifest from, ModelManifest to)
    {
        if (from.Task != to.Task)
            return [new(SignatureChangeKind.Task, "", Breaks.Everybody, Word(from.Task), Word(to.Task))];
        var everybody = from.Task == ModelTask.Custom ? Breaks.Everybody : Breaks.OpenProtocol;
        return [.. Inputs(from, to, everybody), .. Labels(from.Labels ?? [], to.Labels ?? []), .. Outputs(from, to, everybody)];
    }

    private static IEnumerable<SignatureChange> Inputs(ModelManifest from, ModelManifest to, Breaks tensors)
    {
        var known = from.Inputs.ToDictionary(input => input.Name, StringComparer.Ordinal);
        foreach (var input in to.Inputs)
        {
            if (!known.TryGetValue(input.Name, out var was))
                // What predict is not sent is missing and imputed; an image cannot be.
                yield return new(SignatureChangeKind.InputAdded, input.Name, input.Kind == ColumnType.Image ? Breaks.Everybody : tensors, After: Word(input.Kind));
            else if (!Takes(input.Kind, was.Kind))
                yield return new(SignatureChangeKind.InputKind, input.Name, Breaks.Everybody, Word(was.Kind), Word(input.Kind));
            else
            {
                if (input.Type != was.Type || !Fits(input.Shape, was.Shape))
                    yield return new(SignatureChangeKind.InputTensor, input.Name, tensors, Tensor(was.Type, was.Shape), Tensor(input.Type, input.Shape));
                foreach (var category in (was.Categories ?? []).Except(input.Categories ?? [], StringComparer.Ordinal))
                    yield return new(SignatureChangeKind.CategoryRemoved, input.Name, Breaks.Nobody, Before: category);
            }
        }
        foreach (var gone in known.Keys.Except(to.Inputs.Select(input => input.Name), StringComparer.Ordinal))
            yield return new(SignatureChangeKind.InputRemoved, gone, Breaks.Everybody, Before: Word(known[gone].Kind));
    }

    private static IEnumerable<SignatureChange> Labels(IReadOnlyList<string> from, IReadOnlyList<string> to)
    {
        foreach (var label in to.Except(from, StringComparer.Ordinal))
            yield return new(SignatureChangeKind.LabelAdded, label, Breaks.Nobody);
        // A caller may ask for the probabilities of labels by name.
        foreach (var label in from.Except(to, StringComparer.Ordinal))
            yield return new(SignatureChangeKind.LabelRemoved, label, Breaks.Everybody);
        if (!from.SequenceEqual(to.Take(from.Count), StringComparer.Ordinal) && !from.Except(to, StringComparer.Ordinal).Any())
            yield return new(SignatureChangeKind.LabelOrder, "", Breaks.OpenProtocol, string.Join(", ", from), string.Join(", ", to));
    }

    private static IEnumerable<SignatureChange> Outputs(ModelManifest from, ModelManifest to, Breaks tensors)
    {
        var known = from.Outputs.ToDictionary(output => output.Name, StringComparer.Ordinal);
        foreach (var output in to.Outputs)
            if (!known.TryGetValue(output.Name, out var was))
                yield return new(SignatureChangeKind.OutputAdded, output.Name, Breaks.Nobody);
            else if (output.Type != was.Type || !output.Shape.SequenceEqual(was.Shape))
                yield return new(SignatureChangeKind.OutputTensor, output.Name, tensors, Tensor(was.Type, was.Shape), Tensor(output.Type, output.Shape));
        foreach (var gone in known.Keys.Except(to.Outputs.Select(output => output.Name), StringComparer.Ordinal))
            yield return new(SignatureChangeKind.OutputRemoved, gone, tensors);
    }

    /// <summary>Whether predict takes for the one kind what is sent for the other: a text is anything, a whole number a number.</summary>
    private static bool Takes(ColumnType kind, ColumnType sent) => kind == sent
        || kind is ColumnType.Category or ColumnType.Text && sent is not (ColumnType.Image or ColumnType.Items)
        || kind is ColumnType.Number or ColumnType.Integer && sent is ColumnType.Number or ColumnType.Integer;

    private static bool Fits(IReadOnlyList<long> shape, IReadOnlyList<long> sent) =>
        shape.Count == sent.Count && shape.Zip(sent).All(size => size.First == -1 || size.First == size.Second);

    private static string Tensor(TensorType type, IReadOnlyList<long> shape) => $"{Word(type)}[{string.Join(", ", shape)}]";

    private static string Word<T>(T value) where T : struct, Enum => JsonNamingPolicy.SnakeCaseLower.ConvertName(value.ToString());
}
