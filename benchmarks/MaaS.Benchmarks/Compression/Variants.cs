// Graphs made of one package by steps of the graph, each a file beside a copy of the package's others, so that it opens as a model does.
using System.Text.Json;
using Google.Protobuf;
using MaaS.Contracts;
using MaaS.Contracts.Compression;
using MaaS.Contracts.Models;
using MaaS.Engine;
using MaaS.Engine.Compression;
using MaaS.Engine.Compression.Quantization;
using MaaS.Engine.Onnx;

namespace MaaS.Benchmarks.Compression;

internal sealed class Variants : IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("maas-variants-").FullName;
    private readonly string _source;
    private int _made;

    /// <param name="source">A package's folder.</param>
    public Variants(string source)
    {
        _source = source;
        Manifest = JsonSerializer.Deserialize<ModelManifest>(File.ReadAllBytes(Path.Combine(source, "model.json")), MaaSJson.Options)!;
        Graph = ModelProto.Parser.ParseFrom(File.ReadAllBytes(Onnx));
    }

    public ModelManifest Manifest { get; }

    public ModelProto Graph { get; }

    public string Onnx => Path.Combine(_source, "model.onnx");

    /// <returns>The path of its graph.</returns>
    public string Make(CompressionStep step, CalibrationRows rows) => Keep(Quantizer.Apply(step, Graph, rows, new Progress<Report>()));

    public string Keep(ModelProto graph)
    {
        var folder = Directory.CreateDirectory(Path.Combine(_folder, $"{_made++}")).FullName;
        if (Path.Combine(_source, "tokenizer.json") is var tokenizer && File.Exists(tokenizer))
            File.Copy(tokenizer, Path.Combine(folder, "tokenizer.json"));
        var path = Path.Combine(folder, "model.onnx");
        File.WriteAllBytes(path, graph.ToByteArray());
        return path;
    }

    public double TimesSmaller(string path) => (double)new FileInfo(Onnx).Length / new FileInfo(path).Length;

    public void Dispose() => Directory.Delete(_folder, recursive: true);
}
