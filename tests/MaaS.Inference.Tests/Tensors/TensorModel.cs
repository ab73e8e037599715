// A graph opened for its tensors, and calls made and read with plain arrays.
using System.Buffers;
using System.Runtime.InteropServices;
using System.Text;
using MaaS.Contracts.Datasets;
using MaaS.Contracts.Models;
using MaaS.Contracts.Training;
using MaaS.Inference.Tensors;

namespace MaaS.Inference.Tests.Tensors;

internal static class TensorModel
{
    /// <summary>doubled (N, 3) = x (N, 3) times 2.</summary>
    public static Model Doubling() => Open(
        new TinyOnnx().Tensor("x", TinyOnnx.Float, 3).Constant("two", 2f).Node("Mul", ["x", "two"], "doubled").Output("doubled", TinyOnnx.Float, 3),
        new ModelInput("x", ColumnType.Number, TensorType.Float32, [-1, 3]));

    /// <summary>y (N, 1) = x (N, 1), after counting thirty times to the largest x: of 3 million each some 10 ms.</summary>
    public static Model Counting() => Open(
        new TinyOnnx().Tensor("x", TinyOnnx.Float, 1).Counts("x", "nothing").Node("Add", ["x", "nothing"], "y").Output("y", TinyOnnx.Float, 1),
        new ModelInput("x", ColumnType.Number, TensorType.Float32, [-1, 1]));

    public static Model Open(TinyOnnx graph, params ModelInput[] inputs)
    {
        var path = Path.Combine(Path.GetTempPath(), $"maas-tensors-{Guid.NewGuid():n}.onnx");
        File.WriteAllBytes(path, graph.Build());
        try
        {
            return Model.Open(path, new ModelManifest(
                1, ModelTask.TabularRegression, inputs, [], null, "y", new TabularTraining("y"),
                new ModelMetrics("test", 1, new Dictionary<string, double>(), new Dictionary<string, double>()), 0, 0, 0, 0, new Lineage(null, null, null), []));
        }
        finally
        {
            File.Delete(path);
        }
    }

    public static Call Call(int rows, params (long[] Shape, byte[] Data)[] inputs)
    {
        var call = new Call();
        call.Begin(inputs.Length);
        call.Rows = rows;
        for (var i = 0; i < inputs.Length; i++)
        {
            call.Inputs[i].Data = new ReadOnlySequence<byte>(inputs[i].Data);
            foreach (var size in inputs[i].Shape)
                call.Inputs[i].AddDimension(size);
        }
        return call;
    }

    public static (long[], byte[]) Floats(float[] values, params long[] shape) => (shape, MemoryMarshal.AsBytes(values.AsSpan()).ToArray());

    public static (long[], byte[]) Texts(string[] values, params long[] shape) => (shape,
        [.. values.Select(Encoding.UTF8.GetBytes).SelectMany(text => (byte[])[.. BitConverter.GetBytes(text.Length), .. text])]);

    public static float[] Floats(this Call call, int output) => MemoryMarshal.Cast<byte, float>(call.Output(output)).ToArray();

    public static string[] Texts(this Call call, int output) =>
        [.. Enumerable.Range(0, call.OutputElements(output)).Select(i => Encoding.UTF8.GetString(call.OutputText(output, i)))];

    public static long[] Shape(this Call call, int output) =>
        [.. Enumerable.Range(0, call.OutputRank(output)).Select(i => call.OutputDimension(output, i))];
}
