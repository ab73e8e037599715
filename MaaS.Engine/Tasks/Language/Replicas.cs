// One step on several cores: each thread takes its share of the windows through a network of its own, which is the same parameters
// with another place for the gradient; the gradients are added in one order, so the sum is the same to the bit each time.
// Splitting the windows beats splitting each small product: nothing has to be handed over between one operation and the next.
using MaaS.Engine.Training;
using static TorchSharp.torch;

namespace MaaS.Engine.Tasks.Language;

internal sealed class Replicas : IDisposable
{
    private readonly (Gpt Network, FlatParameters Parameters)[] _all;
    private readonly Crew _crew;

    /// <param name="crew">Dropout draws from one generator, in whatever order threads ask: with it there is no second network.</param>
    public Replicas(Gpt network, FlatParameters parameters, Func<string, bool> isHidden, Crew crew)
    {
        _crew = crew;
        _all = [(network, parameters), .. Enumerable.Range(1, crew.Size - 1).Select(_ => network.Twin()).Select(twin => (twin, new FlatParameters(twin.Learning, isHidden, parameters)))];
    }

    /// <summary>Adds the gradient of the loss to the parameters' own.</summary>
    /// <param name="loss">Differentiable, of some of the rows through one network, already weighted.</param>
    /// <returns>The whole loss.</returns>
    public double Backward(Tensor rows_B, Func<Gpt, Tensor, Tensor> loss)
    {
        var rows = rows_B.data<long>().ToArray();
        var losses = new double[_crew.Size];
        _crew.Run(member =>
        {
            var (network, parameters) = _all[member];
            if (member > 0)
                parameters.Gradient.zero_();
            var (from, to) = _crew.Share(rows.Length, member);
            var one = loss(network, tensor(rows[(int)from..(int)to]));
            one.backward();
            losses[member] = one.item<float>();
        });
        _crew.Run(member =>
        {
            using var quiet = no_grad();
            var (from, to) = _crew.Share(_all[0].Parameters.Gradient.numel(), member);
            foreach (var (_, other) in _all.Skip(1))
                _all[0].Parameters.Gradient.slice(0, from, to, 1).add_(other.Gradient.slice(0, from, to, 1));
        });
        return losses.Sum();
    }

    /// <summary>Calls the work once on each thread, with a network of its own and its number.</summary>
    public void Run(Action<Gpt, int> work) => _crew.Run(member => work(_all[member].Network, member));

    public void Dispose()
    {
        foreach (var (network, parameters) in _all.Skip(1))
        {
            parameters.Dispose();
            network.Dispose();
        }
    }
}
