// What is learned of a column. Needs nothing but the engine.
using MaaS.Contracts.Datasets;
using MaaS.Engine.Tasks.Tabular;
using Xunit;

namespace MaaS.Engine.Tests.Tasks;

public sealed class FeaturesTests
{
    [Fact]
    public void A_value_repeated_often_takes_one_bin_and_leaves_the_others_to_the_rest()
    {
        float[] gains = [.. Enumerable.Repeat(0f, 9_200), .. Enumerable.Range(1, 800).Select(value => (float)value)];

        var edges = NumberFeature.Fit("gain", ColumnType.Number, gains).Edges;

        Assert.InRange(edges.Length, 47, 49);
        Assert.Equal(edges.Order().Distinct(), edges);
    }

    [Fact]
    public void A_column_of_few_values_has_an_edge_at_each()
    {
        var feature = NumberFeature.Fit("rooms", ColumnType.Number, [.. Enumerable.Range(0, 300).Select(row => (float)(row % 3))]);

        Assert.Equal([0, 1, 2], feature.Edges.Select(edge => (float)Math.Round(edge * feature.StandardDeviation + feature.Mean, 4)));
    }

    [Fact]
    public void A_constant_column_has_no_bins() =>
        Assert.Empty(NumberFeature.Fit("one", ColumnType.Number, [1, 1, float.NaN]).Edges);
}
