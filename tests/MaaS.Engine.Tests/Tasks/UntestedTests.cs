// A language model that learned from a text of which nothing was kept for a test: its figures are of the text that chose it, and nobody says otherwise.
using MaaS.Contracts.Compression;
using MaaS.Contracts.Models;
using MaaS.Contracts.Training;
using MaaS.Engine.Tests.Compression;
using Xunit;

namespace MaaS.Engine.Tests.Tasks;

public sealed class UntestedTests : IDisposable
{
    private readonly CompressionGround _ground = new();

    public void Dispose() => _ground.Dispose();

    [Fact]
    public void Its_log_its_package_and_its_variants_say_so_and_its_log_shows_what_it_writes()
    {
        var spec = new LanguageTraining(Network: new GptNetwork(1, 2, 16, 16), Steps: 40, Test: 0) { Epochs = 2 };
        var data = _ground.Ground.DataOf(spec);

        var source = _ground.Ground.Train(spec, data);
        var made = _ground.Run(new RecipePlan([new WeightQuantization(8)]), _ground.Place(source.Package, data));

        Assert.Equal(("validation, as no test part was kept", false), (source.Manifest.Metrics.Split, source.Manifest.Metrics.AreOfTest));
        Assert.Equal(spec.Epochs, source.Said.Count(line => line.StartsWith("it writes: ", StringComparison.Ordinal)));
        Assert.Contains(source.Said, line => line.StartsWith("validation bits_per_byte ", StringComparison.Ordinal));
        Assert.DoesNotContain(source.Said, line => line.StartsWith("test ", StringComparison.Ordinal));
        Assert.Equal((ModelMetrics.Untested, "validation rows, as no test part was kept"), (made.Report.Split, made.Report.Rows));
        Assert.DoesNotContain("test rows", made.Report.Verdict, StringComparison.Ordinal);
    }
}
