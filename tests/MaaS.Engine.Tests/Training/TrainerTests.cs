// The training loop on a loss whose every step is known: one number that is drawn to the mean of the rows.
using MaaS.Contracts.Training;
using MaaS.Engine.Tasks;
using MaaS.Engine.Training;
using TorchSharp.Modules;
using Xunit;
using static TorchSharp.torch;

namespace MaaS.Engine.Tests.Training;

public sealed class TrainerTests
{
    private static readonly TextTraining s_spec = new("text", "class")
    {
        BatchSize = 4,
        Epochs = 3,
        Patience = 0,
        Optimizer = new SgdSpec { LearningRate = 0.5 },
        Device = DeviceChoice.Cpu,
        Schedule = new ConstantSchedule(),
    };

    [Theory]
    [InlineData(8)]
    [InlineData(7)] // the last step has fewer rows, and each of them counts as much as the others
    public void Batches_whose_gradients_are_added_up_are_one_larger_batch(int rows)
    {
        float[] values = [.. Enumerable.Range(0, rows).Select(row => row * row % 5f)];
        var (whole, parts) = (Learned(s_spec, values), Learned(s_spec with { BatchSize = 2, Accumulation = 2 }, values));
        Assert.Equal(whole.Looks, parts.Looks, (one, other) => Math.Abs(one - other) < 1e-6);
    }

    [Fact]
    public void A_gradient_that_is_too_long_is_shortened_and_a_short_one_is_not()
    {
        Assert.Equal(0.25, Learned(s_spec with { Epochs = 1, ClipNorm = 0.5 }, [10, 10, 10, 10]).Looks.Single(), 1e-5);
        Assert.Equal(5, Learned(s_spec with { Epochs = 1, ClipNorm = 20 }, [10, 10, 10, 10]).Looks.Single(), 1e-5);
    }

    [Fact]
    public void The_average_of_the_parameters_is_what_is_looked_at_and_kept()
    {
        var (theta, ema) = (0.0, 0.0);
        var expected = new List<double>();
        for (var step = 1; step <= 5; step++)
        {
            theta -= 0.5 * (theta - 8);
            var decay = Math.Min(0.4, (1.0 + step) / (10 + step));
            ema = decay * ema + (1 - decay) * theta;
            expected.Add(ema);
        }

        var learned = Learned(s_spec with { Epochs = 5, Ema = 0.4 }, [7, 8, 9, 8]);

        Assert.Equal(expected, learned.Looks, (one, other) => Math.Abs(one - other) < 1e-5);
        Assert.Equal(expected[^1], learned.Kept, 1e-5);
    }

    [Fact]
    public void A_plateau_lowers_the_learning_rate_each_time_nothing_got_better_for_long_enough()
    {
        var learned = Learned(s_spec with { Epochs = 7, Schedule = new PlateauSchedule(0.1, 2) }, [1, 1, 1, 1], worth: _ => 1);
        // The first look is the best; the rate falls after the third and the fifth, and is told of the step before.
        Assert.Equal([0.5, 0.5, 0.5, 0.05, 0.05, 0.005, 0.005], learned.Rates, (one, other) => Math.Abs(one - other) < 1e-9);
    }

    [Fact]
    public void Patience_ends_a_training_and_the_best_is_kept()
    {
        var learned = Learned(s_spec with { Epochs = 50, Patience = 3 }, [8, 8, 8, 8], worth: theta => Math.Abs(theta - 6));
        Assert.Equal(5, learned.Looks.Count); // 4, 6, 7, 7.5, 7.75
        Assert.Equal(6, learned.Kept, 1e-5);
    }

    private static (List<double> Looks, List<double> Rates, double Kept) Learned(TrainingSpec spec, float[] rows, Func<double, double>? worth = null)
    {
        using var task = new Drawn(rows, worth ?? (theta => Math.Pow(theta - 100, 2)));
        var rates = new List<double>();
        new Trainer(task, spec, Compute.Choose(spec, 1), new Checkpointing(""), new Heard(rates)).Run(TestContext.Current.CancellationToken);
        return (task.Looks, rates, task.Place.Theta.item<float>());
    }

    private sealed class Point : nn.Module
    {
        private readonly Parameter theta = nn.Parameter(zeros(1));

        public Point() : base(nameof(Point)) => RegisterComponents();

        public Tensor Theta => theta;
    }

    private sealed class Drawn(float[] rows, Func<double, double> worth) : LearningTask
    {
        private readonly Tensor _rows_N = tensor(rows).DetachFromDisposeScope();

        public Point Place { get; } = new();

        public List<double> Looks { get; } = [];

        public override nn.Module Network => Place;

        public override int TrainRows => rows.Length;

        public override Tensor Loss(Tensor rows_B) => (Place.Theta - _rows_N.index_select(0, rows_B)).square().mean() / 2;

        public override IReadOnlyDictionary<string, double> Validate()
        {
            Looks.Add(Place.Theta.item<float>());
            return new Dictionary<string, double> { ["loss"] = worth(Looks[^1]) };
        }

        public override void Dispose()
        {
            _rows_N.Dispose();
            Place.Dispose();
        }
    }

    private sealed class Heard(List<double> rates) : IProgress<Report>
    {
        public void Report(Report value)
        {
            if (value is Measured { Key: "learning_rate" } rate)
                rates.Add(rate.Value);
        }
    }
}
