// What a package keeps of its training's data: deciles and shares that add up, and the answers on the test rows.
using MaaS.Contracts.Models;
using MaaS.Contracts.Training;
using MaaS.Engine.Tasks.Tabular;
using Xunit;

namespace MaaS.Engine.Tests.Tasks;

public sealed class ReferenceTests : IDisposable
{
    private readonly TrainingGround _ground = new();

    public void Dispose() => _ground.Dispose();

    [Fact]
    public void Numbers_are_kept_as_deciles_of_equal_shares()
    {
        var reference = References.Numbers("x", [.. Enumerable.Range(1, 1000).Select(i => (double)i).Reverse(), .. Enumerable.Repeat(double.NaN, 250)]);

        Assert.Equal([101, 201, 301, 401, 501, 601, 701, 801, 901], reference.Edges!);
        Assert.Equal(0.2, reference.Missing, 1e-12);
        Assert.Equal([0.101, .. Enumerable.Repeat(0.1, 8), 0.099], reference.Shares.Select(share => Math.Round(share, 12)));
    }

    [Theory]
    [InlineData(new double[] { 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 7, 9 }, new double[] { 0, 7 })] // what fills several deciles is one bin
    [InlineData(new double[] { 1, 0, 1, 1 }, new double[] { 0 })]
    [InlineData(new double[] { 5, 5 }, new double[0])] // above the greatest value there is nothing
    [InlineData(new double[] { double.NaN }, new double[0])]
    public void Edges_are_distinct_and_below_the_greatest_value(double[] values, double[] edges)
    {
        var reference = References.Numbers("x", values);

        Assert.Equal(edges, reference.Edges!);
        Assert.Equal(edges.Length + 1, reference.Shares.Count);
        Assert.Equal(Array.TrueForAll(values, double.IsNaN) ? 0 : 1, reference.Shares.Sum(), 1e-12);
    }

    [Fact]
    public void Categories_are_kept_most_frequent_first_and_the_rare_ones_together()
    {
        var reference = References.Categories("city", ["b", "a", "b", null, "c", "d", "", "b"], ["a", "b", "c", "d", "never"], most: 2);

        Assert.Equal(["b", "a"], reference.Values!);
        Assert.Equal([0.5, 1 / 6.0, 2 / 6.0], reference.Shares);
        Assert.Equal(0.25, reference.Missing, 1e-12);
    }

    [Theory]
    [InlineData("churned", true)]
    [InlineData("price", false)]
    public void A_package_of_a_table_holds_every_input_and_its_answers_on_the_test_rows(string target, bool isClassification)
    {
        var spec = new TabularTraining(target, Network: new LinearNetwork()) { Epochs = 3 };
        var manifest = _ground.Train(spec, _ground.DataOf(spec)).Manifest;

        var reference = manifest.Reference!;
        Assert.Equal(manifest.Inputs.Select(input => input.Name), reference.Columns.Select(column => column.Name));
        Assert.All(reference.Columns.Append(reference.Answers), column => Assert.Equal(1, column.Shares.Sum(), 1e-9));
        Assert.All(reference.Columns.Zip(manifest.Inputs), pair => Assert.Equal(pair.Second.Type == TensorType.String, pair.First.Values is not null));
        Assert.All(reference.Columns.Where(column => column.Edges is { Count: > 0 }), column => Assert.InRange(column.Edges![0], manifest.Inputs.Single(input => input.Name == column.Name).Min!.Value, manifest.Inputs.Single(input => input.Name == column.Name).Max!.Value));
        if (isClassification)
        {
            // The confusion matrix counts the same answers: its columns are the predictions.
            var matrix = manifest.Metrics.ConfusionMatrix!;
            Assert.Equal(
                manifest.Labels!.Select((label, place) => (label, matrix.Sum(row => row[place]) / (double)manifest.Metrics.Rows)).OrderBy(answer => answer.label, StringComparer.Ordinal),
                reference.Answers.Values!.Select((label, place) => (label, reference.Answers.Shares[place])).OrderBy(answer => answer.label, StringComparer.Ordinal));
        }
        else
            Assert.Equal(9, reference.Answers.Edges!.Count);
    }
}
