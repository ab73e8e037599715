// A million metric points of one run: into PostgreSQL through the store the workers use, and out as the portal draws them.
// A training's rows are made by hand to hold the lease, and removed afterwards with the points.
using System.Diagnostics;
using MaaS.Catalog;
using MaaS.Catalog.Experiments;
using MaaS.Catalog.Jobs;
using MaaS.Contracts;
using MaaS.Contracts.Datasets;
using MaaS.Contracts.Experiments;
using MaaS.Contracts.Jobs;
using MaaS.Contracts.Training;
using Microsoft.EntityFrameworkCore;
using Npgsql;

namespace MaaS.Benchmarks;

internal static class MetricRows
{
    private const int Batches = 40;
    // What half a second brings at the promised rate: workers store twice a second.
    private const int BatchPoints = 25_000;
    private const int Series = 20;

    public static async Task Measure(MaaSClient client, DatasetVersionView data, Results results)
    {
        await using var database = NpgsqlDataSource.Create(Environment.GetEnvironmentVariable("ConnectionStrings__maas")!);
        await using var context = new CatalogContext(new DbContextOptionsBuilder<CatalogContext>().UseNpgsql(database).UseSnakeCaseNamingConvention().Options);
        var (job, run) = await AddTraining(context, (await client.WhoAmI()).Team.Id, data);
        try
        {
            results.Add("metrics.ingest_points_per_s", await Ingest(new MetricStore(database), new JobLease(job.Id, 1), run.Id), "points/s", ">= 50,000");
            results.Add("metrics.million_point_query_ms", await Draw(client, run.Id), "ms", "<= 300");
        }
        finally
        {
            await context.MetricChunks.Where(chunk => chunk.RunId == run.Id).ExecuteDeleteAsync();
            await context.Runs.Where(row => row.Id == run.Id).ExecuteDeleteAsync();
            await context.Jobs.Where(row => row.Id == job.Id).ExecuteDeleteAsync();
        }
    }

    /// <returns>Points a second over all batches: packed, copied in and committed.</returns>
    private static async Task<double> Ingest(MetricStore store, JobLease lease, Guid run)
    {
        var chunker = new MetricChunker(lease, run);
        var now = DateTimeOffset.UtcNow;
        var time = TimeSpan.Zero;
        for (var batch = 0; batch < Batches; batch++)
        {
            var points = Enumerable.Range(batch * BatchPoints, BatchPoints)
                .Select(i => new MetricPoint($"series_{i % Series}", i / Series, Math.Cos(i / 1000.0), now.AddMilliseconds(i)))
                .ToList();
            var watch = Stopwatch.StartNew();
            if (!await store.Append(lease, chunker.Pack(points), CancellationToken.None))
                throw new InvalidOperationException("The lease was lost while measuring.");
            time += watch.Elapsed;
        }
        return Batches * BatchPoints / time.TotalSeconds;
    }

    /// <returns>Milliseconds, the median of nine, for all series through the API as the run's page asks for them.</returns>
    private static async Task<double> Draw(MaaSClient client, Guid run)
    {
        var times = new List<double>();
        for (var i = 0; i < 9; i++)
        {
            var watch = Stopwatch.StartNew();
            var series = await client.Metrics(run);
            times.Add(watch.Elapsed.TotalMilliseconds);
            if (series.Sum(one => one.Count) != Batches * BatchPoints)
                throw new InvalidOperationException($"{series.Sum(one => one.Count):n0} points came back of {Batches * BatchPoints:n0}.");
        }
        return times.Order().ElementAt(times.Count / 2);
    }

    private static async Task<(Job, Run)> AddTraining(CatalogContext context, Guid team, DatasetVersionView data)
    {
        var id = Guid.CreateVersion7();
        var job = new Job
        {
            TeamId = team,
            Kind = JobKind.Train,
            Spec = new TrainJob(data.Id, new TabularTraining("churned")),
            State = JobState.Running,
            Attempt = 1,
            RunId = id,
            CreatedBy = "bench",
            LeaseExpiresAt = DateTimeOffset.UtcNow.AddHours(1),
        };
        var experiment = await context.Experiments.FirstAsync(row => row.TeamId == team);
        var run = new Run { Id = id, TeamId = team, ExperimentId = experiment.Id, JobId = job.Id, Name = "a million points", DatasetVersionId = data.Id };
        context.AddRange(job, run);
        await context.SaveChangesAsync();
        return (job, run);
    }
}
