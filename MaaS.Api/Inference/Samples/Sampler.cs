// A sampling as one process sees it: which requests it still takes, and what of them. A request that is not sampled asks only whether there is
// a sampler; one that is pays for a copy after its caller has the answer. What goes wrong here is nobody's trouble.
using MaaS.Catalog.Deployments;
using MaaS.Contracts.Deployments;
using MaaS.Contracts.Inference;
using MaaS.Inference;
using MaaS.Inference.Tensors;

namespace MaaS.Api.Inference.Samples;

/// <param name="Write">Makes the JSON of it, later.</param>
internal sealed record TakenSample(Guid Sampling, DateTimeOffset At, string? RequestId, Guid Version, SampledProtocol Protocol, int Rows, Func<(string Asked, string Answered)> Write);

internal sealed class Sampler(SamplingRow sampling, RequestSamples samples)
{
    private const long MostCopied = 4 << 20; // bytes; what is larger is known by its size alone

    private readonly Redaction _redaction = new(sampling.Keeps, sampling.KeepsAll);
    private int _left = sampling.Requests - sampling.Taken;

    /// <param name="call">Answered, and not yet released.</param>
    public void Take(Call call, RouteShare share, Model answered, string? requestId)
    {
        if (!TryTake())
            return;
        var signature = answered.Tensors.Signature;
        if (CallCopy.BytesOf(call, signature) is var bytes and > MostCopied)
        {
            Add(share, SampledProtocol.OpenInference, call.Rows, requestId, () => (SampleJson.LeftOut(bytes), SampleJson.LeftOut(bytes)));
            return;
        }
        var (copy, task) = (CallCopy.Of(call, signature), answered.Manifest.Task);
        Add(share, SampledProtocol.OpenInference, call.Rows, requestId, () => SampleJson.Of(copy, task, _redaction));
    }

    public void Take(PredictRequest request, IReadOnlyList<Prediction> predictions, RouteShare share, Model answered, string requestId)
    {
        if (!TryTake())
            return;
        var manifest = answered.Manifest;
        Add(share, SampledProtocol.Predict, request.Rows.Count, requestId,
            () => SampleJson.Of(request.Rows, predictions, _redaction, Redaction.Columns(manifest).ToDictionary(column => column.Name, column => column.IsHarmless, StringComparer.Ordinal)));
    }

    private bool TryTake() => Volatile.Read(ref _left) > 0 && samples.Clock.GetUtcNow() < sampling.EndsAt && Interlocked.Decrement(ref _left) >= 0;

    private void Add(RouteShare share, SampledProtocol protocol, int rows, string? requestId, Func<(string, string)> write) =>
        samples.Add(new(sampling.Id, samples.Clock.GetUtcNow(), string.IsNullOrEmpty(requestId) || requestId.Contains('\0') ? null : requestId, share.VersionId, protocol, rows, write));
}
