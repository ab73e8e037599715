// v <- beta v + (1 - beta) g; theta <- theta - alpha v; v begins at zero.
// torch's own SGD begins v at the first gradient and leaves out (1 - beta): not the same rule.
using static TorchSharp.torch;

namespace MaaS.Engine.Optimizers;

internal sealed class Momentum(Tensor theta, Tensor gradient, double learningRate, double beta) : Optimizer(learningRate)
{
    private readonly Tensor _velocity = zeros_like(theta).DetachFromDisposeScope();

    public override IReadOnlyDictionary<string, Tensor> State => new Dictionary<string, Tensor> { ["velocity"] = _velocity };

    protected override void Update()
    {
        _velocity.mul_(beta).add_(gradient * (1 - beta));
        theta.sub_(_velocity * LearningRate);
    }
}
