// An import job: looks at a model file, runs it once under guard, and registers its package. What may come in is the engine's to say.
using MaaS.Catalog;
using MaaS.Catalog.Artifacts;
using MaaS.Catalog.Jobs;
using MaaS.Catalog.Models;
using MaaS.Contracts.Jobs;
using MaaS.Contracts.Models;
using MaaS.Engine.Imports;

namespace MaaS.Worker.Runs;

internal sealed class ImportRun(JobQueue queue, ModelStore models, ArtifactStore artifacts, IConfiguration configuration, JobLease lease, Heartbeat heartbeat)
{
    public async Task<bool> Run(ImportJob import, CancellationToken token)
    {
        heartbeat.Report(0, "checking the file");
        var path = await artifacts.VerifiedPath(import.Sha256, token);
        var folder = Path.GetFullPath("package");
        ModelManifest manifest;
        using (var guard = Guard.Start(queue, lease, heartbeat, configuration))
            manifest = guard.Run(() => ModelImport.Run(
                path, import.FileName, folder, new Lineage(null, null, null, Imported: new ImportedFile(import.FileName, import.Sha256)), new Told(heartbeat), token));
        heartbeat.Report(0.9, "storing the package");
        var files = await PackageFiles.Store(artifacts, folder, "", token);
        await heartbeat.Stop();
        return await Outage.Outlast(() => models.Succeed(lease, import.Model, manifest, files, token), token);
    }
}
