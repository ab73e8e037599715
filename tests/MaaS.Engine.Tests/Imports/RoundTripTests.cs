// Out of a package in each format and in again: the same predictions, proven on a request that the file carries.
using System.Text.Json;
using MaaS.Contracts;
using MaaS.Contracts.Datasets;
using MaaS.Contracts.Models;
using MaaS.Contracts.Training;
using MaaS.Engine.Imports;
using MaaS.Engine.Packages;
using MaaS.Engine.Tests.Packages;
using MaaS.Inference;
using Xunit;

namespace MaaS.Engine.Tests.Imports;

public sealed class RoundTripTests : IDisposable
{
    private readonly Trained _trained = new();
    private readonly string _folder = Directory.CreateTempSubdirectory("maas-import-").FullName;

    public void Dispose()
    {
        _trained.Dispose();
        Directory.Delete(_folder, recursive: true);
    }

    public static TheoryData<string, string> Families => new()
    {
        { "churn", "safetensors" }, { "churn", "hdf5" }, { "prices", "safetensors" }, { "prices", "hdf5" }, { "image", "safetensors" }, { "image", "hdf5" }, { "text", "safetensors" }, { "text", "hdf5" },
        { "characters", "safetensors" }, { "characters", "hdf5" }, { "byte pairs", "safetensors" }, { "ratings", "hdf5" }, { "ratings", "safetensors" },
        { "history", "hdf5" }, { "neural", "safetensors" }, { "items", "hdf5" },
    };

    [Theory]
    [MemberData(nameof(Families))]
    public void A_weights_file_comes_back_as_the_same_model(string family, string format)
    {
        var package = Train(family);
        var path = Path.Combine(_folder, "weights");
        if (format == "hdf5")
            Hdf5.Write(path, Path.Combine(package, SavedNetwork.FileName), Path.Combine(package, "model.json"), new Progress<Report>(), TestContext.Current.CancellationToken);
        else
            File.Copy(Path.Combine(package, SavedNetwork.FileName), path);

        var manifest = Import(path, "mine.bin");

        var original = Read<ModelManifest>(package, "model.json");
        Assert.Equal((original.Task, original.Target, original.ParameterCount), (manifest.Task, manifest.Target, manifest.ParameterCount));
        Assert.Equal(JsonSerializer.Serialize(original.Inputs), JsonSerializer.Serialize(manifest.Inputs));
        Assert.Equal(JsonSerializer.Serialize(original.Training, MaaSJson.Options), JsonSerializer.Serialize(manifest.Training, MaaSJson.Options));
        Assert.Equal(("mine.bin", "not measured here", 0), (manifest.Lineage.Imported!.FileName, manifest.Metrics.Split, manifest.Metrics.Values.Count));
        Assert.Equal(File.ReadAllBytes(Path.Combine(package, "model.onnx")), File.ReadAllBytes(Path.Combine(_folder, "package", "model.onnx")));
        Assert.Equal(File.ReadAllText(Path.Combine(package, "sample.json")), File.ReadAllText(Path.Combine(_folder, "package", "sample.json")));
        Assert.InRange(manifest.ParityMaxDifference, 0, 1e-4);
        Assert.True(manifest.ParityRows > 20);
        // And once more: what came in goes out again.
        Assert.Equal(manifest.ParameterCount, Import(Path.Combine(_folder, "package", SavedNetwork.FileName), "again.safetensors").ParameterCount);
    }

    [Fact]
    public void A_file_whose_sample_was_answered_otherwise_is_refused()
    {
        var (tensors, metadata) = Safetensors.Read(Path.Combine(Train("churn"), SavedNetwork.FileName));
        tensors["linear.bias"][0].add_(1);
        var path = Path.Combine(_folder, "changed.safetensors");
        Safetensors.Write(path, tensors, metadata);
        Assert.StartsWith("The network built from the file does not answer as the file says it did: Row 0 of the stored sample is answered ", Refused(path), StringComparison.Ordinal);
    }

    [Fact]
    public void A_category_that_the_database_cannot_keep_is_refused()
    {
        var (tensors, metadata) = Safetensors.Read(Path.Combine(Train("churn"), SavedNetwork.FileName));
        metadata["encoder"] = metadata["encoder"].Replace("\"voucher\"", "\"vou\\u0000cher\"", StringComparison.Ordinal);
        metadata.Remove("sample");
        var path = Path.Combine(_folder, "changed.safetensors");
        Safetensors.Write(path, tensors, metadata);
        Assert.Equal("changed.safetensors has a name or a category with the character NUL in it; leave it out.", Refused(path));
    }

    [Theory]
    [InlineData("""{"task": "language", "network": {"heads": 0}}""", """{}""", "The encoder of changed.safetensors is no tokenizer this server knows: ")]
    [InlineData("""{"task": "text", "text": "a", "target": "b", "network": {"type": "bag"}}""", """{"characters": "ab", "codes": [1], "terms": [], "target": {"name": "b", "labels": ["x", "y"]}}""", "The encoder of changed.safetensors lists a character or a term twice")]
    [InlineData("""{"task": "recommendation", "user": "u", "item": "i", "network": {"type": "pooled_history"}}""", """{"users": [], "items": ["a", "a"]}""", "The encoder of changed.safetensors knows no item, or lists an item or a user twice.")]
    [InlineData("""{"task": "tabular", "target": "t", "network": {"type": "mlp", "hidden": [2000000000, 2000000000]}}""", """{"order": ["a"], "numbers": [null], "categories": [], "target": {"name": "t"}}""", "changed.safetensors does not hold what the network it describes needs: ")]
    [InlineData("""{"task": "tabular", "target": "t"}""", """{"order": [], "numbers": [], "categories": [], "target": {"name": "t"}}""", "changed.safetensors does not say which columns its network reads")]
    [InlineData("""{"task": "tabular"}""", """{}""", "\"training\" among the metadata of changed.safetensors is not in the form this server writes: ")]
    public void What_a_file_says_of_itself_is_not_trusted(string training, string encoder, string sentence)
    {
        var path = Path.Combine(_folder, "changed.safetensors");
        Safetensors.Write(path, [], new Dictionary<string, string> { ["training"] = training, ["encoder"] = encoder });
        Assert.StartsWith(sentence, Refused(path), StringComparison.Ordinal);
    }

    private string Train(string family) => family switch
    {
        "churn" => _trained.Table(SampleData.Churn, new LinearNetwork()),
        "prices" => _trained.Table(SampleData.Prices, new MlpNetwork([8]) { Pairs = true, Ensemble = 2 }),
        "image" => _trained.Images(new ConvolutionalNetwork([4, 8])),
        "text" => _trained.Text(),
        "characters" => _trained.Language(TokenizerKind.Characters),
        "byte pairs" => _trained.Language(TokenizerKind.BytePairs),
        "ratings" => _trained.Recommender(new BiasedFactorization(4)),
        "history" => _trained.Recommender(new PooledHistory(4)),
        "neural" => _trained.Recommender(new NeuralFactorization(4)),
        _ => _trained.Recommender(new LinearAutoencoder()),
    };

    private string Refused(string path) => Assert.Throws<UserError>(() => Import(path, Path.GetFileName(path))).Message;

    private ModelManifest Import(string path, string name)
    {
        var package = Path.Combine(_folder, "package");
        var aside = Path.Combine(_folder, "given");
        File.Copy(path, aside, overwrite: true);
        if (Directory.Exists(package))
            Directory.Delete(package, recursive: true);
        var manifest = ModelImport.Run(
            aside, name, package, new Lineage(null, null, null, Imported: new ImportedFile(name, "00")), new Progress<Report>(), TestContext.Current.CancellationToken);
        Model.Load(package).Dispose();
        return manifest;
    }

    private static T Read<T>(string folder, string name) => JsonSerializer.Deserialize<T>(File.ReadAllText(Path.Combine(folder, name)), MaaSJson.Options)!;
}
