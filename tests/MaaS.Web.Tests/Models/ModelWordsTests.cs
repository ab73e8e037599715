using Bunit;
using MaaS.Contracts.Datasets;
using MaaS.Contracts.Models;
using MaaS.Web.Models;
using MaaS.Web.Shared;

namespace MaaS.Web.Tests.Models;

public sealed class ModelWordsTests
{
    [Theory]
    [InlineData(ModelTask.LanguageModel, "Perplexity 4.31 · Bits per byte 2.1")]
    [InlineData(ModelTask.Recommendation, "Hit rate @ 10 0.163 · NDCG @ 10 0.084")]
    [InlineData(ModelTask.TextClassification, "Accuracy 0.99 · Matthews correlation 0.95")]
    [InlineData(ModelTask.TabularRegression, "RMSE 1.4")]
    public void A_version_is_headed_by_the_measures_of_its_task(ModelTask task, string headline)
    {
        var values = new Dictionary<string, double>
        {
            ["loss"] = 1.46,
            ["accuracy"] = 0.99,
            ["mcc"] = 0.95,
            ["perplexity"] = 4.31,
            ["bits_per_byte"] = 2.1,
            ["rmse"] = 1.4,
            ["hr@10"] = 0.163,
            ["ndcg@10"] = 0.084,
        };

        Assert.Equal(headline, TaskName.Headline(Examples.Manifest with { Task = task, Metrics = Examples.Manifest.Metrics with { Values = values } }));
    }

    [Theory]
    [InlineData(ColumnType.Image, TensorType.UInt8, new long[] { -1, 28, 28, 1 }, "a PNG or JPEG in Base64", "uint8[rows, 28, 28, 1]")]
    [InlineData(ColumnType.Items, TensorType.String, new long[] { -1, -1 }, "a list of items", "string[rows, any]")]
    [InlineData(ColumnType.Text, TensorType.String, new long[] { -1, 1 }, "a text", "string[rows, 1]")]
    public async Task A_signature_says_what_a_caller_sends(ColumnType kind, TensorType type, long[] shape, string sent, string tensor)
    {
        await using var portal = new Portal();

        var table = portal.Render<SignatureTable>(builder => builder.Add(table => table.Manifest, Examples.Manifest with { Inputs = [new("x", kind, type, shape)] }));

        Assert.Equal(["x", kind.ToString().ToLowerInvariant(), sent, tensor, ""], table.FindAll("[data-testid=inputs] tbody td").Select(cell => cell.TextContent));
    }

    [Fact]
    public async Task Of_many_classes_only_what_is_confused_is_shown()
    {
        await using var portal = new Portal();
        IReadOnlyList<IReadOnlyList<long>> counts = [.. Enumerable.Range(0, 30).Select(truth => (IReadOnlyList<long>)[.. Enumerable.Range(0, 30).Select(predicted => truth == predicted ? 95L : (truth, predicted) == (3, 4) ? 5L : 0L)])];

        var matrix = portal.Render<ConfusionMatrix>(builder => builder.Add(m => m.Labels, [.. Enumerable.Range(0, 30).Select(i => $"c{i}")]).Add(m => m.Counts, counts));

        Assert.Equal(["c3", "c4", "5", "5.0 %"], matrix.FindAll("tbody td").Select(cell => cell.TextContent));
    }
}
