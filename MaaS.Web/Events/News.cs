// Has something fetched again when it is no longer as it was: at the first event whose mark differs, and then no more often than told.
using MaaS.Contracts.Events;
using System.Diagnostics;

namespace MaaS.Web.Events;

internal sealed class News : IDisposable
{
    private readonly CancellationTokenSource _gone = new();
    private readonly Dictionary<Topic, object?> _marks = [];
    private readonly Func<LiveEvent, object?> _mark;
    private readonly TimeSpan _pause;
    private readonly Func<Task> _again;
    private readonly Following _following;
    private long _fetchedAt = Stopwatch.GetTimestamp();
    private int _pending;

    /// <param name="mark">What of an event matters; what is known already when it begins is taken to be fetched already, or to be about to be.</param>
    /// <param name="pause">Between two fetches at least.</param>
    /// <param name="again">Called on any thread.</param>
    public News(Live live, IReadOnlyCollection<Topic> topics, Func<LiveEvent, object?>? mark, TimeSpan pause, Func<Task> again)
    {
        (_mark, _pause, _again) = (mark ?? Mark.Shape, pause, again);
        foreach (var topic in topics)
            if (live.Known(topic) is { } known) _marks[topic] = _mark(known);
        _following = live.Follow(topics, Heard);
    }

    private void Heard(LiveEvent item)
    {
        var (topic, mark) = (Topic.Of(item), _mark(item));
        lock (_marks)
        {
            if (_marks.TryGetValue(topic, out var before) && Equals(before, mark)) return;
            _marks[topic] = mark;
        }
        if (Interlocked.Exchange(ref _pending, 1) == 0) _ = Fetch();
    }

    private async Task Fetch()
    {
        var wait = _pause - Stopwatch.GetElapsedTime(Interlocked.Read(ref _fetchedAt));
        await Task.Delay(wait > TimeSpan.Zero ? wait : TimeSpan.Zero, _gone.Token).ContinueWith(_ => { }, TaskScheduler.Default);
        Interlocked.Exchange(ref _pending, 0);
        Interlocked.Exchange(ref _fetchedAt, Stopwatch.GetTimestamp());
        if (!_gone.IsCancellationRequested) await _again();
    }

    public void Dispose()
    {
        _gone.Cancel();
        _following.Dispose();
    }
}
