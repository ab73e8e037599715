// Training in bfloat16: what is rounded and what is not, on whatever thread, and that it learns all the same.
using MaaS.Contracts.Training;
using MaaS.Engine.Tasks.Language;
using MaaS.Engine.Tests.Tasks;
using MaaS.Engine.Training;
using TorchSharp;
using Xunit;
using static TorchSharp.torch;

namespace MaaS.Engine.Tests.Training;

public sealed class PrecisionTests
{
    private static readonly Precision s_half = new(DeviceType.CPU, false);

    public static TheoryData<string> Tasks => EveryTask.Names;

    [Theory, MemberData(nameof(Tasks))]
    public void Products_are_rounded_but_not_the_loss_nor_the_gradients_nor_the_parameters(string name)
    {
        using var scope = NewDisposeScope();
        var (loss, gradient) = Step(name, Precision.Full);
        var (rounded, roundedGradient) = Step(name, s_half);

        Assert.Equal((ScalarType.Float32, ScalarType.Float32), (rounded.dtype, roundedGradient.dtype));
        // These two multiply vectors number by number; there is no matrix to round.
        Assert.Equal(name is "ratings" or "bpr", (gradient - roundedGradient).norm().item<float>() == 0);
        Assert.InRange(rounded.item<float>() / loss.item<float>(), 0.99, 1.01);
        Assert.InRange((gradient - roundedGradient).norm().item<float>() / gradient.norm().item<float>(), 0, 0.1);
        Assert.Equal(ScalarType.Float32, ones(2, 2).mm(ones(2, 2)).dtype);
    }

    [Fact]
    public void Threads_that_share_a_step_round_as_one_does()
    {
        using var scope = NewDisposeScope();
        float Loss(int threads, Precision precision)
        {
            random.manual_seed(1);
            var part = new TextPart([.. Enumerable.Range(0, 2_000).Select(i => i * i % 17)], 1);
            var task = new LanguageTask(new Gpt(new GptNetwork(2, 2, 32, 32), 17), part, part, 9, CPU, threads) { Precision = precision };
            return task.Backward(tensor(task.Order(1, 1)), 1, new FlatParameters(task.Network, task.IsHidden)).item<float>();
        }
        var (one, three, full) = (Loss(1, s_half), Loss(3, s_half), Loss(3, Precision.Full));

        Assert.InRange(Math.Abs(one - three), 0, Math.Abs(one - full) / 10);
        Assert.NotEqual(one, full);
    }

    [Fact]
    public void A_model_trained_in_bfloat16_is_nearly_as_good()
    {
        double Trained(PrecisionChoice precision, string reason)
        {
            var training = new LanguageTraining { Precision = precision, Device = DeviceChoice.Cpu };
            var compute = Compute.Choose(training, 1);
            Assert.EndsWith(reason, compute.Reason, StringComparison.Ordinal);
            using var task = EveryTask.Make("language", CPU);
            var spec = training with { Epochs = 40, Patience = 0, BatchSize = 16, Optimizer = new MuonSpec(), Schedule = new LinearSchedule() };
            return new Trainer(task, spec, compute, new Checkpointing(""), new Progress<Report>()).Run(TestContext.Current.CancellationToken).BestLoss;
        }
        var full = Trained(PrecisionChoice.Auto, "; products in float32, as usual on this device");
        var rounded = Trained(PrecisionChoice.Bfloat16, "; products in bfloat16, as asked");

        Assert.True(full < 0.5 * Math.Log(17), $"loss {full}");
        Assert.InRange(rounded / full, 0.9, 1.1);
        Assert.NotEqual(full, rounded);
    }

    private static (Tensor Loss, Tensor Gradient) Step(string name, Precision precision)
    {
        var task = EveryTask.Make(name, CPU);
        task.Precision = precision;
        var parameters = new FlatParameters(task.Network, task.IsHidden);
        var loss = task.Backward(tensor(task.Order(1, 1)), 1, parameters);
        Assert.Equal(ScalarType.Float32, parameters.Theta.dtype);
        return (loss, parameters.Gradient);
    }
}
