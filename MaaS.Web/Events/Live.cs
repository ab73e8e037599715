// What all parts of this tab hear of, over one connection to the API: each says which topics it follows, and the stream is opened again
// with what all of them follow, going on from where it was. When it breaks it says so, and heals by itself.
// It does not know what anything means, and draws nothing.
using MaaS.Contracts;
using MaaS.Contracts.Events;

namespace MaaS.Web.Events;

internal sealed class Live(MaaSClient api) : IDisposable
{
    // The parts of a page ask one after another; they are to cost one opening.
    private static readonly TimeSpan Gather = TimeSpan.FromMilliseconds(20);
    private const int LongestPause = 10;

    // Nearly every page follows some of these. Followed all the time they are known at once, and going from page to page opens nothing.
    private static readonly Topic[] Always = [Topic.Jobs, Topic.Notifications, Topic.Deployments];

    private readonly CancellationTokenSource _gone = new();
    private readonly Lock _lock = new();
    private readonly List<Following> _followings = [];
    private readonly Dictionary<Topic, LiveEvent> _known = [];
    private readonly HashSet<Topic> _afresh = [];
    private CancellationTokenSource _stream = new();
    private IReadOnlyList<Topic> _topics = [];
    private string? _last;
    private Task? _running;

    /// <summary>Raised on any thread when the connection broke or came back.</summary>
    public event Action? ConnectionChanged;

    public bool IsBroken { get; private set; }

    /// <param name="heard">Called on any thread; first, and at once, with what is known already of topics that say how something is by now.</param>
    /// <returns>To be disposed when it is no longer wanted.</returns>
    public Following Follow(IReadOnlyCollection<Topic> topics, Action<LiveEvent> heard)
    {
        var following = new Following(this, heard);
        Change(following, topics);
        return following;
    }

    /// <summary>The newest event of a topic that says how something is by now, if it is followed and has been heard of.</summary>
    public LiveEvent? Known(Topic topic)
    {
        lock (_lock)
            return _known.GetValueOrDefault(topic);
    }

    internal void Change(Following following, IReadOnlyCollection<Topic> topics)
    {
        List<LiveEvent> known;
        CancellationTokenSource? before;
        lock (_lock)
        {
            // Whoever begins to follow numbered things wants them from their beginning. Whoever only chooses other series goes on.
            _afresh.UnionWith(topics.Select(topic => topic.Whole).Where(topic => topic.IsNumbered).Except(following.Topics.Select(topic => topic.Whole)));
            known = [.. topics.Except(following.Topics).Where(_known.ContainsKey).Select(topic => _known[topic])];
            following.Topics = [.. topics];
            if (topics.Count == 0) _followings.Remove(following);
            else if (!_followings.Contains(following)) _followings.Add(following);
            before = Reopen();
        }
        before?.Cancel();
        foreach (var item in known)
            following.Heard(item);
    }

    /// <returns>What ends the stream there is, so that one with what is wanted by now is opened; null when it may stay.</returns>
    private CancellationTokenSource? Reopen()
    {
        List<Topic> wanted = [.. Always.Concat(_followings.SelectMany(following => following.Topics)).Distinct()];
        if (_running is not null && _afresh.Count == 0 && wanted.ToHashSet().SetEquals(_topics)) return null;
        if (_gone.IsCancellationRequested) return null;
        foreach (var left in _topics.Select(topic => topic.Whole).Except(wanted.Select(topic => topic.Whole)))
        {
            _known.Remove(left);
            _afresh.Add(left);
        }
        _topics = wanted;
        var before = _stream;
        _stream = new();
        _running ??= Task.Run(Run, _gone.Token);
        return before;
    }

    private async Task Run()
    {
        for (var failures = 0; !_gone.IsCancellationRequested;)
        {
            var changed = Volatile.Read(ref _stream).Token;
            try
            {
                using var either = CancellationTokenSource.CreateLinkedTokenSource(_gone.Token, changed);
                await Task.Delay(Gather, either.Token);
                var (topics, last) = Next();
                await foreach (var (id, item) in api.Events(topics, last, either.Token, () => (failures, _) = (0, Say(broken: false))))
                    Take(id, item);
            }
            catch (Exception) when (_gone.IsCancellationRequested || changed.IsCancellationRequested)
            {
                continue;
            }
            catch (ProblemException refused) when (refused.Problem.Status == StatusCodes.Status401Unauthorized)
            {
                return;
            }
            catch (Exception broken) when (broken is HttpRequestException or IOException or OperationCanceledException or ProblemException)
            {
                Say(broken: true);
            }
            failures++;
            await Task.Delay(TimeSpan.FromSeconds(Math.Min(LongestPause, failures)), changed).ContinueWith(_ => { }, TaskScheduler.Default);
        }
    }

    private (IReadOnlyList<Topic> Topics, string? Last) Next()
    {
        lock (_lock)
        {
            _ = StreamPosition.TryParse(_last ?? "", out var position);
            foreach (var topic in _afresh)
                position[topic] = null;
            _afresh.Clear();
            _last = $"{position}";
            return (_topics, _last.Length > 0 ? _last : null);
        }
    }

    private void Take(string id, LiveEvent item)
    {
        var topic = Topic.Of(item);
        List<Following> hearing;
        lock (_lock)
        {
            if (id.Length > 0) _last = id;
            if (!topic.IsNumbered) _known[topic] = item;
            hearing = [.. _followings.Where(following => following.Topics.Any(one => one.Whole == topic))];
        }
        foreach (var following in hearing)
            following.Heard(item);
    }

    private bool Say(bool broken)
    {
        if (IsBroken == broken) return broken;
        IsBroken = broken;
        ConnectionChanged?.Invoke();
        return broken;
    }

    public void Dispose() => _gone.Cancel();
}

/// <summary>What one part of a page follows.</summary>
internal sealed class Following(Live live, Action<LiveEvent> heard) : IDisposable
{
    public IReadOnlyList<Topic> Topics { get; internal set; } = [];

    internal Action<LiveEvent> Heard => heard;

    /// <summary>Follows these from now on. Of a run's series that goes on from here; what new ones were until now is the caller's to fetch.</summary>
    public void Change(IReadOnlyCollection<Topic> topics) => live.Change(this, topics);

    public void Dispose() => live.Change(this, []);
}
