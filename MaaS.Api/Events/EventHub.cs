// The one reader of this process for all streams of events: every round it reads what any of them follows, in as many queries for a
// thousand streams as for one, and wakes them. Streams take from it at their own pace, so a slow one holds up nobody.
// Nobody notifies it: a worker's write need not know who looks on, and looking again is what heals everything. Knows nothing of the wire.
using MaaS.Api.Teams;
using MaaS.Catalog;
using MaaS.Catalog.Experiments;
using MaaS.Catalog.Jobs;
using MaaS.Contracts.Events;
using Microsoft.EntityFrameworkCore;

namespace MaaS.Api.Events;

internal sealed class EventHub(
    IDbContextFactory<CatalogContext> contexts, MetricStore metrics, JobLog log, Callers callers, CatalogMigrations migrations, TimeProvider clock, ILogger<EventHub> logger)
    : BackgroundService
{
    private static readonly TimeSpan s_round = TimeSpan.FromMilliseconds(300);
    private static readonly TimeSpan s_gather = TimeSpan.FromMilliseconds(10);
    private static readonly TimeSpan s_callers = TimeSpan.FromSeconds(2);
    private const int LinesAtOnce = 1000;

    private readonly Lock _lock = new();
    private readonly HashSet<Follower> _followers = [];
    private readonly Dictionary<Source, Said> _said = [];
    private readonly Dictionary<Source, Tail> _tails = [];
    private readonly HashSet<Source> _held = [];
    private readonly Dictionary<TopicKind, long> _readAt = [];
    private long _callersAt;
    private TaskCompletionSource _news = New();
    private volatile TaskCompletionSource _wanted = New();

    /// <summary>Done at the next round that brings something.</summary>
    public Task News => Volatile.Read(ref _news).Task;

    /// <summary>Streams that are open.</summary>
    public int Count
    {
        get { lock (_lock) return _followers.Count; }
    }

    public void Join(Follower follower)
    {
        lock (_lock)
        {
            _followers.Add(follower);
            // An end may be over by now, of a job that was resumed; it is read again before it is told.
            foreach (var source in follower.Sources.Where(source => _said.GetValueOrDefault(source) is { IsLast: true }))
                _said.Remove(source);
        }
        _wanted.TrySetResult();
    }

    public void Leave(Follower follower)
    {
        lock (_lock)
            _followers.Remove(follower);
    }

    /// <summary>How something is by now; null until it has been read for the first time.</summary>
    public Said? Now(Source source)
    {
        lock (_lock)
            return _said.GetValueOrDefault(source);
    }

    /// <summary>The newest things of a numbered source. Whoever asks has joined, and knows everything up to the number.</summary>
    public Tail TailOf(Source source, long number)
    {
        lock (_lock)
            return _tails.TryGetValue(source, out var tail) ? tail : _tails[source] = new(number);
    }

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        await PoolThreads.Enter();
        await migrations.WaitUntilApplied(stoppingToken);
        // Whoever opens a stream need not wait for the next round; those who do so together wait for each other.
        for (; ; await Task.Delay(s_gather, stoppingToken))
        {
            var wanted = (_wanted = New()).Task;
            try
            {
                if (await Round(stoppingToken))
                    await Task.WhenAny(wanted, Task.Delay(s_round, stoppingToken));
                else
                    await wanted.WaitAsync(stoppingToken);
            }
            catch (Exception error) when (error is not OperationCanceledException)
            {
                // It is read again in the next round; streams go on from where they are.
                if (!Outage.Is(error))
                    logger.LogError(error, "Reading what streams of events follow failed; it is tried again");
                await Task.Delay(s_round, stoppingToken);
            }
        }
    }

    /// <returns>False when nobody follows anything.</returns>
    private async Task<bool> Round(CancellationToken token)
    {
        var (followers, sources, tails) = Wanted();
        if (followers.Count == 0)
            return false;
        await EndRefused(followers, token);
        // How things are is read first and told last: what was written before a job ended is then told before its end.
        var said = await ReadStates(sources, token);
        var news = await ReadTails(tails, token);
        lock (_lock)
        {
            var newcomers = _followers.Except(followers).SelectMany(follower => follower.Sources).ToHashSet();
            foreach (var (source, item) in said.Where(one => !one.Said.IsLast || !newcomers.Contains(one.Source)))
                news |= Tell(source, item);
        }
        if (news)
            Interlocked.Exchange(ref _news, New()).TrySetResult();
        return true;
    }

    private (List<Follower> Followers, List<Source> Sources, List<(Source, Tail)> Tails) Wanted()
    {
        lock (_lock)
        {
            var sources = _followers.SelectMany(follower => follower.Sources).ToHashSet();
            foreach (var left in _said.Keys.Concat(_tails.Keys).Where(source => !sources.Contains(source)).ToList())
            {
                _said.Remove(left);
                _tails.Remove(left);
                _held.Remove(left);
            }
            return ([.. _followers], [.. sources], [.. _tails.Select(tail => (tail.Key, tail.Value))]);
        }
    }

    private async Task<List<(Source Source, Said Said)>> ReadStates(List<Source> sources, CancellationToken token)
    {
        var said = new List<(Source Source, Said Said)>();
        var now = clock.GetTimestamp();
        foreach (var reading in Reading.All)
        {
            var wanted = sources.Where(source => source.Kind == reading.Kind).ToList();
            if (wanted.Count == 0 || (clock.GetElapsedTime(_readAt.GetValueOrDefault(reading.Kind), now) < reading.Pause && wanted.All(source => Now(source) is not null)))
                continue;
            try
            {
                await using var context = await contexts.CreateDbContextAsync(token);
                var found = (await reading.Read(context, wanted, token)).ToDictionary(one => one.Source, one => one.Event);
                said.AddRange(wanted.Select(source => (source, Said.Of(found.GetValueOrDefault(source) ?? Gone(source)))));
            }
            catch (Exception error) when (error is not OperationCanceledException && !Outage.Is(error))
            {
                // A bug in one kind must not keep the others from being told.
                logger.LogError(error, "Reading what streams follow of {Kind} failed; it is tried again", reading.Kind);
            }
            _readAt[reading.Kind] = now;
        }
        return said;
    }

    private async Task<bool> ReadTails(List<(Source Source, Tail Tail)> tails, CancellationToken token)
    {
        var (points, lines) = (tails.Where(tail => tail.Source.Kind == TopicKind.Metrics).ToDictionary(tail => tail.Source.Id, tail => tail.Tail), tails.Where(tail => tail.Source.Kind == TopicKind.Log).ToDictionary(tail => tail.Source.Id, tail => tail.Tail));
        var news = false;
        if (points.Count > 0)
            foreach (var run in (await metrics.After([.. points.Select(tail => (tail.Key, tail.Value.To))], null, token)).GroupBy(stored => stored.RunId))
            {
                points[run.Key].Add(run.Select(stored => (stored.Number, (string?)stored.Key, (LiveEvent)new JobMetricsEvent(run.Key, stored.Points))));
                news = true;
            }
        if (lines.Count > 0)
            foreach (var job in (await log.After([.. lines.Select(tail => (tail.Key, tail.Value.To))], LinesAtOnce, token)).GroupBy(line => line.Job))
            {
                lines[job.Key].Add(job.Select(line => (line.Line.Number, (string?)null, (LiveEvent)new JobLogEvent(job.Key, [line.Line]))));
                news = true;
            }
        return news;
    }

    // A job's last lines come through its worker a moment after its end, so of one that was seen running the end is told a round later.
    private bool Tell(Source source, Said item)
    {
        var before = _said.GetValueOrDefault(source);
        if (before?.Version == item.Version || (item.Event is JobStateEvent && item.IsLast && before is { IsLast: false } && _held.Add(source)))
            return false;
        _held.Remove(source);
        _said[source] = item;
        return true;
    }

    private async Task EndRefused(List<Follower> followers, CancellationToken token)
    {
        var now = clock.GetTimestamp();
        if (clock.GetElapsedTime(_callersAt, now) < s_callers)
            return;
        var standing = await callers.Standing([.. followers.Select(follower => follower.Secret).Distinct()], token);
        _callersAt = now;
        foreach (var follower in followers.Where(follower => !standing.TryGetValue(follower.Secret, out var standingAs) || standingAs != (follower.Caller.TeamId, follower.Caller.Role)))
            follower.End();
    }

    private static GoneEvent Gone(Source source)
    {
        var topic = new Topic(source.Kind, source.Id);
        return new($"{topic}", Source.NotFound(topic));
    }

    private static TaskCompletionSource New() => new(TaskCreationOptions.RunContinuationsAsynchronously);
}
