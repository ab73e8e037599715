// One step on several cores: each thread takes its share of the images through a network of its own, which is the same parameters with
// another place for the gradient and for what batch normalization measures. It so normalizes over its share of the batch (Hoffer et al.
// 2017, arXiv:1705.08741, found that to do no harm); what the first network measured is kept.
// Two of libtorch's threads inside each operation took 14 times the processor time on a machine that is busy with other work.
using MaaS.Engine.Training;
using static TorchSharp.torch;

namespace MaaS.Engine.Tasks.Images;

internal sealed class Replicas : IDisposable
{
    /// <summary>Of one share: over fewer, batch normalization would measure chance.</summary>
    public const int FewestImages = 32;

    private readonly (Network Network, FlatParameters Parameters)[] _all;
    private readonly Crew _crew;

    /// <param name="networks">One a thread, of one kind.</param>
    /// <param name="parameters">Of the first.</param>
    public Replicas(IReadOnlyList<Network> networks, FlatParameters parameters, Crew crew)
    {
        _crew = crew;
        _all = [(networks[0], parameters), .. networks.Skip(1).Select(network => (network, new FlatParameters(network, network.IsHidden, parameters)))];
    }

    /// <summary>Adds the gradient of the loss to the parameters' own, in one order, so that it is the same to the bit each time.</summary>
    /// <param name="loss">Differentiable, of some of the rows through one network, already weighted.</param>
    /// <returns>The whole loss.</returns>
    public Tensor Backward(Tensor rows_B, Func<Network, Tensor, Tensor> loss)
    {
        // What is left for the last step of an epoch may be too little to share.
        var threads = (int)Math.Clamp(rows_B.shape[0] / FewestImages, 1, _all.Length);
        var shares = rows_B.tensor_split(threads);
        var losses = new Tensor[threads];
        // Drawn here, from the generator whose state a checkpoint keeps.
        var seeds = randint(long.MaxValue, [threads], dtype: ScalarType.Int64).data<long>().ToArray();
        _crew.Run(member =>
        {
            if (member >= threads)
                return;
            var (network, parameters) = _all[member];
            network.Random.manual_seed(seeds[member]);
            if (member > 0)
                parameters.Gradient.zero_();
            var one = loss(network, shares[member]);
            one.backward();
            losses[member] = one.detach().DetachFromDisposeScope();
        });
        using var quiet = no_grad();
        foreach (var (_, other) in _all[1..threads])
            _all[0].Parameters.Gradient.add_(other.Gradient);
        var whole = stack(losses).sum();
        foreach (var one in losses)
            one.Dispose();
        return whole;
    }

    public void Dispose()
    {
        foreach (var (_, parameters) in _all.Skip(1))
            parameters.Dispose();
    }
}
