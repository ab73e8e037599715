// Runs a graph on rows, some at once, and hands out what it was asked for. Knows what the rows look like from the graph alone.
using Microsoft.ML.OnnxRuntime;

namespace MaaS.Engine.Compression;

internal sealed class GraphRuns(InferenceSession session, CalibrationRows rows)
{
    private readonly NodeMetadata[] _inputs = [.. session.InputNames.Select(name => session.InputMetadata[name])];

    /// <summary>Calls <paramref name="look"/> with the outputs of each run.</summary>
    /// <param name="atOnce">Rows of one run, where the graph takes several.</param>
    /// <param name="most">Rows taken, from the first.</param>
    public void Each(IReadOnlyList<string> outputs, int atOnce, int most, Action<IReadOnlyList<OrtValue>> look)
    {
        most = Math.Min(most, rows.Rows);
        if (rows.Columns.Count != _inputs.Length)
            throw new ArgumentException($"{rows.Columns.Count} columns for {_inputs.Length} inputs.");
        var step = rows.Columns.Zip(_inputs).All(pair => TakesAny(pair.First, pair.Second)) ? atOnce : 1;
        using var options = new RunOptions();
        for (var from = 0; from < most; from += step)
        {
            var values = rows.Columns.Zip(_inputs, (column, input) => Tensor(column, input, from, Math.Min(step, most - from))).ToArray();
            try
            {
                using var answers = session.Run(options, session.InputNames, values, outputs);
                look([.. answers]);
            }
            finally
            {
                foreach (var value in values)
                    value.Dispose();
            }
        }
    }

    private static bool TakesAny(Array column, NodeMetadata input) => !IsList(column) && input.Dimensions is [-1, ..];

    private static bool IsList(Array column) => column.GetType().GetElementType()!.IsArray;

    private OrtValue Tensor(Array column, NodeMetadata input, int from, int count)
    {
        if (IsList(column))
            return Tensor((Array)column.GetValue(from)!, input, 1);
        var size = column.Length / rows.Rows;
        var part = Array.CreateInstance(column.GetType().GetElementType()!, size * count);
        Array.Copy(column, from * size, part, 0, part.Length);
        return Tensor(part, input, count);
    }

    /// <summary>The first open dimension is that of the rows, the next one takes what is left, any further is 1.</summary>
    private static long[] Shape(int[] dimensions, long length, int count)
    {
        var shape = Array.ConvertAll(dimensions, size => (long)size);
        if (shape is [< 0, _, ..])
            shape[0] = count;
        if (Array.FindIndex(shape, size => size < 0) is var open and >= 0)
        {
            var known = shape.Where(size => size > 0).Aggregate(1L, (product, size) => product * size);
            shape[open] = length / known;
        }
        return Array.ConvertAll(shape, size => Math.Max(size, size < 0 ? 1 : 0));
    }

    private static OrtValue Tensor(Array elements, NodeMetadata input, int count) => Tensor(elements, Shape(input.Dimensions, elements.Length, count));

    private static OrtValue Tensor(Array elements, long[] shape) => elements switch
    {
        float[] values => OrtValue.CreateTensorValueFromMemory(values, shape),
        double[] values => OrtValue.CreateTensorValueFromMemory(values, shape),
        string[] texts => Texts(texts, shape),
        // To .NET a long[] is also a ulong[], so these go by their element.
        _ when elements.GetType() == typeof(long[]) => OrtValue.CreateTensorValueFromMemory((long[])elements, shape),
        _ when elements.GetType() == typeof(int[]) => OrtValue.CreateTensorValueFromMemory((int[])elements, shape),
        _ when elements.GetType() == typeof(byte[]) => OrtValue.CreateTensorValueFromMemory((byte[])elements, shape),
        _ when elements.GetType() == typeof(bool[]) => OrtValue.CreateTensorValueFromMemory((bool[])elements, shape),
        Float16[] values => OrtValue.CreateTensorValueFromMemory(values, shape),
        _ => throw new ArgumentException($"A column is float[], double[], string[], long[], int[], byte[], bool[] or Float16[], not {elements.GetType().Name}."),
    };

    private static OrtValue Texts(string[] texts, long[] shape)
    {
        var tensor = OrtValue.CreateTensorWithEmptyStrings(OrtAllocator.DefaultInstance, shape);
        for (var row = 0; row < texts.Length; row++)
            tensor.StringTensorSetElementAt(texts[row].AsSpan(), row);
        return tensor;
    }
}
