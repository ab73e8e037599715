// Requests that a shadow is to compute after their callers were answered: one at a time, so that it never takes more than a core from those who
// wait, and no more of them than there is room for. What goes wrong here is counted, and nobody's trouble.
using System.Diagnostics;
using MaaS.Api.Deployments;

namespace MaaS.Api.Inference.Shadows;

/// <param name="shadow">Under settings of its own; its counts are not those of a version that serves.</param>
/// <param name="percent">Of the requests, that it gets.</param>
/// <param name="mostBytes">That may wait.</param>
/// <param name="watch">That judges the version by how the two agree; null when nothing depends on it.</param>
internal sealed class ShadowQueue(RouteShare shadow, int percent, long mostBytes, ComparisonCount count, GuardWatch? watch, LoadedModels models, ILogger logger)
{
    private const int MostWaiting = 256; // requests

    private readonly Lock _gate = new();
    private readonly Queue<ShadowWork> _waiting = new();
    private int _taken;
    private long _bytes;
    private bool _isRunning, _hasFailed;

    /// <summary>Draws whether the shadow is to get a request.</summary>
    public bool Draws() => percent >= 100 || Random.Shared.Next(100) < percent;

    /// <summary>Makes room for a request that was drawn, which must be given to <see cref="Add"/> then.</summary>
    /// <param name="bytes">That it takes while it waits.</param>
    /// <returns>False when there is none; then it is dropped.</returns>
    public bool TryReserve(long bytes)
    {
        lock (_gate)
            if (_taken < MostWaiting && _bytes + bytes <= mostBytes)
            {
                _taken++;
                _bytes += bytes;
                return true;
            }
        count.Drop();
        return false;
    }

    public void Add(ShadowWork work)
    {
        lock (_gate)
        {
            _waiting.Enqueue(work);
            if (_isRunning)
                return;
            _isRunning = true;
        }
        _ = Task.Run(Drain);
    }

    private async Task Drain()
    {
        for (ShadowWork? done = null; Next(done) is { } work; done = work)
        {
            var began = Stopwatch.GetTimestamp();
            var agrees = await Compare(work);
            count.Add(agrees, Stopwatch.GetTimestamp() - began);
            if (agrees is { } same)
                watch?.Compared(same);
        }
    }

    private ShadowWork? Next(ShadowWork? done)
    {
        lock (_gate)
        {
            if (done is not null)
            {
                _taken--;
                _bytes -= done.Bytes;
            }
            _isRunning = _waiting.TryDequeue(out var work);
            return work;
        }
    }

    private async Task<bool?> Compare(ShadowWork work)
    {
        var call = new MaaS.Inference.Tensors.Call();
        try
        {
            var model = await models.Get(shadow.VersionId, shadow.Provider);
            return await work.Compare(model, shadow.Queue(model), call);
        }
        catch (Exception failure)
        {
            if (!_hasFailed)
                logger.LogInformation("The shadow version {Version} of {Model} could not answer a request: {Why}", shadow.Version, shadow.Model, failure.Message);
            _hasFailed = true;
            return null;
        }
        finally
        {
            call.Release();
        }
    }
}
