// What a package's weights file gives back: the network and the encoder as they were, so that the graph written from them again is the
// same file to the byte.
using Google.Protobuf;
using MaaS.Contracts.Datasets;
using MaaS.Contracts.Training;
using MaaS.Engine.Onnx;
using MaaS.Engine.Packages;
using MaaS.Engine.Tasks.Images;
using MaaS.Engine.Tasks.Language;
using MaaS.Engine.Tasks.Recommendation;
using MaaS.Engine.Tasks.Tabular;
using MaaS.Engine.Tasks.Text;
using Xunit;

namespace MaaS.Engine.Tests.Packages;

public sealed class LoadTests : IDisposable
{
    private readonly Trained _trained = new();

    public void Dispose() => _trained.Dispose();

    public static TheoryData<SampleData, TabularNetwork> Tables => new()
    {
        { SampleData.Churn, new LinearNetwork() }, { SampleData.Prices, new MlpNetwork([8]) { Pairs = true, Ensemble = 2 } },
        { SampleData.Churn, new ResidualNetwork(1, 8) { Numbers = NumberEmbedding.Periodic } }, { SampleData.Prices, new MlpNetwork([8]) { Numbers = NumberEmbedding.None } },
    };

    [Theory]
    [MemberData(nameof(Tables), DisableDiscoveryEnumeration = true)]
    public void A_table_model_is_loaded_as_it_was(SampleData sample, TabularNetwork network)
    {
        var folder = _trained.Table(sample, network);
        var (training, encoder, answer, loaded) = TabularPackage.Load(folder);
        Assert.Equal((sample.Target, sample.Target), (training.Target, answer.Name));
        AssertSameGraph(folder, TabularGraph.Of(encoder, answer, loaded));
    }

    public static TheoryData<ImageNetwork> ImageNetworks => [new ImageMlpNetwork([8]), new ConvolutionalNetwork([4, 8]), new ResNetwork(1, 4)];

    [Theory]
    [MemberData(nameof(ImageNetworks), DisableDiscoveryEnumeration = true)]
    public void An_image_model_is_loaded_as_it_was(ImageNetwork kind)
    {
        var folder = _trained.Images(kind);
        var (training, encoder, target, network) = ImagePackage.Load(folder);
        Assert.Equal(kind.GetType(), training.Network!.GetType());
        AssertSameGraph(folder, ImageGraph.Of(network, encoder, target.Labels!));
    }

    [Fact]
    public void A_text_model_is_loaded_as_it_was()
    {
        var folder = _trained.Text();
        var (training, encoder, target, network) = TextPackage.Load(folder);
        Assert.Equal("message", training.Text);
        AssertSameGraph(folder, TextGraph.Of(encoder, training.Text, target, network));
    }

    [Theory]
    [InlineData(TokenizerKind.Characters)]
    [InlineData(TokenizerKind.BytePairs)]
    public void A_language_model_is_loaded_as_it_was(TokenizerKind kind)
    {
        var folder = _trained.Language(kind);
        var (_, tokenizer, network) = LanguagePackage.Load(folder);
        Assert.Equal(File.ReadAllText(Path.Combine(folder, "tokenizer.json")), MaaS.Inference.Text.TokenizerFile.Text(tokenizer));
        AssertSameGraph(folder, GptGraph.Of(network));
    }

    public static TheoryData<RecommendationNetwork> Recommenders =>
        [new BiasedFactorization(4), new BiasedFactorization(0), new NeuralFactorization(4), new BayesianRanking(4), new PooledHistory(4), new LinearAutoencoder()];

    [Theory]
    [MemberData(nameof(Recommenders), DisableDiscoveryEnumeration = true)]
    public void A_recommender_is_loaded_as_it_was(RecommendationNetwork kind)
    {
        var folder = _trained.Recommender(kind);
        var (training, events, network) = RecommendationPackage.Load(folder);
        Assert.Equal(kind.GetType(), training.Network!.GetType());
        AssertSameGraph(folder, RecommendationGraph.Of(network, events));
    }

    [Fact]
    public void What_is_missing_or_does_not_fit_is_a_sentence()
    {
        var folder = _trained.Table(SampleData.Churn, new LinearNetwork());
        var path = Path.Combine(folder, SavedNetwork.FileName);
        var (tensors, metadata) = Safetensors.Read(path);
        string Refused(Action<Dictionary<string, string>> change, Func<string, bool>? kept = null)
        {
            var changed = new Dictionary<string, string>(metadata);
            change(changed);
            Safetensors.Write(path, tensors.Where(tensor => kept?.Invoke(tensor.Key) != false), changed);
            return Assert.Throws<UserError>(() => TabularPackage.Load(folder)).Message;
        }

        Assert.Equal("weights.safetensors has no \"encoder\" among its metadata, so the network it belongs to cannot be built again; export it from a version trained since.",
            Refused(changed => changed.Remove("encoder")));
        Assert.StartsWith("\"encoder\" among the metadata of weights.safetensors is not in the form this server writes: ", Refused(changed => changed["encoder"] = "[]"), StringComparison.Ordinal);
        Assert.StartsWith("weights.safetensors holds a network of another family", Refused(changed => changed["training"] = """{"task": "language"}"""), StringComparison.Ordinal);
        Assert.Equal("weights.safetensors lacks the weights \"linear.bias\" of the network it describes.", Refused(_ => { }, name => name != "linear.bias"));
        Assert.StartsWith("weights.safetensors holds the weights \"embeddings.0.weight\", which", Refused(changed =>
            changed["encoder"] = """{"order": ["age"], "numbers": [{"name": "age", "type": "number", "median": 0, "mean": 0, "standard_deviation": 1, "min": 0, "max": 1, "edges": []}], "categories": [], "pairs": [], "target": {"name": "churned", "labels": ["a", "b"]}}"""),
            StringComparison.Ordinal);
    }

    private static void AssertSameGraph(string folder, ModelProto graph) =>
        Assert.Equal(File.ReadAllBytes(Path.Combine(folder, "model.onnx")), graph.ToByteArray());
}
