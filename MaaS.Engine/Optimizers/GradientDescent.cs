// theta <- theta - alpha g. Over all rows it is gradient descent, over a mini-batch SGD: the rows are the loop's choice.
using static TorchSharp.torch;

namespace MaaS.Engine.Optimizers;

internal sealed class GradientDescent(Tensor theta, Tensor gradient, double learningRate) : Optimizer(learningRate)
{
    protected override void Update() => theta.sub_(gradient * LearningRate);
}
