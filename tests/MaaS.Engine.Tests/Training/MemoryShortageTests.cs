// A step that does not fit: libtorch's own refusal, and what the user is told of it.
using MaaS.Contracts.Training;
using MaaS.Engine.Tasks;
using MaaS.Engine.Tests.Tasks;
using MaaS.Engine.Training;
using TorchSharp.Modules;
using Xunit;
using static TorchSharp.torch;

namespace MaaS.Engine.Tests.Training;

public sealed class MemoryShortageTests
{
    public static TheoryData<TrainingSpec, string> Trainings => new()
    {
        {
            new LanguageTraining(Network: new GptNetwork(Layers: 6, Width: 384, Heads: 6)) { BatchSize = 24, Accumulation = 2 },
            "Lower training.batch_size, which is 24: 12 with a training.accumulation of 4 learns much the same in about half the memory. A smaller training.network needs less too; " +
            "it is {\"layers\":6,\"heads\":6,\"width\":384,\"context\":64,\"activation\":\"gelu\",\"positions\":\"learned\",\"dropout\":0}."
        },
        {
            new TabularTraining("left", Network: new MlpNetwork([4096])) { Optimizer = new GradientDescentSpec { LearningRate = 0.1 } },
            "training.optimizer.method is gradient_descent, which takes all rows at once; sgd or adamw take a few. A smaller training.network needs less too; " +
            "it is {\"type\":\"mlp\",\"hidden\":[4096],\"dropout\":0.1,\"numbers\":\"piecewise_linear\",\"pairs\":false,\"ensemble\":1}."
        },
        { new TextTraining("text", "class") { BatchSize = 1 }, "training.batch_size is 1 and cannot be lowered." },
    };

    [Theory, MemberData(nameof(Trainings))]
    public void The_sentence_names_what_to_lower_and_what_it_is(TrainingSpec training, string advice)
    {
        var spec = training with { Optimizer = training.Optimizer ?? new SgdSpec { LearningRate = 0.1 }, Device = DeviceChoice.Cpu };
        using var task = new TooLarge();

        var error = Assert.Throws<MemoryShortage>(() =>
            new Trainer(task, spec, Compute.Choose(spec, 1), new Checkpointing(""), new Progress<Report>()).Run(TestContext.Current.CancellationToken));

        Assert.Equal($"A step of the training needed more memory than this machine has. {advice}", error.Message);
        Assert.Contains("DefaultCPUAllocator", error.InnerException!.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_network_that_no_machine_holds_is_refused_before_it_is_made()
    {
        using var ground = new TrainingGround();
        var spec = new LanguageTraining(Network: new GptNetwork(48, 64, 4096, 64, Inner: 65_536)) { Device = DeviceChoice.Cpu };
        var wide = spec with { Network = spec.Network! with { HeadWidth = 4096 } };

        var error = Assert.Throws<UserError>(() => ground.Train(wide, ground.DataOf(wide)));

        Assert.Matches("^training.network is {\"layers\":48,\"heads\":64,\"width\":4096,.*}, whose [0-9,]+ parameters take 4,[0-9]{3} GB while they learn, but this machine has only [0-9,]+ GB. Choose a smaller one.$", error.Message);
    }

    [Fact, Trait("needs", "gpu")]
    public void On_a_gpu_it_is_said_how_much_that_has()
    {
        Assert.SkipUnless(cuda.is_available(), "There is no CUDA device here.");
        var spec = new TextTraining("text", "class") { BatchSize = 8, Optimizer = new SgdSpec { LearningRate = 0.1 }, Device = DeviceChoice.Cuda };
        using var task = new TooLarge(CUDA);

        var error = Assert.Throws<MemoryShortage>(() =>
            new Trainer(task, spec, Compute.Choose(spec, 1), new Checkpointing(""), new Progress<Report>()).Run(TestContext.Current.CancellationToken));

        Assert.Matches("^A step of the training needed more memory than the GPU has, [0-9]+ GB. Lower training.batch_size, which is 8: 4 with", error.Message);
    }

    /// <summary>Its loss needs 256 TB.</summary>
    private sealed class TooLarge(Device? device = null) : LearningTask
    {
        private readonly Linear _network = nn.Linear(1, 1, device: device);

        public override nn.Module Network => _network;

        public override int TrainRows => 48;

        public override Tensor Loss(Tensor rows_B) => zeros(1L << 46, device: device);

        public override IReadOnlyDictionary<string, double> Validate() => new Dictionary<string, double> { ["loss"] = 0 };

        public override void Dispose() => _network.Dispose();
    }
}
