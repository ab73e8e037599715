// v <- b v + (1-b) g^2; theta <- theta - alpha g/(sqrt(v)+eps). Tieleman and Hinton 2012, lecture 6.5.
using static TorchSharp.torch;

namespace MaaS.Engine.Optimizers;

internal sealed class RmsProp(Tensor theta, Tensor gradient, double learningRate, double beta, double epsilon) : Optimizer(learningRate)
{
    private readonly Tensor _square = zeros_like(theta).DetachFromDisposeScope();

    public override IReadOnlyDictionary<string, Tensor> State => new Dictionary<string, Tensor> { ["square"] = _square };

    protected override void Update()
    {
        _square.mul_(beta).addcmul_(gradient, gradient, 1 - beta);
        theta.addcdiv_(gradient, _square.sqrt().add_(epsilon), -LearningRate);
    }
}
