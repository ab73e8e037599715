// One step on several cores: each thread takes its share of the windows through a network of its own, which is the same parameters
// with another place for the gradient; the gradients are added in one order, so the sum is the same to the bit each time.
// Splitting the windows beats splitting each small product: nothing has to be handed over between one operation and the next.
using MaaS.Engine.Training;
using static TorchSharp.torch;

namespace MaaS.Engine.Tasks.Language;

internal sealed class Replicas : IDisposable
{
    private readonly (Gpt Network, FlatParameters Parameters)[] _others;

    /// <param name="threads">Dropout draws from one generator, in whatever order threads ask: with it there is no second network.</param>
    public Replicas(Gpt network, FlatParameters parameters, Func<string, bool> isHidden, int threads) =>
        _others = [.. Enumerable.Range(1, threads - 1).Select(_ => network.Twin()).Select(twin => (twin, new FlatParameters(twin.Learning, isHidden, parameters)))];

    /// <summary>Adds the gradient of the loss to the parameters' own.</summary>
    /// <param name="loss">Differentiable, of some of the rows through one network, already weighted.</param>
    /// <returns>The whole loss.</returns>
    public double Backward(Gpt network, FlatParameters parameters, Tensor rows_B, Func<Gpt, Tensor, Tensor> loss)
    {
        var threads = _others.Length + 1;
        var rows = rows_B.data<long>().ToArray();
        var losses = new double[threads];
        set_num_threads(1);
        try
        {
            Parallel.For(0, threads, new ParallelOptions { MaxDegreeOfParallelism = threads }, thread =>
            {
                using var scope = NewDisposeScope();
                var own = thread == 0 ? network : _others[thread - 1].Network;
                if (thread > 0)
                    _others[thread - 1].Parameters.Gradient.zero_();
                var share = rows[(rows.Length * thread / threads)..(rows.Length * (thread + 1) / threads)];
                var one = loss(own, tensor(share));
                one.backward();
                losses[thread] = one.item<float>();
            });
        }
        finally
        {
            set_num_threads(threads);
        }
        using var quiet = no_grad();
        foreach (var (_, other) in _others)
            parameters.Gradient.add_(other.Gradient);
        return losses.Sum();
    }

    public void Dispose()
    {
        foreach (var (network, parameters) in _others)
        {
            parameters.Dispose();
            network.Dispose();
        }
    }
}
