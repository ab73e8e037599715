// An optimizer is an update rule over two flat tensors: parameters theta and gradient g. It knows no module and no epoch.
using MaaS.Contracts.Training;
using MaaS.Engine.Training;
using static TorchSharp.torch;

namespace MaaS.Engine.Optimizers;

/// <summary>alpha is the learning rate; t, the number of steps, counts from 1.</summary>
internal abstract class Optimizer(double learningRate) : IDisposable
{
    /// <summary>The schedule's factor for the next step.</summary>
    public double Scale { get; set; } = 1;

    public double LearningRate => learningRate * Scale;

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
    /// <param name="crew">Threads that the dearer methods share their work with; null leaves it to libtorch's.</param>
    public static Optimizer For(OptimizerSpec spec, FlatParameters parameters, Crew? crew = null)
    {
        var rate = spec.LearningRate ?? DefaultLearningRate(spec);
        var (theta, gradient) = (parameters.Theta, parameters.Gradient);
        return spec switch
        {
            GradientDescentSpec or SgdSpec => new GradientDescent(theta, gradient, rate),
            MomentumSpec momentum => new Momentum(theta, gradient, rate, momentum.Beta),
            AdamSpec adam => new Adam(theta, gradient, rate, adam.Beta1, adam.Beta2, adam.Epsilon, crew: crew),
            AdamWSpec adamw => new Adam(theta, gradient, rate, adamw.Beta1, adamw.Beta2, adamw.Epsilon, adamw.WeightDecay, parameters.DecayedCount, crew),
            RmsPropSpec rmsprop => new RmsProp(theta, gradient, rate, rmsprop.Beta, rmsprop.Epsilon),
            LionSpec lion => new Lion(theta, gradient, rate, lion.Beta1, lion.Beta2, lion.WeightDecay, parameters.Decayed),
            MuonSpec muon => new Muon(parameters, muon, rate, crew),
            _ => throw new ArgumentOutOfRangeException(nameof(spec), spec, null),
        };
    }

    /// <summary>Good for standardized inputs; the methods without per-parameter scaling need, and bear, larger steps.</summary>
    public static double DefaultLearningRate(OptimizerSpec spec) => spec switch
    {
        GradientDescentSpec => 0.5,
        SgdSpec => 0.05,
        MomentumSpec => 0.1,
        LionSpec => 1e-4,
        MuonSpec => 0.02,
        _ => 1e-3,
    };
}
