// The samplings this process takes part in, and what they took on its way to PostgreSQL: every second, and once more at the end.
// Setting: Serving:SampleMegabytes, what may wait of all samplings; 64 when it is not said.
using System.Collections.Concurrent;
using MaaS.Catalog;
using MaaS.Catalog.Deployments;

namespace MaaS.Api.Inference.Samples;

internal sealed class RequestSamples(SampleStore store, TimeProvider clock, IConfiguration configuration, ILogger<RequestSamples> logger) : PeriodicStore(TimeSpan.FromSeconds(1), clock)
{
    private const int StoredAtOnce = 100;

    private readonly long _mostBytes = configuration.GetValue("Serving:SampleMegabytes", 64L) << 20;
    private readonly ConcurrentDictionary<Guid, (Sampler Sampler, DateTimeOffset EndsAt)> _samplers = new();
    private readonly ConcurrentQueue<TakenSample> _taken = new();
    private readonly List<TakenSample> _due = []; // whoever stores has it alone
    private readonly SemaphoreSlim _storing = new(1);
    private long _bytes;

    public TimeProvider Clock { get; } = clock;

    /// <returns>Null when there is none that goes on.</returns>
    public Sampler? Of(SamplingRow? row) => row is null || row.Taken >= row.Requests || row.EndsAt <= Clock.GetUtcNow()
        ? null : _samplers.GetOrAdd(row.Id, _ => (new(row, this), row.EndsAt)).Sampler;

    /// <summary>Makes room for a sample, which must be given to <see cref="Add"/> then.</summary>
    /// <param name="bytes">That it takes while it waits.</param>
    /// <returns>False when there is none.</returns>
    public bool TryReserve(long bytes)
    {
        if (Interlocked.Add(ref _bytes, bytes) <= _mostBytes)
            return true;
        Interlocked.Add(ref _bytes, -bytes);
        return false;
    }

    public void Add(TakenSample sample) => _taken.Enqueue(sample);

    /// <summary>For whoever is about to look at samples that were taken a moment ago.</summary>
    public Task Flush(CancellationToken token) => Store(token);

    protected override async Task Store(CancellationToken token)
    {
        await _storing.WaitAsync(token);
        try
        {
            foreach (var ended in _samplers.Where(one => one.Value.EndsAt <= Clock.GetUtcNow()))
                _samplers.TryRemove(ended);
            while (_taken.TryDequeue(out var sample))
                _due.Add(sample);
            foreach (var sampling in _due.ToLookup(sample => sample.Sampling))
                foreach (var some in sampling.Chunk(StoredAtOnce))
                {
                    await store.Add(sampling.Key, [.. some.Select(Row)], token);
                    Leave(some);
                }
        }
        catch (Exception error) when (error is not OperationCanceledException)
        {
            if (Outage.Is(error))
                return; // they are at most as many as their samplings take, and wait
            logger.LogError(error, "Samples of requests could not be stored");
            Leave([.. _due]);
        }
        finally
        {
            _storing.Release();
        }
    }

    private void Leave(IReadOnlyList<TakenSample> some)
    {
        var left = some.Select(sample => sample.Id).ToHashSet();
        _due.RemoveAll(sample => left.Contains(sample.Id));
        Interlocked.Add(ref _bytes, -some.Sum(sample => sample.Bytes));
    }

    private static SampleRow Row(TakenSample sample)
    {
        var (asked, answered) = Written(sample);
        return new()
        {
            Id = sample.Id,
            SamplingId = sample.Sampling,
            At = sample.At,
            RequestId = sample.RequestId,
            VersionId = sample.Version,
            Protocol = sample.Protocol,
            Rows = sample.Rows,
            Asked = asked,
            Answered = answered,
        };
    }

    private static (string Asked, string Answered) Written(TakenSample sample)
    {
        try
        {
            return sample.Write();
        }
        catch (InvalidOperationException) // a text that ends amid a character: how JSON says "\ud800"
        {
            return ("\"[not a text]\"", "\"[not a text]\"");
        }
    }
}
