// Looks at a sample of the rows that a model is asked and of the answers it gives, whichever protocol brought them, and counts them into
// the bins of its training. A row that is not looked at costs two comparisons.
using System.Buffers;
using System.Buffers.Binary;
using System.Diagnostics;
using System.Runtime.InteropServices;
using MaaS.Contracts.Models;
using MaaS.Inference.Tensors;

namespace MaaS.Inference.Drift;

public sealed class DriftCounts
{
    /// <summary>A few hundred rows tell a share to some percent, and an hour has a million of them.</summary>
    private const int RowsPerSecond = 200;

    private const int MostRowsPerCall = 32;

    private readonly (int Input, Datatype Type)[] _inputs;
    private readonly ColumnCounts[] _columns;
    private readonly int _answers; // the output that is counted
    private readonly int _classes; // 0 of a regression
    private readonly int[] _binOfLabel;
    private long _secondBegan;
    private int _left;

    private DriftCounts(ModelManifest manifest, Reference reference, GraphSignature signature)
    {
        Reference = reference;
        _inputs = [.. reference.Columns.Select(column => signature.Input(column.Name)).Select(place => (place, signature.Inputs[place].Datatype))];
        _columns = [.. reference.Columns.Zip(manifest.Inputs, (column, input) => new ColumnCounts(column, input.Categories))];
        _classes = manifest.Labels?.Count ?? 0;
        _answers = signature.Output(manifest.Outputs[_classes > 0 ? 1 : 0].Name);
        // By the label's number: the bins are in the order of how often each was answered.
        _binOfLabel = [.. (manifest.Labels ?? []).Select(label => reference.Answers.Values!.Index().Where(value => value.Item == label).Select(value => value.Index).FirstOrDefault(reference.Answers.Shares.Count - 1))];
        Answers = new ColumnCounts(reference.Answers, null);
    }

    public Reference Reference { get; }

    public IReadOnlyList<ColumnCounts> Columns => _columns;

    public ColumnCounts Answers { get; }

    /// <returns>Null of a model that keeps nothing of its training's data, or whose rows cannot be told apart.</returns>
    public static DriftCounts? For(Model model)
    {
        var (manifest, signature) = (model.Manifest, model.Tensors.Signature);
        return manifest.Reference is { } reference && signature.ByRows && signature.Inputs.All(input => input.RowElements == 1)
            && reference.Columns.Select(column => column.Name).SequenceEqual(manifest.Inputs.Select(input => input.Name), StringComparer.Ordinal)
            && reference.Columns.All(column => signature.Input(column.Name) >= 0)
            ? new DriftCounts(manifest, reference, signature) : null;
    }

    /// <param name="call">Answered, and not yet released; its inputs lie where they lay.</param>
    /// <param name="now">Stopwatch ticks.</param>
    public void Look(Call call, long now)
    {
        if (now - Volatile.Read(ref _secondBegan) > Stopwatch.Frequency)
        {
            Volatile.Write(ref _secondBegan, now);
            Volatile.Write(ref _left, RowsPerSecond);
        }
        if (Volatile.Read(ref _left) <= 0 || call.InputCount == 0)
            return;
        var rows = Math.Min(call.Rows, MostRowsPerCall);
        Interlocked.Add(ref _left, -rows);
        // Evenly over the call: of a file sorted by a column the first rows are not the whole.
        var step = call.Rows / rows;
        for (var i = 0; i < _inputs.Length; i++)
            Look(_columns[i], _inputs[i].Type, call.Inputs[_inputs[i].Input].Data, rows, step);
        LookAtAnswers(MemoryMarshal.Cast<byte, float>(call.Output(_answers)), rows, step);
    }

    private static void Look(ColumnCounts column, Datatype type, in ReadOnlySequence<byte> data, int rows, int step)
    {
        var reader = new SequenceReader<byte>(data);
        if (type == Datatype.Bytes)
        {
            Span<byte> copy = stackalloc byte[512];
            for (var row = 0; row < rows * step && CallInput.TryText(ref reader, out var text); row++)
                if (row % step == 0)
                    column.Add(text.IsSingleSegment ? text.FirstSpan : Copied(text, copy));
            return;
        }
        Span<byte> element = stackalloc byte[8];
        element = element[..type.Size()];
        for (var row = 0; row < rows; row++)
        {
            if (!reader.TryCopyTo(element))
                return;
            var value = type switch
            {
                Datatype.FP32 => BinaryPrimitives.ReadSingleLittleEndian(element),
                Datatype.Int64 => BinaryPrimitives.ReadInt64LittleEndian(element) is var day && day == long.MinValue ? double.NaN : day,
                _ => double.NaN,
            };
            if (double.IsNaN(value))
                column.AddMissing();
            else
                column.Add(value);
            if (row + 1 < rows)
                reader.Advance((long)step * element.Length);
        }
    }

    private static ReadOnlySpan<byte> Copied(in ReadOnlySequence<byte> text, Span<byte> to)
    {
        if (text.Length > to.Length)
            return to; // too long to be known, as whatever lies there is
        text.CopyTo(to);
        return to[..(int)text.Length];
    }

    private void LookAtAnswers(ReadOnlySpan<float> answers, int rows, int step)
    {
        for (var row = 0; row < rows; row++)
            if (_classes == 0)
                Answers.Add(answers[row * step]);
            else
            {
                var of = answers.Slice(row * step * _classes, _classes);
                var best = 0;
                for (var label = 1; label < of.Length; label++)
                    if (of[label] > of[best])
                        best = label;
                Answers.Count(_binOfLabel[best]);
            }
    }
}
