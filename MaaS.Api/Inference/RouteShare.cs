// A version under the settings of a deployment's revision: what computes its requests, where they queue and are counted, whether its answers are
// kept, and who else gets to see them.
using MaaS.Api.Deployments;
using MaaS.Api.Inference.Answers;
using MaaS.Api.Inference.Shadows;
using MaaS.Contracts.Deployments;
using MaaS.Contracts.Inference;
using MaaS.Inference;
using MaaS.Inference.Tensors;

namespace MaaS.Api.Inference;

/// <param name="watch">Null when no guard watches the version.</param>
/// <param name="shadows">That compute a part of its requests too.</param>
/// <param name="answers">Where its answers are kept; null when they are not.</param>
internal sealed class RouteShare(
    Guid versionId, string model, int version, int weight, Batching batching, ServingCount count, GuardWatch? watch = null, ShadowQueue[]? shadows = null,
    ExecutionProvider provider = ExecutionProvider.Auto, AnswerKeeper? answers = null)
{
    private Batcher? _batcher;

    public Guid VersionId => versionId;
    public string Model => model;
    public int Version => version;
    public int Weight => weight;
    public Batching Batching => batching;
    public ServingCount Count => count;
    public GuardWatch? Watch => watch;
    public ExecutionProvider Provider => provider;
    public AnswerKeeper? Answers => answers;

    public bool IsShadowed => shadows is not null;

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

    /// <param name="began">When its first byte was read.</param>
    public void Succeed(long began, Call call, Model answered)
    {
        var ticks = count.Succeed(began, call, answered);
        watch?.Answered(ticks);
    }

    public void Fail(Failure reason)
    {
        count.Fail(reason);
        watch?.Failed(reason);
    }

    /// <summary>Shows the shadows a call whose caller has its answer, before the call is released.</summary>
    public void Show(Call call, Model answered)
    {
        var signature = answered.Tensors.Signature;
        foreach (var shadow in shadows!)
            if (shadow.Draws() && CallCopy.BytesOf(call, signature) is var bytes && shadow.TryReserve(bytes))
                shadow.Add(new TensorWork(bytes, CallCopy.Of(call, signature), answered.Manifest.Task));
    }

    public void Show(PredictRequest request, IReadOnlyList<Prediction> answered)
    {
        foreach (var shadow in shadows!)
            if (shadow.Draws() && RowsWork.BytesOf(request.Rows) is var bytes && shadow.TryReserve(bytes))
                shadow.Add(new RowsWork(bytes, request.Rows, answered));
    }
}
