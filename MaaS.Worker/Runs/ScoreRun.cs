// A score job: brings the dataset's file and the version's package, lets the engine answer every row, and keeps the file of answers with the run.
// An attempt that was cut short leaves nothing, and the next begins anew.
using System.Diagnostics;
using System.Globalization;
using MaaS.Catalog;
using MaaS.Catalog.Artifacts;
using MaaS.Catalog.Datasets;
using MaaS.Catalog.Jobs;
using MaaS.Catalog.Models;
using MaaS.Contracts.Jobs;
using MaaS.Contracts.Models;
using MaaS.Engine;
using MaaS.Engine.Data;
using MaaS.Engine.Scoring;
using MaaS.Worker.Devices;
using Microsoft.EntityFrameworkCore;

namespace MaaS.Worker.Runs;

internal sealed class ScoreRun(
    JobQueue queue, IDbContextFactory<CatalogContext> contexts, ArtifactStore artifacts, JobLease lease, Heartbeat heartbeat)
{
    public async Task<bool> Run(ScoreJob score, CancellationToken token)
    {
        heartbeat.Report(0, "checking the files");
        var (version, data) = await Outage.Outlast(() => Find(score, token), token);
        var file = new DataFile(await artifacts.VerifiedPath(data.Sha256, token), data.FileName, data.Profile!);
        using var model = Inference.Model.Load(await Package(version, token));
        var folder = Directory.CreateDirectory("answers").FullName;
        var watch = Stopwatch.StartNew();
        var scored = Scorer.Run(file, model, score, Path.Combine(folder, score.Path), new Told(heartbeat), token);
        Console.WriteLine(string.Create(
            CultureInfo.InvariantCulture, $"{scored.Rows:N0} rows answered in {watch.Elapsed.TotalSeconds:f1} s; {scored.Refused:N0} of them do not fit the model and have an error instead."));
        heartbeat.Report(1, "storing the answers");
        var files = await PackageFiles.Store(artifacts, folder, "", token);
        await heartbeat.Stop();
        var result = new RunResult(
            null,
            new Dictionary<string, double> { ["rows"] = scored.Rows, ["refused_rows"] = scored.Refused },
            new Dictionary<string, string> { ["processor"] = DeviceList.CpuName() }, null, files);
        return await Outage.Outlast(() => queue.Succeed(lease, result, token), token);
    }

    private async Task<(ModelVersion Version, DatasetVersion Data)> Find(ScoreJob score, CancellationToken token)
    {
        await using var context = await contexts.CreateDbContextAsync(token);
        var team = await context.Jobs.Where(row => row.Id == lease.JobId).Select(row => row.TeamId).SingleAsync(token);
        var version = await context.ModelVersions.AsNoTracking().Include(row => row.Files).SingleOrDefaultAsync(row => row.Id == score.VersionId && row.TeamId == team, token)
            ?? throw new UserError($"version_id is {score.VersionId}, a model version that was deleted.");
        var data = await context.DatasetVersions.AsNoTracking().SingleOrDefaultAsync(row => row.Id == score.DatasetVersionId && row.TeamId == team, token);
        return data?.Profile is null
            ? throw new UserError($"dataset_version_id is {score.DatasetVersionId}, a dataset version that {(data is null ? "was deleted" : "is not ready")}.")
            : (version, data);
    }

    /// <summary>A folder with what is needed to run the version.</summary>
    private async Task<string> Package(ModelVersion version, CancellationToken token)
    {
        var folder = Directory.CreateDirectory("model").FullName;
        foreach (var file in version.Files.Where(file => file.Path is not (ModelManifest.Weights or ModelFile.Hdf5)))
            File.Copy(await artifacts.VerifiedPath(file.Sha256, token), Path.Combine(folder, file.Path), overwrite: true);
        return folder;
    }
}
