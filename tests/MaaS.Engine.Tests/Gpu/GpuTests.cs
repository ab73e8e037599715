// On a GPU, where there is one: every family learns there, comes to the same losses again, goes on where it was, and is exported.
// What all of them keep on the device is tested everywhere, see DeviceTests.
using MaaS.Contracts.Datasets;
using MaaS.Contracts.Models;
using MaaS.Contracts.Training;
using MaaS.Engine.Data;
using MaaS.Engine.Tasks;
using MaaS.Engine.Training;
using Xunit;
using static TorchSharp.torch;

namespace MaaS.Engine.Tests.Gpu;

[Trait("needs", "gpu")]
public sealed class GpuTests : IDisposable
{
    private static readonly RecommendationTraining s_films = new("user_id", "film", "rating", "watched_on");

    private readonly string _folder = Directory.CreateTempSubdirectory("maas-gpu-").FullName;

    public static TheoryData<SampleData, TrainingSpec> Trainings => new()
    {
        { SampleData.Churn, new TabularTraining("churned", Network: new MlpNetwork { Pairs = true, Ensemble = 2 }) },
        { SampleData.Prices, new TabularTraining("price", Network: new ResidualNetwork { Numbers = NumberEmbedding.Periodic }) },
        { SampleData.Messages, new TextTraining("message", "topic") },
        { SampleData.Messages, new TextTraining("message", "topic", new TransformerTextNetwork(Positions: GptPositions.Rotary)) },
        { SampleData.Stories, new LanguageTraining(Network: new GptNetwork(2, Positions: GptPositions.Rotary, Dropout: 0.1), Steps: 60) },
        { SampleData.Films, s_films with { Network = new BiasedFactorization(8) } },
        { SampleData.Films, s_films with { Rating = null, Network = new BayesianRanking(16) } },
        { SampleData.Films, s_films with { Rating = null, Network = new NeuralFactorization(16, 2) } },
        { SampleData.Films, s_films with { Rating = null, Network = new PooledHistory(16) } },
        { SampleData.Films, s_films with { Rating = null, Network = new LinearAutoencoder() } },
    };

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Theory, MemberData(nameof(Trainings), DisableDiscoveryEnumeration = true)]
    public void Every_family_learns_repeats_resumes_and_is_exported(SampleData sample, TrainingSpec training)
    {
        Assert.SkipUnless(cuda.is_available(), "There is no CUDA device here.");
        var spec = training with { Epochs = 3, Patience = 0, Device = DeviceChoice.Cuda };
        var data = Written(sample);
        var kept = Path.Combine(_folder, "kept");

        var (outcome, losses) = Train(spec, data, keep: (path, _) =>
        {
            if (!File.Exists(kept))
                File.Copy(path, kept);
        });

        Assert.InRange(outcome.Manifest.ParityMaxDifference, 0, 1e-4);
        Assert.StartsWith("cuda", outcome.Environment["device"], StringComparison.Ordinal);
        Assert.Equal(losses, Train(spec, data).Losses);
        if (File.Exists(kept)) // what is solved in one step has no epochs
            Assert.Equal(losses.Skip(2), Train(spec, data, kept).Losses);
    }

    private DataFile Written(SampleData sample)
    {
        var path = Path.Combine(_folder, sample.FileName);
        using (var text = File.CreateText(path))
            sample.Write(text, rows: sample.UsualRows / 10);
        return new(path, sample.FileName, Profiler.Profile(path, new ReadingOptions(), token: TestContext.Current.CancellationToken, name: sample.FileName));
    }

    private (TrainingOutcome Outcome, List<double> Losses) Train(TrainingSpec spec, DataFile data, string? resumeFrom = null, Action<string, long>? keep = null)
    {
        var losses = new List<double>();
        var package = Path.Combine(_folder, $"{Guid.NewGuid():n}");
        var outcome = ModelTraining.Run(
            spec, data, null, new TrainingPlace(new Lineage(null, null, null), new Checkpointing(_folder, resumeFrom, keep), package),
            new Heard(report =>
            {
                if (report is Measured { Key: "train_loss" or "val_loss" } loss) losses.Add(loss.Value);
                if (report is Said said) TestContext.Current.TestOutputHelper?.WriteLine(said.Line);
            }),
            TestContext.Current.CancellationToken);
        return (outcome, losses);
    }

    private sealed class Heard(Action<Report> heard) : IProgress<Report>
    {
        public void Report(Report value) => heard(value);
    }
}
