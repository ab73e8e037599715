// A profile job: reads a dataset version's file and describes it.
using MaaS.Catalog;
using MaaS.Catalog.Artifacts;
using MaaS.Catalog.Jobs;
using MaaS.Contracts.Jobs;
using MaaS.Engine;
using MaaS.Engine.Data;
using Microsoft.EntityFrameworkCore;

namespace MaaS.Worker.Runs;

internal sealed class ProfileRun(
    JobQueue queue, IDbContextFactory<CatalogContext> contexts, ArtifactStore artifacts, JobLease lease, Heartbeat heartbeat)
{
    public async Task<bool> Run(ProfileJob job, CancellationToken token)
    {
        var file = await Outage.Outlast(() => Find(job.DatasetVersionId, token), token);
        heartbeat.Report(0, "checking the file");
        var path = await artifacts.VerifiedPath(file.Sha256, token);
        heartbeat.Report(0, "reading the file");
        var profile = Profiler.Profile(path, job.Reading, heartbeat, token, file.Name);
        Console.WriteLine($"{profile.RowCount:N0} rows, {profile.Columns.Count} columns.");
        foreach (var warning in profile.Warnings)
            Console.WriteLine(warning);
        await heartbeat.Stop();
        return await Outage.Outlast(() => queue.Succeed(lease, profile, token), token);
    }

    private async Task<(string Sha256, string Name)> Find(Guid versionId, CancellationToken token)
    {
        await using var context = await contexts.CreateDbContextAsync(token);
        var file = await context.DatasetVersions.Where(row => row.Id == versionId).Select(row => new { row.Sha256, row.FileName }).SingleOrDefaultAsync(token)
            ?? throw new UserError("The dataset version was deleted before it was read.");
        return (file.Sha256, file.FileName);
    }
}
