// What a page knows of a job while it runs: its state, its curves, its log, kept current by server-sent events.
// A broken connection is resumed by the last id seen. It does not draw; it says when there is something new to draw.
using MaaS.Contracts;
using MaaS.Contracts.Experiments;
using MaaS.Contracts.Jobs;

namespace MaaS.Web.Jobs;

internal sealed class JobFeed(MaaSClient api, Guid id) : IDisposable
{
    // Events come as fast as a worker writes; a page that draws more often than this only gets warmer.
    private static readonly TimeSpan DrawEvery = TimeSpan.FromMilliseconds(250);
    private const int LinesKept = 2000;
    private const int PointsKept = 4000;

    private readonly CancellationTokenSource _gone = new();
    private readonly Lock _lock = new();
    private readonly SortedDictionary<string, List<MetricSample>> _curves = new(StringComparer.Ordinal);
    private readonly List<LogLine> _log = [];
    private int _pending;

    /// <summary>Raised at most four times a second, on any thread.</summary>
    public event Action? Changed;

    public JobView? Job { get; private set; }

    /// <summary>Why nothing new comes at the moment; null while the connection holds.</summary>
    public string? Trouble { get; private set; }

    public bool Ended => Job is { } job && IsFinal(job.State);

    public static bool IsFinal(JobState state) => state is JobState.Succeeded or JobState.Failed or JobState.Canceled;

    public void Start(JobView? known = null)
    {
        Job = known;
        _ = Follow();
    }

    /// <summary>What is stored of a job that has ended; one that runs sends its past with its first events.</summary>
    public void Fill(IEnumerable<MetricSeries> series, IEnumerable<LogLine> lines)
    {
        lock (_lock)
        {
            foreach (var one in series) _curves[one.Key] = [.. one.Points];
            Append(lines);
        }
    }

    /// <summary>A copy of every curve, by key.</summary>
    public IReadOnlyDictionary<string, IReadOnlyList<MetricSample>> Curves()
    {
        lock (_lock)
            return _curves.ToDictionary(pair => pair.Key, pair => (IReadOnlyList<MetricSample>)[.. pair.Value], StringComparer.Ordinal);
    }

    public IReadOnlyList<LogLine> Log()
    {
        lock (_lock) return [.. _log];
    }

    private async Task Follow()
    {
        string? last = null;
        for (var failures = 0; !_gone.IsCancellationRequested && !Ended;)
        {
            try
            {
                await foreach (var (eventId, item) in api.FollowJob(id, last, _gone.Token))
                {
                    if (eventId.Length > 0) last = eventId;
                    (failures, Trouble) = (0, null);
                    Take(item);
                }
                if (Ended) return;
            }
            catch (OperationCanceledException) when (_gone.IsCancellationRequested)
            {
                return;
            }
            catch (Exception broken) when (broken is HttpRequestException or IOException or TaskCanceledException or Contracts.ProblemException)
            {
                Trouble = "The live connection broke. Trying again…";
                Announce();
                // A noun that is gone does not come back.
                if (broken is ProblemException { Problem.Status: 401 or 403 or 404 }) return;
            }
            failures++;
            await Task.Delay(TimeSpan.FromSeconds(Math.Min(10, failures)), _gone.Token).ContinueWith(_ => { }, TaskScheduler.Default);
        }
    }

    private void Take(JobEvent item)
    {
        lock (_lock)
        {
            if (item is JobStateEvent state) Job = state.Job;
            if (item is JobLogEvent log) Append(log.Lines);
            if (item is JobMetricsEvent metrics)
                foreach (var point in metrics.Points)
                    Append(point);
        }
        Announce();
    }

    // A point again, or an earlier step, means that the worker went back to a checkpoint: what came after it is void.
    private void Append(MetricPoint point)
    {
        if (!_curves.TryGetValue(point.Key, out var curve)) _curves[point.Key] = curve = [];
        while (curve.Count > 0 && curve[^1].Step >= point.Step) curve.RemoveAt(curve.Count - 1);
        curve.Add(new(point.Step, point.Value, point.At));
        if (curve.Count > PointsKept) _curves[point.Key] = Thin(curve);
    }

    // Half as many points, the lowest and the highest of every four among them, so that no spike is lost.
    private static List<MetricSample> Thin(List<MetricSample> curve) =>
        [.. curve.Chunk(4).SelectMany(four => new[] { four.MinBy(point => point.Value)!, four.MaxBy(point => point.Value)! }.Distinct().OrderBy(point => point.Step))];

    private void Append(IEnumerable<LogLine> lines)
    {
        _log.AddRange(lines.Where(line => _log.Count == 0 || line.Number > _log[^1].Number).ToList());
        if (_log.Count > LinesKept) _log.RemoveRange(0, _log.Count - LinesKept);
    }

    private void Announce()
    {
        if (Interlocked.Exchange(ref _pending, 1) == 1) return;
        _ = Task.Delay(DrawEvery, CancellationToken.None).ContinueWith(
            _ =>
            {
                Interlocked.Exchange(ref _pending, 0);
                if (!_gone.IsCancellationRequested) Changed?.Invoke();
            },
            TaskScheduler.Default);
    }

    public void Dispose() => _gone.Cancel();
}
