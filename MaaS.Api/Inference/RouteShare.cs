// A version under the settings of a deployment's revision: where its requests queue and are counted.
using MaaS.Contracts.Deployments;
using MaaS.Inference;
using MaaS.Inference.Tensors;

namespace MaaS.Api.Inference;

internal sealed class RouteShare(Guid versionId, string model, int version, int weight, Batching batching, ServingCount count)
{
    private Batcher? _batcher;

    public Guid VersionId => versionId;
    public string Model => model;
    public int Version => version;
    public int Weight => weight;
    public Batching Batching => batching;
    public ServingCount Count => count;

    /// <summary>The version's number as the open protocol writes it.</summary>
    public string VersionText { get; } = $"{version}";

    /// <summary>The queue before a loaded model; a model that was unloaded and loaded again gets a new one.</summary>
    public Batcher Queue(Model loaded)
    {
        var batcher = Volatile.Read(ref _batcher);
        while (batcher is null || batcher.Pool != loaded.Tensors)
        {
            var made = new Batcher(loaded.Tensors, batching, count.Batches);
            var other = Interlocked.CompareExchange(ref _batcher, made, batcher);
            batcher = other == batcher ? made : other;
        }
        return batcher;
    }
}
