// Takes points from the training loop and from the system sampler, and stores them twice a second, in order.
// It outlasts a PostgreSQL that is away: points wait in memory. Knows nothing of what they measure.
using MaaS.Catalog;
using MaaS.Catalog.Experiments;
using MaaS.Catalog.Jobs;
using MaaS.Contracts.Experiments;

namespace MaaS.Worker.Runs;

internal sealed class MetricReporter(MetricStore store, JobLease lease, Guid runId) : IAsyncDisposable
{
    private static readonly TimeSpan s_pause = TimeSpan.FromMilliseconds(500);

    private readonly MetricChunker _chunker = new(lease, runId);
    private readonly CancellationTokenSource _stop = new();
    private readonly SemaphoreSlim _storing = new(1);
    private readonly Lock _gate = new();
    private List<MetricPoint> _points = [];
    private Task _loop = Task.CompletedTask;

    public void Start() => _loop = StoreRegularly();

    /// <summary>From any thread; returns at once.</summary>
    public void Report(string key, long step, double value)
    {
        lock (_gate)
            _points.Add(new(key, step, value, DateTimeOffset.UtcNow));
    }

    /// <summary>Stores everything reported so far.</summary>
    /// <returns>The number of the newest chunk, for a checkpoint to remember.</returns>
    public async Task<long> Flush()
    {
        await _storing.WaitAsync(CancellationToken.None);
        try
        {
            List<MetricPoint> batch;
            lock (_gate)
                (batch, _points) = (_points, []);
            if (batch.Count > 0)
            {
                var chunks = _chunker.Pack(batch);
                // The same chunks every time: that is what makes a second try after a lost answer harmless.
                await Outage.Outlast(() => store.Append(lease, chunks, CancellationToken.None), CancellationToken.None);
            }
            return _chunker.Number;
        }
        finally
        {
            _storing.Release();
        }
    }

    public async ValueTask DisposeAsync()
    {
        await _stop.CancelAsync();
        await _loop.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        await Flush();
        _stop.Dispose();
        _storing.Dispose();
    }

    private async Task StoreRegularly()
    {
        for (; ; await Task.Delay(s_pause, _stop.Token))
            await Flush();
    }
}
