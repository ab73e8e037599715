// Trainings of every family that are cut off inside an epoch: from the checkpoint on, every loss is the one of an undisturbed training,
// and so is every weight, to the bit.
using MaaS.Contracts.Training;
using Xunit;

namespace MaaS.Engine.Tests.Tasks;

public sealed class ResumedRunTests : IDisposable
{
    private static readonly GptNetwork s_small = new(Layers: 2, Heads: 2, Width: 32, Context: 32);

    private readonly TrainingGround _place = new();

    public void Dispose() => _place.Dispose();

    // Each has more than 50 steps an epoch, so that it pauses within the first one: after a checkpoint, a slow disk may forbid the next for a while.
    public static TheoryData<TrainingSpec> Families =>
    [
        new TabularTraining("churned", Network: new MlpNetwork([16, 8])) { Epochs = 2, BatchSize = 4, Ema = 0.9, Schedule = new CosineSchedule() },
        new ImageTraining(new ConvolutionalNetwork([4, 8], Dropout: 0.2), 12, new AugmentationSpec(Erase: 0.3)) { Epochs = 2, BatchSize = 2 },
        new TextTraining("message", "team", new BagNetwork(2, 4, 4)) { Epochs = 2, BatchSize = 1 },
        new TextTraining("message", "team", new TransformerTextNetwork(1, 2, 16)) { Epochs = 2, BatchSize = 1, Precision = PrecisionChoice.Bfloat16 },
        new LanguageTraining(Network: s_small, Steps: 240) { Epochs = 2, BatchSize = 4 },
        new LanguageTraining(Network: s_small with { Dropout = 0.2 }, Steps: 240) { Epochs = 2, BatchSize = 2, Accumulation = 2 },
        new RecommendationTraining("user_id", "film", Time: "watched_on", Network: new PooledHistory(8)) { Epochs = 2, BatchSize = 16 },
        new RecommendationTraining("user_id", "film", Time: "watched_on", Network: new BayesianRanking(8)) { Epochs = 2, BatchSize = 16 },
        new RecommendationTraining("user_id", "film", "rating", "watched_on", new BiasedFactorization(4)) { Epochs = 2, BatchSize = 16 },
    ];

    [Theory]
    [MemberData(nameof(Families), DisableDiscoveryEnumeration = true)]
    public void A_training_cut_off_inside_an_epoch_ends_as_if_it_had_never_been(TrainingSpec spec)
    {
        var kept = new List<(string Path, long Step)>();
        var whole = _place.Train(spec, _place.DataOf(spec), every: TimeSpan.FromTicks(1), keep: (path, step) =>
        {
            kept.Add(($"{path}.{kept.Count}", step));
            File.Move(path, kept[^1].Path);
        });
        var inside = kept.Where(one => whole.Losses.All(loss => loss.Step != one.Step)).ToList();
        Assert.NotEmpty(inside);
        foreach (var (path, step) in inside.Take(2))
        {
            var resumed = _place.Train(spec, _place.DataOf(spec), resumeFrom: path);
            Assert.Equal(whole.Measured.Where(point => point.Step > step), resumed.Measured);
            Assert.Equal(whole.Weights(), resumed.Weights());
        }
    }
}
