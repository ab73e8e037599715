// What was asked of each version of each deployment since this process started, and how long it took. Written by every request,
// so nothing here locks or allocates; times are Stopwatch ticks.
using System.Collections.Concurrent;
using System.Diagnostics;
using MaaS.Inference;
using MaaS.Inference.Drift;
using MaaS.Inference.Tensors;

namespace MaaS.Api.Inference;

/// <summary>Why a request was not answered, in the words of Triton's metric.</summary>
internal enum Failure { Rejected, Canceled, Backend, Other }

internal sealed class ServingCount(Guid team, Guid deploymentId, string deployment, string model, int version, Guid versionId)
{
    private readonly Lock _gate = new();
    private readonly long[] _failed = new long[Enum.GetValues<Failure>().Length];
    private long _succeeded, _rows, _request, _queue, _input, _compute, _output, _lastAt, _pending;
    private bool _isWatched;
    private DriftCounts? _drift;

    public Guid Team => team;
    public Guid DeploymentId => deploymentId;
    public Guid VersionId => versionId;
    public string Deployment => deployment;
    public string Model => model;
    public int Version => version;
    public BatchCounts Batches { get; } = new();
    public TimeBuckets RequestTimes { get; } = new();
    public TimeBuckets QueueTimes { get; } = new();
    public TimeBuckets ComputeTimes { get; } = new();

    public long Succeeded => Volatile.Read(ref _succeeded);
    public long Rows => Volatile.Read(ref _rows);
    public long Pending => Volatile.Read(ref _pending);
    public long RequestTicks => Volatile.Read(ref _request);
    public long QueueTicks => Volatile.Read(ref _queue);
    public long InputTicks => Volatile.Read(ref _input);
    public long ComputeTicks => Volatile.Read(ref _compute);
    public long OutputTicks => Volatile.Read(ref _output);

    /// <summary>When the last request was answered, in milliseconds since 1970; 0 for never.</summary>
    public long LastAt => Volatile.Read(ref _lastAt);

    /// <summary>Null until something was answered, and of a model whose values cannot be held against its training's.</summary>
    public DriftCounts? Drift => Volatile.Read(ref _drift);

    public long Failed(Failure reason) => Volatile.Read(ref _failed[(int)reason]);

    public void Begin() => Interlocked.Increment(ref _pending);

    public void End() => Interlocked.Decrement(ref _pending);

    public void Fail(Failure reason) => Interlocked.Increment(ref _failed[(int)reason]);

    /// <param name="began">When its first byte was read.</param>
    /// <param name="call">Its inputs and its answer are still there.</param>
    /// <returns>How long it took.</returns>
    public long Succeed(long began, Call call, Model answered)
    {
        var now = Stopwatch.GetTimestamp();
        Interlocked.Increment(ref _succeeded);
        Interlocked.Add(ref _rows, call.Rows);
        Interlocked.Add(ref _request, now - began);
        Interlocked.Add(ref _queue, call.StartedAt - call.AskedAt);
        Interlocked.Add(ref _input, call.FilledAt - call.StartedAt + call.AskedAt - began);
        Interlocked.Add(ref _compute, call.ComputedAt - call.FilledAt);
        Interlocked.Add(ref _output, now - call.ComputedAt);
        Volatile.Write(ref _lastAt, DateTimeOffset.UtcNow.ToUnixTimeMilliseconds());
        RequestTimes.Add(now - began);
        QueueTimes.Add(call.StartedAt - call.AskedAt);
        ComputeTimes.Add(call.ComputedAt - call.FilledAt);
        if (!Volatile.Read(ref _isWatched))
            Watch(answered);
        _drift?.Look(call, now);
        return now - began;
    }

    private void Watch(Model model)
    {
        lock (_gate)
            if (!_isWatched)
            {
                Volatile.Write(ref _drift, DriftCounts.For(model));
                Volatile.Write(ref _isWatched, true);
            }
    }
}

internal sealed class ServingCounts
{
    private readonly ConcurrentDictionary<(Guid Deployment, Guid Version), ServingCount> _counts = new();

    public IEnumerable<ServingCount> All => _counts.Values;

    public ServingCount Of(Guid team, string deployment, Guid deploymentId, string model, int version, Guid versionId) =>
        _counts.GetOrAdd((deploymentId, versionId), _ => new(team, deploymentId, deployment, model, version, versionId));

    /// <summary>The deployment is gone; what a request of it still counts, nobody will read.</summary>
    public void Forget(Guid deploymentId)
    {
        foreach (var key in _counts.Keys.Where(key => key.Deployment == deploymentId))
            _counts.TryRemove(key, out _);
    }
}
