// Rows with their true answers, as a served model is asked them.
using MaaS.Contracts.Models;
using MaaS.Engine.Compression;
using MaaS.Inference;

namespace MaaS.Benchmarks.Compression;

/// <param name="Columns">One array per input, row after row.</param>
/// <param name="Truth">A label for each row.</param>
internal sealed record Held(IReadOnlyList<Array> Columns, string[] Truth)
{
    private const int AtOnce = 250;

    public CalibrationRows Rows => new(Columns, Truth.Length);

    public Held Part(int from, int count) => new([.. Columns.Select(column => Slice(column, from, count))], Truth[from..(from + count)]);

    /// <summary>Share of the rows that the graph labels rightly, in the runtime that serves.</summary>
    public double Accuracy(string onnx, ModelManifest manifest)
    {
        using var model = Model.Open(onnx, manifest);
        return Labels(model).Zip(Truth).Average(pair => pair.First == pair.Second ? 1.0 : 0);
    }

    public IEnumerable<string> Labels(Model model) => Enumerable.Range(0, (Truth.Length + AtOnce - 1) / AtOnce)
        .Select(piece => Part(piece * AtOnce, Math.Min(AtOnce, Truth.Length - piece * AtOnce))).SelectMany(part => model.Run(part.Columns, part.Truth.Length).Labels!);

    private Array Slice(Array column, int from, int count)
    {
        var size = column.Length / Truth.Length;
        var part = Array.CreateInstance(column.GetType().GetElementType()!, size * count);
        Array.Copy(column, from * size, part, 0, part.Length);
        return part;
    }
}
