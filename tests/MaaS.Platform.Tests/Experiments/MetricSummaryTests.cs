// The row that says what a series comes to: it follows the series, whatever happens to it.
using MaaS.Catalog.Experiments;
using MaaS.Catalog.Jobs;
using MaaS.Contracts.Experiments;
using Microsoft.EntityFrameworkCore;
using Xunit;

namespace MaaS.Platform.Tests.Experiments;

public sealed class MetricSummaryTests(PostgresFixture postgres) : CatalogTest(postgres)
{
    private static readonly DateTimeOffset s_at = new(2026, 1, 1, 0, 0, 0, TimeSpan.Zero);

    [Fact]
    public async Task Every_batch_moves_the_last_the_least_and_the_greatest()
    {
        var (job, lease) = await Running();
        var chunker = new MetricChunker(lease, job.RunId!.Value);
        var batch = chunker.Pack([.. Points("loss", 5, double.NaN, 3), .. Points("lost", double.NaN), .. Points("ends", double.NegativeInfinity, double.PositiveInfinity)]);
        await Metrics.Append(lease, batch, Token);
        Assert.Equal([("ends", double.PositiveInfinity, double.NegativeInfinity, double.PositiveInfinity), ("loss", 3, 3, 5), ("lost", double.NaN, null, null)], await Rows(job));

        // The same again, as after a lost answer, changes nothing; the next does.
        await Metrics.Append(lease, batch, Token);
        await Metrics.Append(lease, chunker.Pack([.. Points("loss", [.. Enumerable.Range(0, 2000).Select(i => i == 700 ? -1.0 : i == 900 ? 99 : 4)]), .. Points("lost", 7, double.NaN)]), Token);

        Assert.Equal([("ends", double.PositiveInfinity, double.NegativeInfinity, double.PositiveInfinity), ("loss", 4, -1, 99), ("lost", double.NaN, 7, 7)], await Rows(job));
    }

    [Fact]
    public async Task A_resumed_attempt_begins_from_what_its_checkpoint_had_seen()
    {
        var (job, first) = await Running();
        var chunker = new MetricChunker(first, job.RunId!.Value);
        await Metrics.Append(first, chunker.Pack(Points("loss", 9, 8, 7)), Token);
        await Queue.SaveCheckpoint(first, new('e', 64), 3, chunker.Number, Token);
        await Metrics.Append(first, chunker.Pack([.. Points("loss", 1, 20), .. Points("late", 1), .. Points("system/cpu", 50)]), Token);
        await ExpireLeases();

        var second = await Claim();
        Assert.Equal([("loss", 7, 7, 9), ("system/cpu", 50, 50, 50)], await Rows(job));

        await Metrics.Append(second, new MetricChunker(second, job.RunId.Value).Pack(Points("loss", 6)), Token);
        Assert.Equal([("loss", 6, 6, 9), ("system/cpu", 50, 50, 50)], await Rows(job));
    }

    [Fact]
    public async Task A_run_that_ends_adds_its_final_figures_and_the_migration_would_write_the_same()
    {
        var (job, lease) = await Running();
        await Metrics.Append(lease, new MetricChunker(lease, job.RunId!.Value).Pack(Points("loss", 2, 0.5, 1)), Token);
        await Queue.Succeed(lease, Result, Token);
        (string, double, double?, double?)[] rows = [("loss", 1, 0.5, 2), ("test_accuracy", 0.9, 0.9, 0.9)];
        Assert.Equal(rows, await Rows(job));

        await Execute("delete from run_metrics");
        await Execute(MetricSummaries.Backfill);

        Assert.Equal(rows, await Rows(job));
    }

    private async Task<(Job Job, JobLease Lease)> Running() => (await EnqueueTraining(), await Claim());

    private async Task<IReadOnlyList<(string, double, double?, double?)>> Rows(Job job)
    {
        await using var context = Context();
        var rows = await context.RunMetrics.AsNoTracking().Where(row => row.RunId == job.RunId && row.TeamId == Team.Id).OrderBy(row => row.Key).ToListAsync(Token);
        return rows.ConvertAll(row => (row.Key, row.Last, row.Min, row.Max));
    }

    private async Task Execute(string sql)
    {
        await using var command = Database.CreateCommand(sql);
        await command.ExecuteNonQueryAsync(Token);
    }

    private static List<MetricPoint> Points(string key, params double[] values) => [.. values.Select((value, i) => new MetricPoint(key, i, value, s_at.AddMilliseconds(i)))];
}
