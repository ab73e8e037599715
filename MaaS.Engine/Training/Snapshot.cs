// A copy of all that a network is: parameters and buffers. The best one seen is kept in one.
using static TorchSharp.torch;

namespace MaaS.Engine.Training;

internal sealed class Snapshot : IDisposable
{
    private readonly (Tensor Live, Tensor Copy)[] _pairs;

    public Snapshot(FlatParameters parameters) =>
        _pairs = [.. parameters.Buffers.Prepend(parameters.Theta).Select(live => (live, live.clone().DetachFromDisposeScope()))];

    /// <summary>Live tensors: copying a saved state into them restores it.</summary>
    public IEnumerable<KeyValuePair<string, Tensor>> State => _pairs.Select((pair, i) => new KeyValuePair<string, Tensor>($"best.{i}", pair.Copy));

    public void Take()
    {
        using var quiet = no_grad();
        foreach (var (live, copy) in _pairs)
            copy.copy_(live);
    }

    public void PutBack()
    {
        using var quiet = no_grad();
        foreach (var (live, copy) in _pairs)
            live.copy_(copy);
    }

    public void Dispose()
    {
        foreach (var (_, copy) in _pairs)
            copy.Dispose();
    }
}
