// Points in and out: nothing lost, nothing doubled, extremes always drawn, few of a million.
using MaaS.Catalog.Experiments;
using MaaS.Catalog.Jobs;
using MaaS.Contracts.Experiments;
using Xunit;

namespace MaaS.Platform.Tests.Experiments;

public sealed class MetricTests(PostgresFixture postgres) : CatalogTest(postgres)
{
    private static readonly DateTimeOffset s_start = new(2024, 3, 1, 12, 0, 0, TimeSpan.Zero);

    [Fact]
    public async Task Every_double_survives()
    {
        var (job, lease) = await Running();
        double[] values = [0.1, double.NaN, double.PositiveInfinity, double.NegativeInfinity, -0.0, double.Epsilon, double.MaxValue];

        await Metrics.Append(lease, new MetricChunker(lease, job.RunId!.Value).Pack(Points("loss", values)), Token);

        var series = Assert.Single(await Metrics.Query(job.RunId.Value, null, 1000, Token));
        Assert.Equal(("loss", 7L), (series.Key, series.Count));
        Assert.Equal(values.Select((value, i) => new MetricSample(i, value, s_start.AddMilliseconds(i))), series.Points);
        var stored = await Metrics.After([(job.RunId.Value, 0)], null, Token);
        Assert.Equal(values, Values(stored));
    }

    [Theory]
    [InlineData(5_000)]
    [InlineData(150_000)]
    public async Task A_thinned_series_keeps_the_ends_the_extremes_and_the_first_nan(int count)
    {
        var (job, lease) = await Running();
        var values = Enumerable.Range(0, count).Select(i => Math.Sin(i / 100.0)).ToArray();
        (values[count / 3], values[count / 2], values[count / 4]) = (50, -50, double.NaN);

        await Metrics.Append(lease, new MetricChunker(lease, job.RunId!.Value).Pack(Points("loss", values)), Token);

        var series = Assert.Single(await Metrics.Query(job.RunId.Value, ["loss"], 400, Token));
        var steps = series.Points.Select(point => point.Step).ToList();
        Assert.Equal(count, series.Count);
        Assert.InRange(steps.Count, 200, 500);
        Assert.Superset(new HashSet<long> { 0, count / 3, count / 2, count / 4, count - 1 }, steps.ToHashSet());
        Assert.Equal(steps.Distinct().Order(), steps);
        Assert.All(series.Points, point => Assert.Equal(values[point.Step], point.Value));
    }

    [Fact]
    public async Task Storing_the_same_batch_twice_stores_it_once()
    {
        var (job, lease) = await Running();
        var batch = new MetricChunker(lease, job.RunId!.Value).Pack(Points("loss", [1, 2, 3]));

        Assert.True(await Metrics.Append(lease, batch, Token));
        Assert.True(await Metrics.Append(lease, batch, Token));

        Assert.Equal([1.0, 2, 3], Assert.Single(await Metrics.Query(job.RunId.Value, null, 100, Token)).Points.Select(point => point.Value));
    }

    [Fact]
    public async Task A_resumed_attempt_measures_again_only_what_came_after_the_checkpoint()
    {
        var (job, first) = await Running();
        var chunker = new MetricChunker(first, job.RunId!.Value);
        await Metrics.Append(first, chunker.Pack(Points("loss", [9, 8, 7])), Token);
        await Queue.SaveCheckpoint(first, new('e', 64), 3, chunker.Number, Token);
        await Metrics.Append(first, chunker.Pack([.. Points("loss", [6, 5]), .. Points("system/cpu", [50])]), Token);
        await ExpireLeases();

        var second = await Claim();
        await Metrics.Append(second, new MetricChunker(second, job.RunId.Value).Pack(Points("loss", [60, 50])), Token);

        var series = await Metrics.Query(job.RunId.Value, null, 100, Token);
        Assert.Equal(["loss", "system/cpu"], series.Select(one => one.Key));
        Assert.Equal([9.0, 8, 7, 60, 50], series[0].Points.Select(point => point.Value));
        Assert.Equal([50.0], series[1].Points.Select(point => point.Value));
        Assert.Equal(50, (await Metrics.Last([job.RunId.Value], Token))[job.RunId.Value]["loss"]);
    }

    [Fact]
    public async Task Following_continues_after_the_number_it_ended_with()
    {
        var (job, lease) = await Running();
        var chunker = new MetricChunker(lease, job.RunId!.Value);
        await Metrics.Append(lease, chunker.Pack(Points("loss", [3, 2])), Token);
        var before = await Metrics.After([(job.RunId.Value, 0)], null, Token);
        await Metrics.Append(lease, chunker.Pack(Points("loss", [1])), Token);

        var after = await Metrics.After([(job.RunId.Value, before[^1].Number)], null, Token);

        Assert.Equal([3.0, 2], Values(before));
        Assert.Equal([1.0], Values(after));
    }

    [Fact]
    public async Task Following_some_series_goes_on_after_the_number_of_the_last_of_them()
    {
        var (job, lease) = await Running();
        var chunker = new MetricChunker(lease, job.RunId!.Value);
        await Metrics.Append(lease, chunker.Pack([.. Points("loss", [3]), .. Points("other", [7])]), Token);
        var before = await Metrics.After([(job.RunId.Value, 0)], ["loss"], Token);
        await Metrics.Append(lease, chunker.Pack([.. Points("other", [8]), .. Points("loss", [2])]), Token);

        var after = await Metrics.After([(job.RunId.Value, before[^1].Number)], ["loss"], Token);

        Assert.Equal([3.0], Values(before));
        Assert.Equal([2.0], Values(after));
    }

    [Fact]
    public async Task Several_runs_are_followed_at_once_each_from_where_it_is()
    {
        var ((one, first), (other, second)) = (await Running(), await Running());
        var chunker = new MetricChunker(first, one.RunId!.Value);
        await Metrics.Append(first, chunker.Pack(Points("loss", [3])), Token);
        var seen = await Metrics.Newest(one.RunId.Value, Token);
        await Metrics.Append(first, chunker.Pack(Points("loss", [2])), Token);
        await Metrics.Append(second, new MetricChunker(second, other.RunId!.Value).Pack(Points("loss", [7])), Token);

        var after = await Metrics.After([(one.RunId.Value, seen), (other.RunId.Value, 0)], null, Token);

        Assert.Equal([(one.RunId.Value, 2.0), (other.RunId.Value, 7.0)], after.OrderBy(stored => stored.Points[0].Value).Select(stored => (stored.RunId, stored.Points.Single().Value)));
    }

    private static IEnumerable<double> Values(IEnumerable<StoredPoints> stored) => stored.SelectMany(chunk => chunk.Points).Select(point => point.Value);

    [Fact]
    public async Task Many_runs_of_many_points_are_read_from_outlines_and_keep_their_extremes()
    {
        var runs = new List<Guid>();
        for (var i = 0; i < 3; i++)
        {
            var (job, lease) = await Running();
            var values = Enumerable.Range(0, 50_000).Select(step => Math.Sin(step / 100.0)).ToArray();
            values[20_000 + i] = 9;
            await Metrics.Append(lease, new MetricChunker(lease, job.RunId!.Value).Pack(Points("loss", values)), Token);
            runs.Add(job.RunId.Value);
        }

        var series = await Metrics.Query(runs, ["loss", "none"], 200, Token);

        Assert.Equal(runs, series.Select(run => run.RunId));
        Assert.All(series, run => Assert.InRange(Assert.Single(run.Series).Points.Count, 100, 260));
        Assert.Equal([20_000L, 20_001, 20_002], series.Select(run => run.Series[0].Points.MaxBy(point => point.Value)!.Step));
    }

    // How fast is measured by `./maas bench foundation`.
    [Theory]
    [InlineData(1)]
    [InlineData(20)]
    public async Task A_million_points_are_all_counted_and_drawn_from_outlines(int keys)
    {
        const int batches = 40;
        const int batchPoints = 25_000;
        var (job, lease) = await Running();
        var chunker = new MetricChunker(lease, job.RunId!.Value);
        for (var batch = 0; batch < batches; batch++)
            Assert.True(await Metrics.Append(lease, chunker.Pack([.. Enumerable.Range(batch * batchPoints, batchPoints)
                .Select(i => new MetricPoint($"series_{i % keys}", i / keys, Math.Cos(i / 1000.0), s_start.AddMilliseconds(i)))]), Token));

        var series = await Metrics.Query(job.RunId!.Value, null, 1000, Token);

        Assert.Equal(Enumerable.Repeat((long)batches * batchPoints / keys, keys), series.Select(one => one.Count));
        Assert.All(series, one => Assert.InRange(one.Points.Count, 400, 1200));
        Assert.Equal(1.0, series[0].Points[0].Value);
    }

    private async Task<(Job Job, JobLease Lease)> Running() => (await EnqueueTraining(), await Claim());

    private static List<MetricPoint> Points(string key, double[] values) =>
        [.. values.Select((value, i) => new MetricPoint(key, i, value, s_start.AddMilliseconds(i)))];
}
