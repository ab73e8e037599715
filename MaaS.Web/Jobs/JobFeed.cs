// What a page knows of a job while it runs: its state and, when it fills a run, its curves and its log, kept current by the tab's events.
// Of a run with very many series it follows those that are chosen. It does not draw; it says when there is something new to draw.
using System.Diagnostics;
using MaaS.Contracts.Events;
using MaaS.Contracts.Experiments;
using MaaS.Contracts.Jobs;
using MaaS.Web.Events;

namespace MaaS.Web.Jobs;

/// <param name="run">The run it fills, whose curves and log are followed too; null when nobody looks at any.</param>
internal sealed class JobFeed(Live live, Guid id, Guid? run = null) : IDisposable
{
    // Events come as fast as a worker writes; a page that draws more often than this only gets warmer.
    private static readonly TimeSpan DrawEvery = TimeSpan.FromMilliseconds(250);
    private const int LinesKept = 2000;
    private const int PointsKept = 4000;
    private const int SeriesFollowed = 300;

    private readonly CancellationTokenSource _gone = new();
    private readonly Lock _lock = new();
    private readonly SortedDictionary<string, List<MetricSample>> _curves = new(StringComparer.Ordinal);
    private readonly Dictionary<string, IReadOnlyList<MetricSample>> _copies = new(StringComparer.Ordinal); // of curves as they are
    private readonly List<LogLine> _log = [];
    private string[]? _keys;
    private Following? _following;
    private long _announcedAt;
    private int _pending;

    /// <summary>Raised at most four times a second, on any thread.</summary>
    public event Action? Changed;

    public JobView? Job { get; private set; }

    /// <summary>Why nothing new comes any more.</summary>
    public string? Trouble { get; private set; }

    public bool Ended => Job is { } job && IsFinal(job.State);

    public static bool IsFinal(JobState state) => state is JobState.Succeeded or JobState.Failed or JobState.Canceled;

    /// <summary>Of how many series points have come.</summary>
    public int SeriesCount
    {
        get { lock (_lock) return _curves.Count; }
    }

    /// <param name="keys">Points of these series only; null for all.</param>
    public void Start(JobView? known = null, IReadOnlyCollection<string>? keys = null)
    {
        (Job, _keys) = (known, keys?.ToArray());
        if (Ended) return;
        _following = live.Follow(Topics(), Take);
        // It may have heard of the end before it was known whom to leave.
        if (Ended) _following.Dispose();
    }

    /// <summary>From here on points of these series only. What they were until now is the caller's to fetch and to fill in.</summary>
    public void Choose(IReadOnlyCollection<string> keys)
    {
        lock (_lock)
        {
            _keys = [.. keys];
            foreach (var left in _curves.Keys.Except(_keys).ToList())
            {
                _curves.Remove(left);
                _copies.Remove(left);
            }
        }
        if (!Ended) _following?.Change(Topics());
    }

    /// <summary>What is stored of series that are not followed from their beginning, and of the log.</summary>
    public void Fill(IEnumerable<MetricSeries> series, IEnumerable<LogLine> lines)
    {
        lock (_lock)
        {
            foreach (var one in series)
            {
                // Points may have come meanwhile that the answer does not know yet.
                var later = _curves.GetValueOrDefault(one.Key)?.SkipWhile(point => one.Points.Count > 0 && point.Step <= one.Points[^1].Step) ?? [];
                _curves[one.Key] = [.. one.Points, .. later];
                _copies.Remove(one.Key);
            }
            Append(lines);
        }
    }

    /// <summary>A copy of every curve, by key; the same as before of one that has not changed.</summary>
    public IReadOnlyDictionary<string, IReadOnlyList<MetricSample>> Curves()
    {
        lock (_lock)
            return _curves.ToDictionary(pair => pair.Key, pair => _copies.TryGetValue(pair.Key, out var copy) ? copy : _copies[pair.Key] = [.. pair.Value], StringComparer.Ordinal);
    }

    public IReadOnlyList<string> Keys()
    {
        lock (_lock) return [.. _curves.Keys];
    }

    public IReadOnlyList<LogLine> Log()
    {
        lock (_lock) return [.. _log];
    }

    // An address has room for so many series; what is beyond them is fetched and then stands still.
    private Topic[] Topics() => run is not { } filled ? [Topic.Job(id)]
        : [Topic.Job(id), Topic.Log(id), .. _keys?.Take(SeriesFollowed).Select(key => Topic.Metrics(filled, key)) ?? [Topic.Metrics(filled)]];

    private void Take(LiveEvent item)
    {
        lock (_lock)
        {
            if (item is JobStateEvent state) Job = state.Job;
            if (item is GoneEvent gone) Trouble = gone.Problem.Detail;
            if (item is JobLogEvent log) Append(log.Lines);
            if (item is JobMetricsEvent metrics)
                foreach (var point in metrics.Points)
                    Append(point);
        }
        // The end is the last that is said of a job.
        if (Ended) _following?.Dispose();
        Announce();
    }

    // A point again, or an earlier step, means that the worker went back to a checkpoint: what came after it is void.
    private void Append(MetricPoint point)
    {
        if (_keys is not null && !_keys.Contains(point.Key)) return;
        if (!_curves.TryGetValue(point.Key, out var curve)) _curves[point.Key] = curve = [];
        while (curve.Count > 0 && curve[^1].Step >= point.Step) curve.RemoveAt(curve.Count - 1);
        curve.Add(new(point.Step, point.Value, point.At));
        if (curve.Count > PointsKept) _curves[point.Key] = Thin(curve);
        _copies.Remove(point.Key);
    }

    // Half as many points, the lowest and the highest of every four among them, so that no spike is lost.
    private static List<MetricSample> Thin(List<MetricSample> curve) =>
        [.. curve.Chunk(4).SelectMany(four => new[] { four.MinBy(point => point.Value)!, four.MaxBy(point => point.Value)! }.Distinct().OrderBy(point => point.Step))];

    private void Append(IEnumerable<LogLine> lines)
    {
        _log.AddRange(lines.Where(line => _log.Count == 0 || line.Number > _log[^1].Number).ToList());
        if (_log.Count > LinesKept) _log.RemoveRange(0, _log.Count - LinesKept);
    }

    // The first of several events is drawn at once; those that follow wait until the time for the next drawing has come.
    private void Announce()
    {
        if (Interlocked.Exchange(ref _pending, 1) == 1) return;
        var wait = DrawEvery - Stopwatch.GetElapsedTime(Interlocked.Read(ref _announcedAt));
        _ = Task.Delay(wait > TimeSpan.Zero ? wait : TimeSpan.Zero, CancellationToken.None).ContinueWith(
            _ =>
            {
                Interlocked.Exchange(ref _announcedAt, Stopwatch.GetTimestamp());
                Interlocked.Exchange(ref _pending, 0);
                if (!_gone.IsCancellationRequested) Changed?.Invoke();
            },
            TaskScheduler.Default);
    }

    public void Dispose()
    {
        _gone.Cancel();
        _following?.Dispose();
    }
}
