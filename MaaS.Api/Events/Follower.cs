// One stream of events as the hub sees it: what it follows, how far each of that has been told, and what is to be told next.
// Knows nothing of the wire.
using System.Globalization;
using System.Runtime.CompilerServices;
using MaaS.Api.Teams;
using MaaS.Catalog;
using MaaS.Contracts.Events;
using MaaS.Contracts.Experiments;

namespace MaaS.Api.Events;

/// <param name="Keys">Of a run's points only those of these series; null for all.</param>
internal sealed record Followed(Topic Topic, Source Source, string[]? Keys = null);

internal sealed class Follower(EventHub hub, Past past, Caller caller, SecretHash secret, IReadOnlyList<Followed> followed, StreamPosition position) : IDisposable
{
    private static readonly TimeSpan s_quiet = TimeSpan.FromSeconds(15);
    private static readonly TimeSpan s_pause = TimeSpan.FromMilliseconds(300);

    private readonly TaskCompletionSource _ended = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly Dictionary<Source, Tail> _tails = [];

    public Caller Caller => caller;

    public SecretHash Secret => secret;

    public IEnumerable<Source> Sources => followed.Select(one => one.Source);

    /// <summary>Its caller may not hear any more.</summary>
    public void End() => _ended.TrySetResult();

    /// <param name="gone">Said first: topics that were asked for and do not exist for the caller.</param>
    /// <returns>Events with the stream's position after each, for as long as the caller may hear them; a null event when nothing happened for a while.</returns>
    public async IAsyncEnumerable<(string Position, LiveEvent? Event, string Json)> Follow(IEnumerable<GoneEvent> gone, [EnumeratorCancellation] CancellationToken token)
    {
        foreach (var item in gone)
            yield return ($"{position}", item, EventJson.Of(item));
        hub.Join(this);
        while (!_ended.Task.IsCompleted)
        {
            var news = hub.News;
            // How things are is looked up before the numbered things: the end of a job is then told after all that came before it.
            var states = followed.Where(one => !one.Topic.IsNumbered).Select(one => (one.Topic, Said: hub.Now(one.Source))).ToList();
            foreach (var told in States(states, last: false))
                yield return told;
            await foreach (var told in Numbered(token))
                yield return told;
            foreach (var told in States(states, last: true))
                yield return told;
            if (!await Something(news, token))
                yield return ("", null, "");
        }
    }

    private IEnumerable<(string, LiveEvent?, string)> States(List<(Topic Topic, Said? Said)> states, bool last)
    {
        foreach (var (topic, said) in states)
            if (said is not null && said.IsLast == last && position[topic] != said.Version)
            {
                position[topic] = said.Version;
                yield return ($"{position}", said.Event, said.Json);
            }
    }

    private async IAsyncEnumerable<(string, LiveEvent?, string)> Numbered([EnumeratorCancellation] CancellationToken token)
    {
        foreach (var one in followed.Where(one => one.Topic.IsNumbered))
        {
            IReadOnlyList<(long Number, string? Key, LiveEvent Event)> things = [];
            var to = 0L;
            while (!_tails.TryGetValue(one.Source, out var tail) || !tail.TryAfter(position.NumberOf(one.Topic), out things, out to))
            {
                await foreach (var told in OfPast(one, token))
                    yield return told;
                if (_away)
                    break;
                _tails[one.Source] = hub.TailOf(one.Source, position.NumberOf(one.Topic));
            }
            if (_away || things.Count == 0)
                continue;
            Reach(one.Topic, to);
            if (Merged(one, things) is { } item)
                yield return ($"{position}", item, EventJson.Of(item));
        }
    }

    // Set while the database is away: what is missing is read in the next round.
    private bool _away;

    private async IAsyncEnumerable<(string, LiveEvent?, string)> OfPast(Followed one, [EnumeratorCancellation] CancellationToken token)
    {
        _away = false;
        await using var told = past.Read(one.Source, one.Keys, position.NumberOf(one.Topic), token).GetAsyncEnumerator(token);
        while (true)
        {
            try
            {
                if (!await told.MoveNextAsync())
                    yield break;
            }
            catch (Exception error) when (Outage.Is(error))
            {
                _away = true;
                yield break;
            }
            var (number, item) = told.Current;
            Reach(one.Topic, number);
            if (item is not null)
                yield return ($"{position}", item, EventJson.Of(item));
        }
    }

    private void Reach(Topic topic, long number) => position[topic] = number.ToString(CultureInfo.InvariantCulture);

    private static LiveEvent? Merged(Followed one, IReadOnlyList<(long Number, string? Key, LiveEvent Event)> things)
    {
        if (one.Topic.Kind == TopicKind.Log)
            return new JobLogEvent(one.Source.Id, [.. things.SelectMany(thing => ((JobLogEvent)thing.Event).Lines)]);
        List<MetricPoint> points = [.. things.Where(thing => one.Keys is null || one.Keys.Contains(thing.Key)).SelectMany(thing => ((JobMetricsEvent)thing.Event).Points)];
        return points.Count == 0 ? null : new JobMetricsEvent(one.Source.Id, points);
    }

    /// <returns>False when nothing happened for a while, and whoever listens should hear that the stream lives.</returns>
    private async Task<bool> Something(Task news, CancellationToken token)
    {
        using var enough = CancellationTokenSource.CreateLinkedTokenSource(token);
        var waiting = Task.Delay(_away ? s_pause : s_quiet, enough.Token);
        var first = await Task.WhenAny(news, _ended.Task, waiting);
        await enough.CancelAsync();
        token.ThrowIfCancellationRequested();
        return first != waiting || _away;
    }

    public void Dispose() => hub.Leave(this);
}
