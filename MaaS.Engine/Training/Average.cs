// An exponential moving average of the parameters: noise of the last steps cancels out of it (Polyak and Juditsky 1992).
using static TorchSharp.torch;

namespace MaaS.Engine.Training;

/// <param name="decay">ema &lt;- decay ema + (1 - decay) theta, after each step; smaller in the first steps, (1 + t) / (10 + t).</param>
internal sealed class Average(FlatParameters parameters, double decay) : IDisposable
{
    public Tensor Ema { get; } = parameters.Theta.clone().DetachFromDisposeScope();

    /// <param name="step">t, from 1.</param>
    public void Add(long step)
    {
        using var quiet = no_grad();
        Ema.lerp_(parameters.Theta, 1 - Math.Min(decay, (1.0 + step) / (10.0 + step)));
    }

    /// <summary>Does something with the average in the place of the parameters.</summary>
    public T Instead<T>(Func<T> something)
    {
        using var quiet = no_grad();
        using var theta = parameters.Theta.clone();
        parameters.Theta.copy_(Ema);
        try
        {
            return something();
        }
        finally
        {
            parameters.Theta.copy_(theta);
        }
    }

    public void Dispose() => Ema.Dispose();
}
