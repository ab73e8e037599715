// A small task of every family and kind of network, on any device: for what must hold of all of them.
using MaaS.Contracts.Datasets;
using MaaS.Contracts.Training;
using MaaS.Engine.Data;
using MaaS.Engine.Tasks;
using MaaS.Engine.Tasks.Images;
using MaaS.Engine.Tasks.Language;
using MaaS.Engine.Tasks.Recommendation;
using MaaS.Engine.Tasks.Tabular;
using MaaS.Engine.Tasks.Text;
using TorchSharp;
using Xunit;
using static TorchSharp.torch;
using ImageEncoder = MaaS.Engine.Tasks.Images.Encoder;
using ImageNet = MaaS.Engine.Tasks.Images.Network;
using TableEncoder = MaaS.Engine.Tasks.Tabular.Encoder;
using TableNetwork = MaaS.Engine.Tasks.Tabular.Network;
using TextEncoder = MaaS.Engine.Tasks.Text.Encoder;
using TextNet = MaaS.Engine.Tasks.Text.Network;

namespace MaaS.Engine.Tests.Tasks;

internal static class EveryTask
{
    private const int Rows = 64;

    private static readonly Events s_seen = new(
        [.. Enumerable.Range(0, 8).Select(user => $"user {user}")], [.. Enumerable.Range(0, 16).Select(item => $"item {item}")],
        [.. Enumerable.Range(0, Rows).Select(row => row % 8)], [.. Enumerable.Range(0, Rows).Select(row => row * 7 % 16)],
        [.. Enumerable.Range(0, Rows).Select(row => 1f + row % 5)]);

    private static readonly EventSplit s_split = new([.. Enumerable.Range(0, 48)], [.. Enumerable.Range(48, 8)], [.. Enumerable.Range(56, 8)]);

    private static readonly Dictionary<string, Func<Device, LearningTask>> s_made = new(StringComparer.Ordinal)
    {
        ["linear table"] = device => OfTable(new LinearNetwork(), device),
        ["table"] = device => OfTable(new MlpNetwork([16, 8]) { Dropout = 0, Pairs = true, Ensemble = 2 }, device),
        ["residual table"] = device => OfTable(new ResidualNetwork(1, 16) { Dropout = 0, Numbers = NumberEmbedding.Periodic }, device),
        ["image layers"] = device => OfImages(new ImageMlpNetwork([16], 0), device),
        ["convolutions"] = device => OfImages(new ConvolutionalNetwork([4, 8], 0), device),
        ["residual convolutions"] = device => OfImages(new ResNetwork(1, 4), device),
        ["bag of words"] = device => OfTexts(new BagNetwork { Dropout = 0 }, device),
        ["transformer of words"] = device => OfTexts(new TransformerTextNetwork(1, 2, 16) { Dropout = 0 }, device),
        ["rotary transformer of words"] = device => OfTexts(new TransformerTextNetwork(1, 2, 16, 8, GptPositions.Rotary) { Dropout = 0 }, device),
        ["language"] = device => OfLanguage(new GptNetwork(2, 2, 16, 16), device),
        ["rotary language"] = device => OfLanguage(new GptNetwork(1, 4, 32, 16, 2, GptActivation.SwiGlu, GptPositions.Rotary), device),
        ["ratings"] = device => new RatingTask(new Factorization(8, 16, 4, (1, 5)), s_seen, s_split, 2, device),
        ["bpr"] = device => Ranked(new Factorization(8, 16, 4, null), network => new BayesianRankingLoss(network, s_seen, s_split.Train, device), device),
        ["neumf"] = device => Ranked(new NeuralFactorizationNetwork(8, 16, 4), network => new SeenOrDrawnLoss(network, s_seen, s_split.Train, 2, device), device),
        ["history"] = device => Ranked(new HistoryNetwork(8, new int[16], 4, 5, 0), network => new NextItemLoss(network, s_seen, s_split.Train, device), device),
    };

    public static TheoryData<string> Names => [.. s_made.Keys];

    public static LearningTask Make(string name, Device device)
    {
        random.manual_seed(1);
        return s_made[name](device);
    }

    private static TabularTask OfTable(TabularNetwork spec, Device device)
    {
        var table = new Table(
        [
            new NumberColumn("age", ColumnType.Number, [.. Enumerable.Range(0, Rows).Select(row => row % 9 == 0 ? float.NaN : row)]),
            new NumberColumn("height", ColumnType.Number, [.. Enumerable.Range(0, Rows).Select(row => 150f + row * 3 % 40)]),
            new CategoryColumn("city", [.. Enumerable.Range(0, Rows).Select(row => row % 3)], ["rome", "oslo", "bern"]),
            new CategoryColumn("leaves", [.. Enumerable.Range(0, Rows).Select(row => row / 5 % 2)], ["no", "yes"]),
        ]);
        var encoder = TableEncoder.Fit(table, "leaves", null);
        return new TabularTask(encoder, new Target("leaves", ["no", "yes"]), TableNetwork.For(encoder, 2, spec), table, table, device);
    }

    private static ImageTask OfImages(ImageNetwork spec, Device device)
    {
        var pixels_NHWC = randint(0, 256, [Rows, 8, 8, 1], dtype: ScalarType.Byte).to(device);
        var part = new ImagePart(pixels_NHWC, arange(Rows, dtype: ScalarType.Int64).remainder(2).to(device), arange(Rows, dtype: ScalarType.Int64, device: device));
        var encoder = new ImageEncoder(8, 8, 1, [127], [70]);
        return new ImageTask([ImageNet.For(spec, encoder, 2).to(device)], encoder, new Target("class", ["a", "b"]), new ImageTraining(spec, 8, new AugmentationSpec(true, 1, 0.5)), part, part);
    }

    private static TextTask OfTexts(TextNetwork spec, Device device)
    {
        string[] texts = [.. Enumerable.Range(0, Rows).Select(row => string.Join(' ', Enumerable.Repeat(row % 2 == 0 ? "send the bill" : "it does not work", row % 4)))];
        var table = new Table([new TextColumn("text", texts), new TextColumn("class", [.. texts.Select((_, row) => row % 2 == 0 ? "a" : "b")])]);
        var encoder = TextEncoder.Fit(texts, spec);
        return new TextTask(encoder, "text", new Target("class", ["a", "b"]), TextNet.For(encoder, 2), 0.1, table, table, device);
    }

    private static LanguageTask OfLanguage(GptNetwork spec, Device device)
    {
        var part = new TextPart([.. Enumerable.Range(0, 500).Select(place => place * place % 17)], 500);
        return new LanguageTask(new Gpt(spec, 17), part, part, Rows, device);
    }

    private static RankingTask Ranked<T>(T network, Func<T, IRankingLoss> loss, Device device) where T : Recommender =>
        new(network, loss(network), s_seen, s_split, device);
}
