// A sampling as one process sees it: which requests it still takes, and what of them. A request that is not sampled asks only whether there is
// a sampler; one that is pays for a copy after its caller has the answer. What goes wrong here is nobody's trouble.
using System.Runtime.InteropServices;
using System.Text.Json;
using MaaS.Api.Inference.Shadows;
using MaaS.Catalog.Deployments;
using MaaS.Contracts.Deployments;
using MaaS.Contracts.Inference;
using MaaS.Inference;
using MaaS.Inference.Tensors;

namespace MaaS.Api.Inference.Samples;

/// <param name="Bytes">That were reserved for it.</param>
/// <param name="Write">Makes the JSON of it, later.</param>
internal sealed record TakenSample(Guid Id, long Bytes, Guid Sampling, DateTimeOffset At, string? RequestId, Guid Version, SampledProtocol Protocol, int Rows, Func<(string Asked, string Answered)> Write);

internal sealed class Sampler(SamplingRow sampling, RequestSamples samples)
{
    private const long MostCopied = 4 << 20; // bytes; what is larger is known by its size alone
    private const long CellBytes = 200; // about what a value takes beside its JSON

    private readonly Redaction _redaction = new(sampling.Keeps, sampling.KeepsAll);
    private int _left = sampling.Requests - sampling.Taken;

    /// <param name="call">Answered, and not yet released.</param>
    public void Take(Call call, RouteShare share, Model answered, string? requestId)
    {
        if (!TryTake())
            return;
        var signature = answered.Tensors.Signature;
        var bytes = CallCopy.BytesOf(call, signature);
        if (!TryReserve(bytes, out var reserved))
            return;
        if (bytes > MostCopied)
        {
            Add(share, SampledProtocol.OpenInference, call.Rows, requestId, reserved, () => (SampleJson.LeftOut(bytes), SampleJson.LeftOut(bytes)));
            return;
        }
        var (copy, task) = (CallCopy.Of(call, signature), answered.Manifest.Task);
        Add(share, SampledProtocol.OpenInference, call.Rows, requestId, reserved, () => SampleJson.Of(copy, task, _redaction));
    }

    public void Take(PredictRequest request, IReadOnlyList<Prediction> predictions, RouteShare share, Model answered, string requestId)
    {
        if (!TryTake())
            return;
        // Only what is written is held.
        IReadOnlyDictionary<string, JsonElement>[] rows = [.. request.Rows.Take(SampleJson.MostRows)];
        Prediction[] answers = [.. predictions.Take(SampleJson.MostRows)];
        var (count, bytes) = (request.Rows.Count, RowsWork.BytesOf(rows) + (CellBytes * rows.Sum(row => (long)row.Count)) + answers.Sum(BytesOf));
        if (!TryReserve(bytes, out var reserved))
            return;
        if (bytes > MostCopied)
        {
            Add(share, SampledProtocol.Predict, count, requestId, reserved, () => (SampleJson.LeftOut(bytes), SampleJson.LeftOut(bytes)));
            return;
        }
        var manifest = answered.Manifest;
        Add(share, SampledProtocol.Predict, count, requestId, reserved,
            () => SampleJson.Of(rows, answers, _redaction, Redaction.Columns(manifest).ToDictionary(column => column.Name, column => column.IsHarmless, StringComparer.Ordinal)));
    }

    private static long BytesOf(Prediction prediction) =>
        (CellBytes * (1 + (prediction.Probabilities?.Count ?? 0) + (prediction.Outputs?.Count ?? 0))) + (prediction.Text?.Length ?? 0)
        + (prediction.Outputs?.Sum(output => (long)JsonMarshal.GetRawUtf8Value(output.Value).Length) ?? 0);

    private bool TryTake() => Volatile.Read(ref _left) > 0 && samples.Clock.GetUtcNow() < sampling.EndsAt && Interlocked.Decrement(ref _left) >= 0;

    /// <summary>Where too much waits already, a later request is taken instead.</summary>
    private bool TryReserve(long bytes, out long reserved)
    {
        reserved = bytes > MostCopied ? CellBytes : bytes;
        if (samples.TryReserve(reserved))
            return true;
        Interlocked.Increment(ref _left);
        return false;
    }

    private void Add(RouteShare share, SampledProtocol protocol, int rows, string? requestId, long bytes, Func<(string, string)> write)
    {
        var now = samples.Clock.GetUtcNow();
        samples.Add(new(Guid.CreateVersion7(now), bytes, sampling.Id, now, string.IsNullOrEmpty(requestId) || requestId.Contains('\0') ? null : requestId, share.VersionId, protocol, rows, write));
    }
}
