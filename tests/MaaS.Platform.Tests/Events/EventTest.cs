// What a test of streams of events starts from: a run under way that the test writes to as its worker would, and streams that are cut.
using MaaS.Catalog.Experiments;
using MaaS.Catalog.Jobs;
using MaaS.Contracts;
using MaaS.Contracts.Events;
using MaaS.Platform.Tests.Api;
using Microsoft.Extensions.DependencyInjection;
using Xunit;

namespace MaaS.Platform.Tests.Events;

public abstract class EventTest(ApiServer api) : ApiTest(api)
{
    protected Seed Seed { get; private set; } = null!;

    private MetricChunker _chunker = null!;

    protected JobLease Lease => new(Seed.RunningJob, 1);

    protected Topic[] OfRun => [Topic.Job(Seed.RunningJob), Topic.Log(Seed.RunningJob), Topic.Metrics(Seed.Running)];

    public override async ValueTask InitializeAsync()
    {
        await base.InitializeAsync();
        Seed = await Seed.Make(Team);
        _chunker = new MetricChunker(Lease, Seed.Running);
    }

    /// <summary>One point of each series and one line.</summary>
    protected async Task Write(int step, params string[] keys)
    {
        Assert.True(await Api.Catalog.GetRequiredService<MetricStore>().Append(Lease, _chunker.Pack([.. keys.DefaultIfEmpty("loss").Select(key => new Contracts.Experiments.MetricPoint(key, step, 1.0 / step, DateTimeOffset.UtcNow))]), Token));
        Assert.True(await Api.Catalog.GetRequiredService<JobLog>().Append(Lease, [(DateTimeOffset.UtcNow, $"line {step}")], Token));
    }

    protected Task Beat(double progress) => Api.Catalog.GetRequiredService<JobQueue>().Heartbeat(Lease, progress, "learning", Token);

    protected Task<Contracts.Jobs.JobState?> End() => Api.Catalog.GetRequiredService<JobQueue>().Fail(Lease, "user_error", "Enough.", retry: false, Token);

    /// <summary>Reads events until one is as wanted, then cuts the stream.</summary>
    protected async Task<List<(string Id, LiveEvent Event)>> Read(MaaSClient client, IEnumerable<Topic> topics, string? lastEventId, Func<List<(string Id, LiveEvent Event)>, bool> enough)
    {
        // What does not come at all must not hold up the others.
        using var patience = CancellationTokenSource.CreateLinkedTokenSource(Token);
        patience.CancelAfter(TimeSpan.FromMinutes(1));
        var seen = new List<(string, LiveEvent)>();
        try
        {
            await foreach (var item in client.Events(topics, lastEventId, patience.Token))
            {
                seen.Add(item);
                if (enough(seen))
                    return seen;
            }
        }
        catch (OperationCanceledException) when (!Token.IsCancellationRequested)
        {
        }
        Assert.Fail($"After {seen.Count} events nothing more came. The API says:\n{string.Join('\n', Api.Output.TakeLast(20))}");
        return seen;
    }

    protected static IEnumerable<long> Steps(IEnumerable<(string, LiveEvent Event)> seen, string key = "loss") =>
        seen.Select(item => item.Event).OfType<JobMetricsEvent>().SelectMany(item => item.Points).Where(point => point.Key == key).Select(point => point.Step);

    protected static IEnumerable<string> Lines(IEnumerable<(string, LiveEvent Event)> seen) =>
        seen.Select(item => item.Event).OfType<JobLogEvent>().SelectMany(item => item.Lines).Select(line => line.Text);
}
