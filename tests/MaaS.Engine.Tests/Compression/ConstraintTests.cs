// What is asked of weights holds in every step, and a resumed training ends as an uninterrupted one.
using MaaS.Contracts.Compression;
using MaaS.Contracts.Training;
using MaaS.Engine.Compression;
using MaaS.Engine.Tasks;
using MaaS.Engine.Training;
using Xunit;
using static TorchSharp.torch;

namespace MaaS.Engine.Tests.Compression;

public sealed class ConstraintTests : IDisposable
{
    private static readonly TrainingSpec s_spec = new TabularTraining("y") { Epochs = 8, BatchSize = 16, Patience = 0, Optimizer = new AdamWSpec() { LearningRate = 0.01 } };

    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("maas-constraints-");

    public void Dispose() => _folder.Delete(recursive: true);

    public static TheoryData<string> Kinds => ["prune", "binary", "round", "share", "zeros and shares"];

    [Theory]
    [MemberData(nameof(Kinds))]
    public void A_resumed_training_ends_as_an_uninterrupted_one(string kind)
    {
        var kept = new List<string>();
        using var whole = Trained(kind, new Checkpointing(_folder.FullName, Keep: (path, _) => kept.Add(path)));
        using var resumed = Trained(kind, new Checkpointing(_folder.FullName, ResumeFrom: kept[2]));
        Assert.Equal(Weights(whole), Weights(resumed));
    }

    [Theory]
    [InlineData(PruningScope.Global)]
    [InlineData(PruningScope.Layer)]
    public void Sparsity_rises_to_what_was_asked_and_no_network_before_counts_as_the_best(PruningScope scope)
    {
        using var task = Trained(new GradualPruning(new Pruning(0.75, Scope: scope), IsMatrix, new Dictionary<string, Tensor>()), new Checkpointing(_folder.FullName));
        var weights = Matrices(task);
        Assert.Equal(0.75, (double)weights.Sum(matrix => matrix.Count(value => value == 0)) / weights.Sum(matrix => matrix.Length), 2);
        if (scope == PruningScope.Layer)
            Assert.All(weights, matrix => Assert.Equal(0.75, (double)matrix.Count(value => value == 0) / matrix.Length, 1));
    }

    [Fact]
    public void Straight_through_learning_changes_signs_though_every_weight_has_one_size()
    {
        using var before = new Line();
        var first = Matrices(before);
        using var task = Trained(new Signs(IsMatrix), new Checkpointing(_folder.FullName));
        foreach (var (matrix, began) in Matrices(task).Zip(first))
            Assert.NotEqual(began.Select(MathF.Sign), matrix.Select(MathF.Sign));
        Assert.All(Rows(task), row => Assert.Single(row.Select(MathF.Abs).Distinct()));
        Assert.True(task.Validate()["loss"] < before.Validate()["loss"]);
    }

    [Fact]
    public void Rounded_weights_lie_on_the_grid_of_their_row()
    {
        using var task = Trained(new RoundedWeights(5, IsMatrix), new Checkpointing(_folder.FullName));
        foreach (var row in Rows(task))
            Assert.All(row, value => Assert.Equal(0, value / row.Max(MathF.Abs) * 15 - MathF.Round(value / row.Max(MathF.Abs) * 15), 4));
    }

    [Fact]
    public void Means_find_the_values_that_weights_gather_at()
    {
        using var scope = NewDisposeScope();
        var (values, groups) = SharedValues.Means(tensor(new[] { -1.01f, -0.99f, 0.1f, 0.11f, 2f }), 3);
        Assert.Equal([-1f, 0.105f, 2f], values.data<float>().ToArray().Select(value => MathF.Round(value, 4)));
        Assert.Equal([0L, 0, 1, 1, 2], groups.data<long>().ToArray());
    }

    private Line Trained(string kind, Checkpointing checkpointing) => kind switch
    {
        "prune" => Trained(new GradualPruning(new Pruning(0.5), IsMatrix, new Dictionary<string, Tensor>()), checkpointing),
        "binary" => Trained(new Signs(IsMatrix), checkpointing),
        "round" => Trained(new RoundedWeights(3, IsMatrix), checkpointing),
        "share" => Trained(new SharedValues(2, IsMatrix), checkpointing),
        _ => Trained([new GradualPruning(new Pruning(0.5, Epochs: 0, TwoOfFour: true), IsMatrix, new Dictionary<string, Tensor>()), new SharedValues(2, IsMatrix)], checkpointing),
    };

    private static Line Trained(Constraint constraint, Checkpointing checkpointing) => Trained([constraint], checkpointing);

    private static Line Trained(Constraint[] constraints, Checkpointing checkpointing)
    {
        var task = new Line();
        using var asked = new Constraints(constraints);
        new Trainer(task, s_spec, Compute.Choose(s_spec, 1), checkpointing, new Progress<Report>(), asked).Run(TestContext.Current.CancellationToken);
        return task;
    }

    private static bool IsMatrix(FlatPlace place) => place.Shape.Length == 2;

    private static float[][] Matrices(LearningTask task) => [.. task.Network.parameters().Where(one => one.dim() == 2).Select(one => one.data<float>().ToArray())];

    private static float[][] Rows(LearningTask task) => [.. task.Network.parameters().Where(one => one.dim() == 2).SelectMany(one => one.data<float>().ToArray().Chunk((int)one.shape[1]))];

    private static string Weights(LearningTask task) => string.Join("\n", task.Network.parameters().Select(one => Convert.ToHexString(one.bytes)));

    /// <summary>A made-up function of eight numbers, learned by two layers that always begin alike.</summary>
    private sealed class Line : LearningTask
    {
        private readonly Tensor _x_NF;
        private readonly Tensor _y_N;

        public Line()
        {
            random.manual_seed(5);
            _x_NF = randn(256, 8);
            _y_N = (_x_NF.select(1, 0) * 2 - _x_NF.select(1, 3)).relu();
            Network = nn.Sequential(nn.Linear(8, 16), nn.ReLU(), nn.Linear(16, 1));
        }

        public override nn.Module Network { get; }

        public override int TrainRows => 192;

        public override Tensor Loss(Tensor rows_B) => Of(_x_NF.index_select(0, rows_B), _y_N.index_select(0, rows_B));

        public override IReadOnlyDictionary<string, double> Validate()
        {
            using var scope = NewDisposeScope();
            using var quiet = no_grad();
            return new Dictionary<string, double> { ["loss"] = Of(_x_NF.slice(0, 192, 256, 1), _y_N.slice(0, 192, 256, 1)).item<float>() };
        }

        public override void Dispose() => Network.Dispose();

        private Tensor Of(Tensor x, Tensor y) => (((nn.Module<Tensor, Tensor>)Network).call(x).squeeze(1) - y).square().mean();
    }
}
