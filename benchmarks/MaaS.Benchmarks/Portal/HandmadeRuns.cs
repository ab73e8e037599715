// Runs with points but without a training behind them, in an experiment of their own; gone when disposed.
using MaaS.Catalog.Experiments;
using MaaS.Catalog.Jobs;
using MaaS.Contracts.Experiments;
using MaaS.Contracts.Jobs;
using MaaS.Contracts.Training;
using Microsoft.EntityFrameworkCore;

namespace MaaS.Benchmarks.Portal;

internal sealed class HandmadeRuns(PortalRig rig, Guid experiment, IReadOnlyList<(JobLease Lease, Guid Run)> runs) : IAsyncDisposable
{
    public IReadOnlyList<(JobLease Lease, Guid Run)> Runs => runs;

    /// <summary>Under way, and held by this process: their points can be written as a worker writes them.</summary>
    public static async Task<HandmadeRuns> Make(PortalRig rig, int count)
    {
        await using var context = rig.Context();
        var experiment = context.Experiments.Add(new() { TeamId = rig.Team, Name = $"bench {Guid.NewGuid()}" }).Entity;
        var runs = new List<(JobLease, Guid)>();
        for (var i = 0; i < count; i++)
        {
            var id = Guid.CreateVersion7();
            var job = context.Jobs.Add(new()
            {
                TeamId = rig.Team,
                Kind = JobKind.Train,
                Spec = new TrainJob(Guid.NewGuid(), new TabularTraining("target")),
                State = JobState.Running,
                Attempt = 1,
                RunId = id,
                CreatedBy = "bench",
                StartedAt = DateTimeOffset.UtcNow,
                LeaseExpiresAt = DateTimeOffset.UtcNow.AddHours(1),
            }).Entity;
            var settings = new Dictionary<string, string> { ["optimizer.learning_rate"] = $"{0.001 * (1 + (i % 10))}", ["seed"] = $"{i}" };
            context.Runs.Add(new() { Id = id, TeamId = rig.Team, ExperimentId = experiment.Id, JobId = job.Id, Name = $"bench-{i}", Params = settings });
            runs.Add((new(job.Id, 1), id));
        }
        await context.SaveChangesAsync();
        return new(rig, experiment.Id, runs);
    }

    /// <summary>Writes points of a run, and ends all of them as successes with these last values.</summary>
    public async Task Succeed(Func<int, IReadOnlyList<MetricPoint>> points)
    {
        var store = new MetricStore(rig.Database);
        await using var context = rig.Context();
        for (var i = 0; i < runs.Count; i++)
        {
            var (lease, run) = runs[i];
            var written = points(i);
            await store.Append(lease, new MetricChunker(lease, run).Pack(written), CancellationToken.None);
            var last = written.GroupBy(point => point.Key).ToDictionary(series => series.Key, series => series.Last().Value);
            await context.Runs.Where(row => row.Id == run).ExecuteUpdateAsync(row => row.SetProperty(one => one.Metrics, last));
        }
        var jobs = runs.Select(run => run.Lease.JobId).ToList();
        await context.Jobs.Where(job => jobs.Contains(job.Id)).ExecuteUpdateAsync(job => job
            .SetProperty(row => row.State, JobState.Succeeded)
            .SetProperty(row => row.Progress, 1)
            .SetProperty(row => row.LeaseExpiresAt, (DateTimeOffset?)null)
            .SetProperty(row => row.FinishedAt, DateTimeOffset.UtcNow));
    }

    public async ValueTask DisposeAsync()
    {
        await using var context = rig.Context();
        var (ids, jobs) = (runs.Select(run => run.Run).ToList(), runs.Select(run => run.Lease.JobId).ToList());
        await context.MetricChunks.Where(chunk => ids.Contains(chunk.RunId)).ExecuteDeleteAsync();
        await context.Runs.Where(run => ids.Contains(run.Id)).ExecuteDeleteAsync();
        await context.Jobs.Where(job => jobs.Contains(job.Id)).ExecuteDeleteAsync();
        await context.Experiments.Where(row => row.Id == experiment).ExecuteDeleteAsync();
    }
}
