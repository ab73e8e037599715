// A student that learns from a teacher, in every family; and that it pays where the truth at hand is poor.
using MaaS.Contracts.Compression;
using MaaS.Contracts.Models;
using MaaS.Contracts.Training;
using MaaS.Engine.Data;
using MaaS.Engine.Tasks;
using MaaS.Engine.Training;
using Xunit;
using static TorchSharp.torch;

namespace MaaS.Engine.Tests.Compression;

public sealed class DistillationTests : IDisposable
{
    private readonly CompressionGround _ground = new();

    public void Dispose() => _ground.Dispose();

    public static TheoryData<TrainingSpec, Distillation> Families => new()
    {
        { new ImageTraining(new ConvolutionalNetwork([8, 16]), 12) { Epochs = 1 }, new Distillation(Epochs: 1) },
        { CompressionGround.Images with { Epochs = 1 }, new Distillation(Hints: 0.5, Curriculum: true, Epochs: 3) },
        { new TabularTraining("price", Network: new MlpNetwork([32])) { Epochs = 1 }, new Distillation(Epochs: 1) },
        { new TabularTraining("churned", Network: new ResidualNetwork(2, 16) { Ensemble = 2 }) { Epochs = 1 }, new Distillation(Curriculum: true, Epochs: 2) },
        { new TextTraining("message", "team", new BagNetwork(2, 4, 8)) { Epochs = 1 }, new Distillation(Epochs: 1) },
        { new TextTraining("message", "team", new TransformerTextNetwork(2, 2, 32)) { Epochs = 1 }, new Distillation(Epochs: 1) },
        { new LanguageTraining(new TokenizerSpec(), new GptNetwork(2, 2, 32, 16), Steps: 20) { Epochs = 2 }, new Distillation(Epochs: 1) },
        { new RecommendationTraining("user_id", "film", null, "watched_on", new PooledHistory(16)) { Epochs = 1 }, new Distillation(Epochs: 1) },
        { new RecommendationTraining("user_id", "film", null, "watched_on", new BayesianRanking(16)) { Epochs = 1 }, new Distillation(Epochs: 1) },
        { new RecommendationTraining("user_id", "film", null, "watched_on", new NeuralFactorization(16)) { Epochs = 1 }, new Distillation(Epochs: 1) },
    };

    [Theory]
    [MemberData(nameof(Families), DisableDiscoveryEnumeration = true)]
    public void A_student_of_half_the_width_is_proposed_and_taught(TrainingSpec training, Distillation step)
    {
        var made = _ground.Recipe(training, step);
        Assert.True(made.Report.Variants[0].Figures.Parameters < made.Report.Source.Figures.Parameters);
        Assert.True(made.Report.Variants[0].Figures.Bytes < made.Report.Source.Figures.Bytes);
        Assert.Contains(made.Said, line => line.StartsWith("the student's network has ", StringComparison.Ordinal));
    }

    [Fact]
    public void Two_teachers_of_clean_labels_lift_a_student_of_noisy_ones_by_five_points()
    {
        var (clean, noisy) = (Quarters("clean.csv", 3_000, 0), Quarters("noisy.csv", 300, 0.35));
        TabularTraining spec = new("side", Goal: TabularGoal.Classification, Network: new MlpNetwork([32]) { Numbers = NumberEmbedding.None, Dropout = 0 }) { Epochs = 60, Patience = 0, BatchSize = 32, Optimizer = new AdamWSpec { LearningRate = 0.01 } };
        var teachers = new[] { 1, 2 }.ToDictionary(seed => Guid.NewGuid(), seed => _ground.Ground.Train(spec with { Seed = seed }, clean).Package);
        // 150 rows to learn from and 150 to choose by, of whose labels a third is wrong; the test's are right.
        var source = Path.Combine(_ground.Ground.Folder, "source");
        ModelTraining.Run(
            spec with { Split = new SplitSpec(0.5, TestDatasetVersionId: Guid.NewGuid()) }, noisy, clean,
            new TrainingPlace(new Lineage(null, null, null), new Checkpointing(_ground.Ground.Folder), source), new Progress<Report>(), TestContext.Current.CancellationToken);
        var place = _ground.Place(source, noisy) with { Teachers = teachers, Test = clean };
        double Quality(double weight) => _ground.Run(
            new RecipePlan([new Distillation([.. teachers.Keys], spec with { Network = new MlpNetwork([16]) { Numbers = NumberEmbedding.None, Dropout = 0 } }, Temperature: 1, Weight: weight)]),
            place with { Work = Directory.CreateDirectory(Path.Combine(place.Work, $"{weight}")).FullName }).Report.Variants[0].Figures.Quality;

        var (taught, alone) = (Quality(1), Quality(0));
        Assert.True(taught - alone >= 0.05, $"{taught} with the teachers, {alone} without");
    }

    [Fact]
    public void A_pruned_network_is_taught_as_it_is_and_its_zeros_stay()
    {
        var made = _ground.Recipe(CompressionGround.Images with { Epochs = 2 }, new Pruning(0.5, Epochs: 1), new Distillation(Epochs: 2));
        Assert.Equal(made.Report.Variants[0].Figures.NonZeros, made.Report.Variants[1].Figures.NonZeros);
        Assert.Equal(made.Report.Source.Figures.Parameters, made.Report.Variants[1].Figures.Parameters);
    }

    [Fact]
    public void A_teacher_of_another_task_or_of_other_classes_is_refused()
    {
        var (source, data) = _ground.Source(new TabularTraining("churned", Network: new MlpNetwork([8])) { Epochs = 1 });
        var (other, _) = _ground.Source(new TabularTraining("price", Network: new MlpNetwork([8])) { Epochs = 1 });
        var stranger = _ground.Ground.Train(new TabularTraining("plan", Network: new MlpNetwork([8])) { Epochs = 1 }, data).Package;
        string Refused(string teacher)
        {
            var id = Guid.NewGuid();
            var place = _ground.Place(source, data) with { Teachers = new Dictionary<Guid, string> { [id] = teacher } };
            return Assert.Throws<UserError>(() => _ground.Run(new RecipePlan([new Distillation([id])]), place)).Message;
        }
        Assert.Equal("A teacher is of the task TabularRegression, the source of TabularClassification; only versions of the same task can teach it.", Refused(other));
        Assert.StartsWith("A teacher predicts \"plan\"", Refused(stranger));
    }

    [Fact]
    public void The_loss_is_the_temperature_squared_times_the_divergence_and_the_rest_of_the_truth()
    {
        using var scope = NewDisposeScope();
        var teacher = tensor(new[] { 0.7f, 0.2f, 0.1f }).log().unsqueeze(0);
        var logits = tensor(new[] { 1f, 0f, -1f }).unsqueeze(0);
        var lesson = new Lesson(2, 0.25, (_, _) => teacher);
        // By hand: p = softmax(log(.7, .2, .1) / 2), q = softmax(1/2, 0, -1/2).
        double[] p = [Math.Sqrt(0.7), Math.Sqrt(0.2), Math.Sqrt(0.1)], q = [Math.Exp(0.5), 1, Math.Exp(-0.5)];
        var divergence = p.Zip(q, (a, b) => a / p.Sum() * Math.Log(a / p.Sum() / (b / q.Sum()))).Sum();
        Assert.Equal(0.25 * 4 * divergence + 0.75 * 3, lesson.OfClasses(logits, tensor(3f), tensor(new[] { 0L })).item<float>(), 5);
    }

    [Fact]
    public void A_curriculum_begins_with_the_surest_rows_and_ends_with_all()
    {
        var sure = Enumerable.Range(0, 100).Select(row => row / 100f).ToArray();
        var lesson = new Lesson(1, 1, (_, _) => zeros(1)) { Sureness = sure };
        using var task = new Rows();
        var spec = new TabularTraining("y") { Epochs = 10 };
        var first = lesson.Order(task, 1, spec)!;
        Assert.Equal(100, first.Length);
        Assert.Equal(70, first.Min());
        Assert.Equal(first, lesson.Order(task, 1, spec)!);
        Assert.Equal(42, lesson.Order(task, 3, spec)!.Min());
        Assert.Null(lesson.Order(task, 6, spec));
    }

    /// <summary>Whether both coordinates of a point have one sign, with a share of the answers wrong.</summary>
    private DataFile Quarters(string name, int rows, double wrong)
    {
        var random = new SplitMix64(7);
        double Next() => 2 * (random.Below(1_000_000) / 1e6) - 1;
        return _ground.Ground.Lined(name, Enumerable.Range(0, rows).Select(_ =>
        {
            var (x, y, isWrong) = (Next(), Next(), Next() < 2 * wrong - 1);
            return FormattableString.Invariant($"{x:f4},{y:f4},{(x * y > 0 != isWrong ? "alike" : "unlike")}");
        }).Prepend("x,y,side"));
    }

    private sealed class Rows : Engine.Tasks.LearningTask
    {
        public override nn.Module Network { get; } = nn.Linear(1, 1);

        public override int TrainRows => 100;

        public override Tensor Loss(Tensor rows_B) => throw new NotSupportedException();

        public override IReadOnlyDictionary<string, double> Validate() => throw new NotSupportedException();

        public override void Dispose() => Network.Dispose();
    }
}
