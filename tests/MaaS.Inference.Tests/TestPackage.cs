// A small model package in a temporary folder, with an answer that can be worked out by hand:
// z = age/10 (30 when missing) + member (0 when missing) + city (rome 1, oslo -1, any other 0) + days/10000 (0 when missing) - 4.
// Another number than 4 makes another version of it.
// The classifier answers "yes" with probability 1 / (1 + e^-z); the regressor answers z.
using System.Security.Cryptography;
using System.Text.Json;
using MaaS.Contracts;
using MaaS.Contracts.Datasets;
using MaaS.Contracts.Inference;
using MaaS.Contracts.Models;
using MaaS.Contracts.Training;

namespace MaaS.Inference.Tests;

internal sealed class TestPackage : IDisposable
{
    /// <param name="less">What z has less.</param>
    /// <param name="counts">Whether it counts to the age before it answers, thirty times: to 3 million that takes some 300 ms.</param>
    public TestPackage(ModelTask task = ModelTask.TabularClassification, float less = 4, bool counts = false)
    {
        Directory.CreateDirectory(Folder);
        var graph = counts ? Graph(less, "before").Counts("age_or_30", "nothing").Node("Add", ["before", "nothing"], "z") : Graph(less, "z");
        graph = task == ModelTask.TabularRegression
            ? graph.Node("Identity", ["z"], "value").Output("value", TinyOnnx.Float, 1)
            : graph.Node("Sub", ["z", "z"], "none").Node("Concat", ["none", "z"], "logits", ("axis", 1L))
                .Node("Softmax", ["logits"], "probabilities", ("axis", 1L))
                .Node("ArgMax", ["logits"], "best", ("axis", 1L), ("keepdims", 0L))
                .Node("LabelEncoder", ["best"], "label", ("keys_int64s", new long[] { 0, 1 }), ("values_strings", new[] { "no", "yes" }))
                .Output("label", TinyOnnx.String).Output("probabilities", TinyOnnx.Float, 2);
        var onnx = graph.Build();
        File.WriteAllBytes(Path("model.onnx"), onnx);
        Manifest = new ModelManifest(
            1, task,
            [
                new("age", ColumnType.Integer, TensorType.Float32, [-1, 1]),
                new("member", ColumnType.Boolean, TensorType.Float32, [-1, 1]),
                new("city", ColumnType.Category, TensorType.String, [-1, 1], Categories: ["rome", "oslo"]),
                new("joined", ColumnType.Date, TensorType.Int64, [-1, 1]),
            ],
            task == ModelTask.TabularRegression
                ? [new("value", TensorType.Float32, [-1, 1])]
                : [new("label", TensorType.String, [-1]), new("probabilities", TensorType.Float32, [-1, 2])],
            task == ModelTask.TabularClassification ? ["no", "yes"] : null, "left", new TabularTraining("left"),
            new ModelMetrics("test", 1, new Dictionary<string, double>(), new Dictionary<string, double>()), 4, 0, 1e-4, 1,
            new Lineage(null, null, null), [new("model.onnx", onnx.Length, Convert.ToHexStringLower(SHA256.HashData(onnx)))],
            Reference: new Reference(
                [
                    new("age", 0.1, [0.25, 0.5, 0.25], [30, 50]),
                    new("member", 0, [0.5, 0.5], [0]),
                    new("city", 0, [0.6, 0.4, 0], Values: ["rome", "oslo"]),
                    new("joined", 0, [0.5, 0.5], [0]),
                ],
                task == ModelTask.TabularRegression ? new("left", 0, [0.5, 0.5], [1]) : new("left", 0, [0.75, 0.25, 0], Values: ["no", "yes"])));
        Write("model.json", Manifest);
        Write("sample.json", new ModelSample(
            Rows("""{"age":50,"member":true,"city":"oslo","joined":"1970-01-01"}"""),
            [task == ModelTask.TabularRegression ? new(Value: 5 - less) : Answer(5 - less)]));
    }

    public string Folder { get; } = System.IO.Path.Combine(System.IO.Path.GetTempPath(), $"maas-package-{Guid.NewGuid():N}");

    public ModelManifest Manifest { get; }

    public string Path(string name) => System.IO.Path.Combine(Folder, name);

    public void Write<T>(string name, T value) => File.WriteAllText(Path(name), JsonSerializer.Serialize(value, MaaSJson.Options));

    public void Dispose() => Directory.Delete(Folder, recursive: true);

    /// <summary>The classifier's answer for a z.</summary>
    public static Prediction Answer(double z)
    {
        var yes = (float)(1 / (1 + Math.Exp(-z)));
        return new Prediction(yes > 0.5 ? "yes" : "no", new Dictionary<string, float> { ["no"] = 1 - yes, ["yes"] = yes });
    }

    public static IReadOnlyDictionary<string, JsonElement>[] Rows(params string[] rows) =>
        Array.ConvertAll(rows, row => (IReadOnlyDictionary<string, JsonElement>)JsonSerializer.Deserialize<Dictionary<string, JsonElement>>(row)!);

    private static TinyOnnx Graph(float less, string z) => new TinyOnnx()
        .Input("age", TinyOnnx.Float).Input("member", TinyOnnx.Float).Input("city", TinyOnnx.String).Input("joined", TinyOnnx.Int64)
        .Constant("thirty", 30f).Constant("tenth", 0.1f).Constant("zero", 0f).Constant("scale", 1e-4f).Constant("less", less)
        .Constant("never", long.MinValue)
        .Node("IsNaN", ["age"], "ageless").Node("Where", ["ageless", "thirty", "age"], "age_or_30").Node("Mul", ["age_or_30", "tenth"], "a")
        .Node("IsNaN", ["member"], "unasked").Node("Where", ["unasked", "zero", "member"], "b")
        .Node("LabelEncoder", ["city"], "c", ("keys_strings", new[] { "rome", "oslo" }), ("values_floats", new[] { 1f, -1f }), ("default_float", 0f))
        .Node("Equal", ["joined", "never"], "undated").Node("Cast", ["joined"], "days", ("to", 1L))
        .Node("Mul", ["days", "scale"], "scaled").Node("Where", ["undated", "zero", "scaled"], "d")
        .Node("Add", ["a", "b"], "ab").Node("Add", ["ab", "c"], "abc").Node("Add", ["abc", "d"], "abcd").Node("Sub", ["abcd", "less"], z);
}
