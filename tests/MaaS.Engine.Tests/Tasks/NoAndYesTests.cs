// A yes or no to be predicted: the answer is written as the file writes it, and yes is the class that ROC AUC is of.
using MaaS.Contracts.Datasets;
using MaaS.Contracts.Training;
using MaaS.Engine.Data;
using Xunit;

namespace MaaS.Engine.Tests.Tasks;

public sealed class NoAndYesTests : IDisposable
{
    private readonly TrainingGround _place = new();

    public void Dispose() => _place.Dispose();

    [Theory]
    [InlineData("no", "yes")]
    [InlineData("no", "Yes")]
    [InlineData("N", "Y")]
    [InlineData("0", "1")]
    [InlineData("false", "true")]
    public void It_is_answered_as_the_file_writes_it(string no, string yes)
    {
        var data = Asked("asked.csv", yes, no);
        Assert.Equal(ColumnType.Boolean, data.Profile.Columns[2].Type);

        var table = _place.Train(new TabularTraining("wanted", ["size"], Network: new LinearNetwork()) { Epochs = 20 }, data);
        var text = _place.Train(new TextTraining("note", "wanted", new BagNetwork(1, 0, 4)) { Epochs = 20 }, data);

        Assert.Equal([no, yes], table.Manifest.Labels!);
        Assert.Equal([no, yes], text.Manifest.Labels!);
        Assert.True(table.Manifest.Metrics.Values["roc_auc"] > 0.9, $"ROC AUC {table.Manifest.Metrics.Values["roc_auc"]}");
    }

    [Fact]
    public void Written_in_several_ways_it_is_false_or_true()
    {
        var data = _place.Lined("mixed.csv", ["size,wanted", .. Enumerable.Range(0, 60).Select(row => $"{row},{(row % 3) switch { 0 => "no", 1 => "yes", _ => "Yes" }}")]);
        Assert.Equal(["false", "true"], _place.Train(new TabularTraining("wanted", Network: new LinearNetwork()) { Epochs = 1 }, data).Manifest.Labels!);
    }

    [Fact]
    public void More_data_may_write_it_otherwise()
    {
        var spec = new TabularTraining("wanted", ["size"], Network: new LinearNetwork()) { Epochs = 1 };
        var source = _place.Train(spec, Asked("asked.csv", "yes", "no"));

        var continued = _place.Train(spec with { From = Guid.NewGuid(), Network = null }, Asked("more.csv", "TRUE", "FALSE"), source.Package);
        Assert.Equal(["no", "yes"], continued.Manifest.Labels!);

        var error = Assert.Throws<UserError>(() => _place.Train(spec with { From = Guid.NewGuid(), Network = null }, Asked("strange.csv", "yes", "perhaps"), source.Package));
        Assert.EndsWith("has \"perhaps\" as wanted, which is none of the classes the model knows: no, yes.", error.Message, StringComparison.Ordinal);
    }

    private DataFile Asked(string name, string yes, string no) =>
        _place.Lined(name, ["size,note,wanted", .. Enumerable.Range(0, 120).Select(row => $"{row * 7 % 120},{(row * 7 % 120 < 60 ? "please send none at all" : "send us more of it")} {row},{(row * 7 % 120 < 60 ? no : yes)}")]);
}
