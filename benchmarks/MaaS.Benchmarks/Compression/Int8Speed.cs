// A network large enough that products are all its time, 512-2048-2048-10 with weights by chance, in the runtime as it serves: fp32 against
// the best int8 variant, taking turns.
using Google.Protobuf;
using MaaS.Benchmarks.Training;
using MaaS.Contracts.Compression;
using MaaS.Contracts.Datasets;
using MaaS.Contracts.Models;
using MaaS.Engine;
using MaaS.Engine.Compression;
using MaaS.Engine.Compression.Quantization;
using MaaS.Engine.Onnx;
using MaaS.Inference;
using static MaaS.Engine.Onnx.TensorProto.Types;

namespace MaaS.Benchmarks.Compression;

internal static class Int8Speed
{
    private static readonly int[] s_widths = [512, 2048, 2048, 10];
    private static readonly TimeSpan s_timed = TimeSpan.FromSeconds(6);

    public static void Measure(Results results)
    {
        var random = new Random(1);
        var graph = Graph(random);
        var bytes = new byte[Measurement.BatchRows * s_widths[0]];
        random.NextBytes(bytes);
        var rows = new CalibrationRows([bytes], Measurement.BatchRows);
        var steps = new CompressionStep[] { new StaticQuantization(), new StaticQuantization(PerChannel: false), new DynamicQuantization() };
        var folder = Directory.CreateTempSubdirectory("maas-speed-").FullName;
        try
        {
            Model Opened(ModelProto proto, int number)
            {
                var path = Path.Combine(folder, $"{number}.onnx");
                File.WriteAllBytes(path, proto.ToByteArray());
                return Model.Open(path, Manifest());
            }
            var models = steps.Select(step => Quantizer.Apply(step, graph, rows, new Progress<Report>())).Prepend(graph).Select(Opened).ToArray();
            var times = Measurement.Of(models, rows.Columns, rows.Rows, s_timed);
            foreach (var (time, name) in times.Zip(["fp32", "static per channel", "static per matrix", "dynamic"]))
                Console.WriteLine($"{name}: {time.P50Ms:f3} ms for one row (p99 {time.P99Ms:f3}), {time.BatchMs:f2} ms for {Measurement.BatchRows}");
            LanguageBench.Add(results, "int8.speedup", times[0].BatchMs / times.Skip(1).Min(time => time.BatchMs), "times", ">= 1.5 at batch 32");
            LanguageBench.Add(results, "int8.speedup.one", times[0].P50Ms / times.Skip(1).Min(time => time.P50Ms), "times", "none");
            foreach (var model in models)
                model.Dispose();
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
        }
    }

    private static ModelProto Graph(Random random)
    {
        float[] Drawn(int count, double deviation) => [.. Enumerable.Range(0, count).Select(_ => (float)((random.NextDouble() - 0.5) * 2 * deviation))];
        var graph = new GraphBuilder("speed");
        var x = graph.Reshape(graph.Cast(graph.Input("image", DataType.Uint8, -1, 16, 32, 1), DataType.Float), -1, s_widths[0]);
        for (var layer = 1; layer < s_widths.Length; layer++)
        {
            var (from, to) = (s_widths[layer - 1], s_widths[layer]);
            x = graph.Linear(x, graph.Constant("weight", Drawn(to * from, 1 / Math.Sqrt(from)), to, from), graph.Constant("bias", Drawn(to, 0.1), to));
            x = layer < s_widths.Length - 1 ? graph.Relu(x) : x;
        }
        var probabilities = graph.Softmax(x, 1);
        graph.Output("label", graph.Gather(graph.Constant("labels", Labels), graph.ArgMax(probabilities, 1)), DataType.String, -1);
        graph.Output("probabilities", probabilities, DataType.Float, -1, 10);
        return graph.Build("1");
    }

    private static IReadOnlyList<string> Labels { get; } = [.. "0123456789".Select(digit => digit.ToString())];

    private static ModelManifest Manifest() => new(
        1, ModelTask.ImageClassification, [new ModelInput("image", ColumnType.Image, TensorType.UInt8, [-1, 16, 32, 1])],
        [new ModelOutput("label", TensorType.String, [-1]), new ModelOutput("probabilities", TensorType.Float32, [-1, 10])], Labels, "class", null,
        ModelMetrics.None, 0, 0, 1e-4, 0, new Lineage(null, null, null), []);
}
