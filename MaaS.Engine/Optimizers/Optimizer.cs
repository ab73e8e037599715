// An optimizer is an update rule over two flat tensors: parameters theta and gradient g. It knows no module, no epoch, no schedule.
using MaaS.Contracts.Training;
using static TorchSharp.torch;

namespace MaaS.Engine.Optimizers;

/// <summary>alpha is the learning rate; t, the number of steps, counts from 1.</summary>
internal abstract class Optimizer(double learningRate) : IDisposable
{
    public double LearningRate { get; set; } = learningRate;

    /// <summary>Live tensors: copying a saved state into them restores it.</summary>
    public virtual IReadOnlyDictionary<string, Tensor> State { get; } = new Dictionary<string, Tensor>();

    /// <summary>One update of theta, in place, from the gradient as it stands.</summary>
    public void Step()
    {
        using var quiet = no_grad();
        using var scope = NewDisposeScope();
        Update();
    }

    protected abstract void Update();

    public void Dispose()
    {
        foreach (var tensor in State.Values)
            tensor.Dispose();
    }

    /// <param name="spec">With its learning rate filled in.</param>
    public static Optimizer For(OptimizerSpec spec, Tensor theta, Tensor gradient)
    {
        var rate = spec.LearningRate ?? DefaultLearningRate(spec);
        return spec switch
        {
            GradientDescentSpec or SgdSpec => new GradientDescent(theta, gradient, rate),
            MomentumSpec momentum => new Momentum(theta, gradient, rate, momentum.Beta),
            AdamSpec adam => new Adam(theta, gradient, rate, adam.Beta1, adam.Beta2, adam.Epsilon),
            AdamWSpec adamw => new Adam(theta, gradient, rate, adamw.Beta1, adamw.Beta2, adamw.Epsilon, adamw.WeightDecay),
            _ => throw new ArgumentOutOfRangeException(nameof(spec), spec, null),
        };
    }

    /// <summary>Good for standardized inputs; the methods without per-parameter scaling need, and bear, larger steps.</summary>
    public static double DefaultLearningRate(OptimizerSpec spec) => spec switch
    {
        GradientDescentSpec => 0.5,
        SgdSpec => 0.05,
        MomentumSpec => 0.1,
        _ => 1e-3,
    };
}
