// One step on several cores: each thread takes its share of the rows through a network of its own, which is the same parameters with
// another place for the gradient (and for what batch normalization measures: what the first network measured is kept). The gradients are
// added in one order, so the sum is the same to the bit each time. Two of libtorch's threads inside each operation took 14 times the
// processor time on a machine that is busy with other work: here nothing is handed over between one operation and the next.
using static TorchSharp.torch;

namespace MaaS.Engine.Training;

/// <param name="parameters">Of each network, of which all are built alike; the first is what is learned.</param>
/// <param name="crew">A thread for each network.</param>
internal sealed class Replicas(IReadOnlyList<FlatParameters> parameters, Crew crew) : IDisposable
{
    /// <summary>Adds the gradient of the loss to the first network's parameters' own.</summary>
    /// <param name="threads">That take a share; what is left for the last step of an epoch may be too little for all.</param>
    /// <param name="loss">Differentiable, of some of the rows through one network, given by its number; already weighted.</param>
    /// <returns>The whole loss.</returns>
    public Tensor Backward(Tensor rows_B, int threads, Func<int, Tensor, Tensor> loss)
    {
        var shares = rows_B.tensor_split(threads);
        var losses = new Tensor[threads];
        crew.Run(member =>
        {
            if (member >= threads)
                return;
            if (member > 0)
                parameters[member].Gradient.zero_();
            var one = loss(member, shares[member]);
            one.backward();
            losses[member] = one.detach().DetachFromDisposeScope();
        });
        crew.Run(member =>
        {
            using var quiet = no_grad();
            var (from, to) = crew.Share(parameters[0].Gradient.numel(), member);
            foreach (var other in parameters.Take(threads).Skip(1))
                parameters[0].Gradient.slice(0, from, to, 1).add_(other.Gradient.slice(0, from, to, 1));
        });
        var whole = stack(losses).sum();
        foreach (var one in losses)
            one.Dispose();
        return whole;
    }

    /// <summary>Of the other networks; the first's are the caller's.</summary>
    public void Dispose()
    {
        foreach (var other in parameters.Skip(1))
            other.Dispose();
    }
}
