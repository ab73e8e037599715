// Adam (Kingma and Ba 2015, arXiv:1412.6980): m <- b1 m + (1-b1) g; v <- b2 v + (1-b2) g^2; mhat = m/(1-b1^t);
// vhat = v/(1-b2^t); theta <- theta - alpha mhat/(sqrt(vhat)+eps). With a weight decay w it is AdamW (Loshchilov and Hutter 2019,
// arXiv:1711.05101): theta <- (1 - alpha w) theta first, outside the moments.
using MaaS.Engine.Training;
using TorchSharp;
using static TorchSharp.torch;

namespace MaaS.Engine.Optimizers;

/// <param name="decayed">How many of theta, from the first on, shrink: matrices; a bias or a norm's scale has nothing to gain from it.</param>
/// <param name="crew">Threads to share the work with.</param>
internal sealed class Adam(
    Tensor theta, Tensor gradient, double learningRate, double beta1, double beta2, double epsilon, double weightDecay = 0, long decayed = long.MaxValue, Crew? crew = null)
    : Optimizer(learningRate)
{
    private readonly Tensor _mean = zeros_like(theta).DetachFromDisposeScope();
    private readonly Tensor _square = zeros_like(theta).DetachFromDisposeScope();

    // On the CPU: reading it never waits for the device.
    private readonly Tensor _steps = zeros(1, dtype: ScalarType.Int64).DetachFromDisposeScope();

    public override IReadOnlyDictionary<string, Tensor> State =>
        new Dictionary<string, Tensor> { ["mean"] = _mean, ["square"] = _square, ["steps"] = _steps };

    protected override void Update()
    {
        var t = _steps.add_(1).item<long>();
        if (crew is null)
            Update(t, 0, theta.numel());
        else
            crew.Run(member =>
            {
                using var quiet = no_grad();
                var (from, to) = crew.Share(theta.numel(), member);
                Update(t, from, to);
            });
    }

    private void Update(long t, long from, long to)
    {
        Tensor Part(Tensor whole) => whole.slice(0, from, to, 1);
        var (own, g, mean, square) = (Part(theta), Part(gradient), Part(_mean), Part(_square));
        var step = new AdamStep(beta1, beta2, epsilon, LearningRate / (1 - Math.Pow(beta1, t)), 1 - Math.Pow(beta2, t), 1 - LearningRate * weightDecay);
        var decaying = weightDecay > 0 ? Math.Clamp(decayed - from, 0, to - from) : 0;
        if (theta.device.type == DeviceType.CPU)
            step.Run(own, g, mean, square, decaying);
        else
            step.RunOnDevice(own, g, mean, square, decaying);
    }
}
