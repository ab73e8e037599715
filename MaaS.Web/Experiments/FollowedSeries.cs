// Which series of a run its page has and gets: all of a small run as they come; of one with very many only those that are drawn.
// Knows keys and where points are fetched; the points are the feed's.
using MaaS.Contracts;
using MaaS.Contracts.Experiments;
using MaaS.Web.Jobs;
using MaaS.Web.Shared;

namespace MaaS.Web.Experiments;

internal sealed class FollowedSeries(MaaSClient api, RunView run, JobFeed feed)
{
    private const int PointsDrawn = 1000;
    private const int MostFound = 100;

    private readonly HashSet<string> _learned = new(run.Metrics.Keys, StringComparer.Ordinal);
    private readonly HashSet<string> _fetched = new(StringComparer.Ordinal);
    private IReadOnlyList<string>? _chosen;
    private bool _machine;
    private bool _followsAll;

    /// <summary>Measures that are drawn: those somebody chose, else the first twenty.</summary>
    public IReadOnlyList<string> Measures => _chosen ?? [.. ChartKeys.Measures(Known).Take(ChartKeys.MostCharts)];

    public int MeasureCount => ChartKeys.Measures(Known).Count;

    public bool HasMachine => Known.Any(MetricName.IsSystem);

    private IEnumerable<string> Known => _learned.Concat(feed.Keys()).Distinct(StringComparer.Ordinal);

    /// <summary>Begins to follow, or fetches what is there of a run that has ended.</summary>
    public async Task Start(CancellationToken token)
    {
        var ended = JobFeed.IsFinal(run.Job.State);
        _followsAll = !ended && run.Metrics.Count <= ChartKeys.MostFollowed;
        feed.Start(run.Job, _followsAll ? null : Keys());
        if (!_followsAll) await Fetch(token);
    }

    /// <summary>Whether more series have come than a page should be sent; then <see cref="Narrow"/>.</summary>
    public bool IsTooWide => _followsAll && !feed.Ended && feed.SeriesCount > ChartKeys.MostFollowed;

    public async Task Narrow(CancellationToken token)
    {
        _learned.UnionWith(feed.Keys());
        _followsAll = false;
        await Follow(token);
    }

    public async Task Choose(IReadOnlyList<string> measures, CancellationToken token)
    {
        _chosen = measures;
        await Follow(token);
    }

    public async Task OpenMachine(CancellationToken token)
    {
        _machine = true;
        await Follow(token);
    }

    /// <summary>The measures that hold some words, the first of them, with the last value of each.</summary>
    public async Task<IReadOnlyList<(string Measure, double? Last)>> Find(string? words, CancellationToken token)
    {
        var keys = (await api.MetricKeys(run.Id, words, MostFound, token: token)).Items;
        _learned.UnionWith(keys.Select(one => one.Key));
        return [.. keys.Where(one => ChartKeys.IsCurve(one.Key) && !MetricName.IsSystem(one.Key)).DistinctBy(one => MetricName.Parts(one.Key).Measure)
            .Select(one => (MetricName.Parts(one.Key).Measure, (double?)one.Last))];
    }

    private IReadOnlyList<string> Keys() =>
        ChartKeys.Of(Known, [.. Measures, .. _machine ? ChartKeys.MachineMeasures(Known).Take(ChartKeys.MostCharts) : []]);

    private async Task Follow(CancellationToken token)
    {
        if (_followsAll) return;
        if (!feed.Ended) feed.Choose(Keys());
        await Fetch(token);
    }

    // From the beginning, for the stream goes on from where it is.
    private async Task Fetch(CancellationToken token)
    {
        var keys = Keys();
        // What is no longer followed has to be fetched anew, should it be chosen again.
        if (!feed.Ended) _fetched.IntersectWith(keys);
        foreach (var some in keys.Except(_fetched).ToList().Chunk(QueryMetrics.MostKeys))
        {
            feed.Fill((await api.Metrics(new QueryMetrics([run.Id], some, PointsDrawn), token))[0].Series, []);
            _fetched.UnionWith(some);
        }
    }
}
