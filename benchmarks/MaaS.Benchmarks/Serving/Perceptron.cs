// The networks the bars are about: layers of fp32 with ReLU between them, one input x (N, in), one output y (N, out).
using System.Security.Cryptography;
using System.Text.Json;
using Google.Protobuf;
using MaaS.Contracts;
using MaaS.Contracts.Datasets;
using MaaS.Contracts.Models;
using MaaS.Engine.Onnx;
using static MaaS.Engine.Onnx.TensorProto.Types;

namespace MaaS.Benchmarks.Serving;

internal sealed record Perceptron(string Name, params int[] Sizes)
{
    public static Perceptron Tiny { get; } = new("tiny", 64, 256, 256, 10);

    public static Perceptron Large { get; } = new("large", 512, 2048, 2048, 1000);

    public int Inputs => Sizes[0];

    /// <summary>The file, in a folder of its own.</summary>
    public string Write(string folder)
    {
        var random = new Random(1);
        var graph = new GraphBuilder(Name);
        var x_NF = graph.Input("x", DataType.Float, -1, Inputs);
        for (var layer = 1; layer < Sizes.Length; layer++)
        {
            var weight = new float[Sizes[layer] * Sizes[layer - 1]];
            for (var i = 0; i < weight.Length; i++)
                weight[i] = (random.NextSingle() - 0.5f) / MathF.Sqrt(Sizes[layer - 1]);
            x_NF = graph.Linear(x_NF, graph.Constant("w", weight, Sizes[layer], Sizes[layer - 1]), graph.Constant("b", new float[Sizes[layer]], Sizes[layer]));
            if (layer + 1 < Sizes.Length)
                x_NF = graph.Relu(x_NF);
        }
        graph.Output("y", x_NF, DataType.Float, -1, Sizes[^1]);
        var path = Path.Combine(folder, $"{Name}.onnx");
        File.WriteAllBytes(path, graph.Build("bench").ToByteArray());
        return path;
    }

    /// <summary>One row as an open-protocol request of HTTP, from the request line to the last byte.</summary>
    public byte[] HttpRequest(string deployment, string key, bool binary)
    {
        var row = Row();
        var json = binary
            ? $"{{\"inputs\":[{{\"name\":\"x\",\"shape\":[1,{Inputs}],\"datatype\":\"FP32\",\"parameters\":{{\"binary_data_size\":{4 * Inputs}}}}}],\"outputs\":[{{\"name\":\"y\",\"parameters\":{{\"binary_data\":true}}}}]}}"
            : $"{{\"inputs\":[{{\"name\":\"x\",\"shape\":[1,{Inputs}],\"datatype\":\"FP32\",\"data\":[{string.Join(',', row.Select(value => value.ToString("0.####", System.Globalization.CultureInfo.InvariantCulture)))}]}}]}}";
        byte[] body = [.. System.Text.Encoding.UTF8.GetBytes(json), .. binary ? Bytes(row) : []];
        var head = $"POST /v2/models/{deployment}/infer HTTP/1.1\r\nHost: 127.0.0.1\r\nAuthorization: Bearer {key}\r\n"
            + (binary ? $"Content-Type: application/octet-stream\r\nInference-Header-Content-Length: {json.Length}\r\n" : "Content-Type: application/json\r\n") + $"Content-Length: {body.Length}\r\n\r\n";
        return [.. System.Text.Encoding.ASCII.GetBytes(head), .. body];
    }

    public float[] Row() => [.. Enumerable.Range(0, Inputs).Select(i => (i % 17 - 8) / 8f)];

    public static byte[] Bytes(float[] values) => System.Runtime.InteropServices.MemoryMarshal.AsBytes(values.AsSpan()).ToArray();

    /// <summary>TEMPORARY until imports.</summary>
    public void WritePackage(string onnx, string folder)
    {
        Directory.CreateDirectory(folder);
        File.Copy(onnx, Path.Combine(folder, "model.onnx"));
        var manifest = new ModelManifest(1, ModelTask.TabularRegression, [new("x", ColumnType.Number, TensorType.Float32, [-1, Inputs])],
            [new("y", TensorType.Float32, [-1, Sizes[^1]])], null, "y", new MaaS.Contracts.Training.TabularTraining("y"),
            new ModelMetrics("test", 1, new Dictionary<string, double>(), new Dictionary<string, double>()), 1, 0, 1, 1, new Lineage(null, null, null),
            [new("model.onnx", new FileInfo(onnx).Length, Convert.ToHexStringLower(SHA256.HashData(File.ReadAllBytes(onnx))))]);
        File.WriteAllText(Path.Combine(folder, "model.json"), JsonSerializer.Serialize(manifest, MaaSJson.Options));
        File.WriteAllText(Path.Combine(folder, "sample.json"), JsonSerializer.Serialize(new ModelSample([], []), MaaSJson.Options));
    }
}
