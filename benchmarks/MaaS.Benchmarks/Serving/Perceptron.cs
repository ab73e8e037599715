// The networks the bars are about: layers of fp32 with ReLU between them, one input x (N, in), one output y (N, out); and requests to them.
using System.Globalization;
using System.Runtime.InteropServices;
using System.Text;
using Google.Protobuf;
using MaaS.Engine.Onnx;
using static MaaS.Engine.Onnx.TensorProto.Types;

namespace MaaS.Benchmarks.Serving;

internal sealed record Perceptron(string Name, params int[] Sizes)
{
    public static Perceptron Tiny { get; } = new("tiny", 64, 256, 256, 10);

    public static Perceptron Large { get; } = new("large", 512, 2048, 2048, 1000);

    public int Inputs => Sizes[0];

    public int Outputs => Sizes[^1];

    /// <returns>The file.</returns>
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
        graph.Output("y", x_NF, DataType.Float, -1, Outputs);
        var path = Path.Combine(folder, $"{Name}.onnx");
        File.WriteAllBytes(path, graph.Build("bench").ToByteArray());
        return path;
    }

    /// <summary>One row in the open protocol, from the request line to the last byte.</summary>
    public byte[] HttpRequest(string deployment, string key, bool binary)
    {
        var tensor = $"\"name\":\"x\",\"shape\":[1,{Inputs}],\"datatype\":\"FP32\"";
        var json = Encoding.UTF8.GetBytes(binary
            ? $"{{\"inputs\":[{{{tensor},\"parameters\":{{\"binary_data_size\":{4 * Inputs}}}}}],\"outputs\":[{{\"name\":\"y\",\"parameters\":{{\"binary_data\":true}}}}]}}"
            : $"{{\"inputs\":[{{{tensor},\"data\":[{string.Join(',', Row().Select(value => value.ToString(CultureInfo.InvariantCulture)))}]}}]}}");
        var body = binary ? (byte[])[.. json, .. Bytes] : json;
        var head = $"POST /v2/models/{deployment}/infer HTTP/1.1\r\nHost: 127.0.0.1\r\nAuthorization: Bearer {key}\r\nContent-Type: application/{(binary ? "octet-stream" : "json")}\r\n"
            + (binary ? $"Inference-Header-Content-Length: {json.Length}\r\n" : "") + $"Content-Length: {body.Length}\r\n\r\n";
        return [.. Encoding.ASCII.GetBytes(head), .. body];
    }

    /// <summary>The same as a ModelInferRequest: model_name 1, inputs 5 with name 1, datatype 2, shape 3, and raw_input_contents 7.</summary>
    public byte[] GrpcMessage(string deployment) =>
    [
        .. Field(1, Encoding.UTF8.GetBytes(deployment)),
        .. Field(5, [.. Field(1, "x"u8), .. Field(2, "FP32"u8), .. Field(3, [1, .. Varint(Inputs)])]),
        .. Field(7, Bytes),
    ];

    private byte[] Bytes => MemoryMarshal.AsBytes(Row().AsSpan()).ToArray();

    private float[] Row() => [.. Enumerable.Range(0, Inputs).Select(i => (i % 17 - 8) / 8f)];

    private static byte[] Field(int number, ReadOnlySpan<byte> bytes) => [(byte)(number << 3 | 2), .. Varint(bytes.Length), .. bytes];

    private static byte[] Varint(int number) => number < 0x80 ? [(byte)number] : [(byte)(number | 0x80), .. Varint(number >> 7)];
}
