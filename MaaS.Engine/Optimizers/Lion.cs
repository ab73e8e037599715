// u <- sign(b1 m + (1-b1) g); theta <- (1 - alpha w) theta - alpha u; m <- b2 m + (1-b2) g. Chen et al. 2023, arXiv:2302.06675.
using static TorchSharp.torch;

namespace MaaS.Engine.Optimizers;

/// <param name="decayed">The part of theta that shrinks by the weight decay w.</param>
internal sealed class Lion(Tensor theta, Tensor gradient, double learningRate, double beta1, double beta2, double weightDecay, Tensor decayed)
    : Optimizer(learningRate)
{
    private readonly Tensor _mean = zeros_like(theta).DetachFromDisposeScope();

    public override IReadOnlyDictionary<string, Tensor> State => new Dictionary<string, Tensor> { ["mean"] = _mean };

    protected override void Update()
    {
        if (weightDecay > 0)
            decayed.mul_(1 - LearningRate * weightDecay);
        theta.add_(_mean.lerp(gradient, 1 - beta1).sign_(), alpha: -LearningRate);
        _mean.lerp_(gradient, 1 - beta2);
    }
}
