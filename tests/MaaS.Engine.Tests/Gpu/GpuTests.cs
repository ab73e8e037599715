// On a GPU, where there is one: every family learns there, comes to the same losses again, goes on where it was, and is exported.
// What all of them keep on the device is tested everywhere, see DeviceTests.
using MaaS.Contracts.Training;
using MaaS.Engine.Tests.Tasks;
using Xunit;
using static TorchSharp.torch;

namespace MaaS.Engine.Tests.Gpu;

[Trait("needs", "gpu")]
public sealed class GpuTests : IDisposable
{
    private static readonly RecommendationTraining s_films = new("user_id", "film", Time: "watched_on") { BatchSize = 16 };

    private readonly TrainingGround _place = new();

    public static TheoryData<TrainingSpec> Families =>
    [
        new TabularTraining("churned", Network: new MlpNetwork([16, 8]) { Pairs = true, Ensemble = 2 }) { BatchSize = 4 },
        new TabularTraining("price", Network: new ResidualNetwork(1, 16) { Numbers = NumberEmbedding.Periodic }) { BatchSize = 4 },
        new ImageTraining(new ImageMlpNetwork([16])) { BatchSize = 2 },
        new ImageTraining(new ConvolutionalNetwork([8, 8])) { BatchSize = 2 },
        new ImageTraining(new ResNetwork(1, 8)) { BatchSize = 2 },
        new TextTraining("message", "team", new BagNetwork(2, 4, 4)) { BatchSize = 1 },
        new TextTraining("message", "team", new TransformerTextNetwork(1, 2, 16, Positions: GptPositions.Rotary)) { BatchSize = 1 },
        new LanguageTraining(Network: new GptNetwork(2, 2, 32, 32, Dropout: 0.2, Positions: GptPositions.Rotary), Steps: 240) { BatchSize = 4 },
        s_films with { Network = new BiasedFactorization(4), Rating = "rating" },
        s_films with { Network = new BayesianRanking(8) },
        s_films with { Network = new NeuralFactorization(8, 2) },
        s_films with { Network = new PooledHistory(8) },
        s_films with { Network = new LinearAutoencoder() },
    ];

    public void Dispose() => _place.Dispose();

    [Theory, MemberData(nameof(Families), DisableDiscoveryEnumeration = true)]
    public void Every_family_learns_repeats_resumes_and_is_exported(TrainingSpec training)
    {
        Assert.SkipUnless(cuda.is_available(), "There is no CUDA device here.");
        var (spec, data) = (training with { Epochs = 2, Patience = 0, Device = DeviceChoice.Cuda }, _place.DataOf(training));
        var kept = new List<(string Path, long Step)>();

        var whole = _place.Train(spec, data, every: TimeSpan.FromTicks(1), keep: (path, step) =>
        {
            kept.Add(($"{path}.{kept.Count}", step));
            File.Move(path, kept[^1].Path);
        });

        Assert.InRange(whole.Manifest.ParityMaxDifference, 0, 1e-4);
        Assert.Contains(whole.Said, line => line.StartsWith("training on the GPU", StringComparison.Ordinal));
        Assert.Equal(whole.Measured, _place.Train(spec, data).Measured);
        foreach (var (path, step) in kept.Take(1)) // none of what is solved in one step
            Assert.Equal(whole.Measured.Where(point => point.Step > step), _place.Train(spec, data, resumeFrom: path).Measured);
    }
}
