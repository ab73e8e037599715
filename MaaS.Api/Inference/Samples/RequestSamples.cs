// The samplings this process takes part in, and what they took on its way to PostgreSQL: every second, and once more at the end.
using System.Collections.Concurrent;
using MaaS.Catalog;
using MaaS.Catalog.Deployments;

namespace MaaS.Api.Inference.Samples;

internal sealed class RequestSamples(SampleStore store, TimeProvider clock, ILogger<RequestSamples> logger) : PeriodicStore(TimeSpan.FromSeconds(1), clock)
{
    private readonly ConcurrentDictionary<Guid, (Sampler Sampler, DateTimeOffset EndsAt)> _samplers = new();
    private readonly ConcurrentQueue<TakenSample> _taken = new();
    private readonly SemaphoreSlim _storing = new(1);

    public TimeProvider Clock { get; } = clock;

    /// <returns>Null when there is none that goes on.</returns>
    public Sampler? Of(SamplingRow? row) => row is null || row.Taken >= row.Requests || row.EndsAt <= Clock.GetUtcNow()
        ? null : _samplers.GetOrAdd(row.Id, _ => (new(row, this), row.EndsAt)).Sampler;

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
            var due = _taken.ToArray();
            foreach (var sampling in due.GroupBy(sample => sample.Sampling))
                await store.Add(sampling.Key, [.. sampling.Select(Row)], token);
            for (var stored = 0; stored < due.Length; stored++)
                _taken.TryDequeue(out _);
        }
        catch (Exception error) when (error is not OperationCanceledException)
        {
            if (Outage.Is(error))
                return; // they are at most as many as their samplings take, and wait
            logger.LogError(error, "Samples of requests could not be stored");
            _taken.Clear();
        }
        finally
        {
            _storing.Release();
        }
    }

    private static SampleRow Row(TakenSample sample)
    {
        var (asked, answered) = Written(sample);
        return new()
        {
            Id = Guid.CreateVersion7(sample.At),
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
