// A network on its way to becoming smaller, as data: what it is trained with, and its weights.
using MaaS.Contracts.Training;
using MaaS.Engine.Packages;
using static TorchSharp.torch;

namespace MaaS.Engine.Compression;

/// <param name="Training">Every value filled in; its network is the one that the weights are of.</param>
/// <param name="Weights">By name in the network's state; on the CPU, and nobody else's.</param>
internal sealed record Candidate(TrainingSpec Training, IReadOnlyDictionary<string, Tensor> Weights) : IDisposable
{
    public static Candidate Of(TrainingSpec training, nn.Module network)
    {
        using var quiet = no_grad();
        return new(training, network.state_dict().ToDictionary(entry => entry.Key, entry => OneZero(entry.Value.detach().cpu()).DetachFromDisposeScope()));
    }

    /// <summary>A copy. What is pruned is -0 as often as +0, which are one number and two to whoever stores them: adding zero makes them one.</summary>
    private static Tensor OneZero(Tensor weight) => weight.is_floating_point() ? weight.add(0) : weight.clone();

    /// <summary>Copies the weights over those of a network built as this training says.</summary>
    public void Into(nn.Module network) => new SavedNetwork("the variant", new Dictionary<string, string>(), Weights).Into(network);

    public void Dispose()
    {
        foreach (var weight in Weights.Values)
            weight.Dispose();
    }
}
