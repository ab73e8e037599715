// An export job: writes a version's weights in another format and adds the file to the version. How a format is written is the engine's.
using MaaS.Catalog;
using MaaS.Catalog.Artifacts;
using MaaS.Catalog.Jobs;
using MaaS.Catalog.Models;
using MaaS.Contracts.Jobs;
using MaaS.Engine;
using MaaS.Engine.Packages;
using Microsoft.EntityFrameworkCore;

namespace MaaS.Worker.Runs;

internal sealed class ExportRun(ModelStore models, IDbContextFactory<CatalogContext> contexts, ArtifactStore artifacts, JobLease lease, Heartbeat heartbeat)
{
    public async Task<bool> Run(ExportJob export, CancellationToken token)
    {
        heartbeat.Report(0, "checking the package");
        var files = await Outage.Outlast(() => FilesOf(export.VersionId, token), token);
        if (!files.ContainsKey("model.json"))
            throw new UserError($"Version {export.Version} of {export.Model} was deleted before it was exported.");
        if (!files.TryGetValue("weights.safetensors", out var weights))
            throw new UserError($"Version {export.Version} of {export.Model} has no weights file: it was brought in as ONNX, and its weights are in the graph alone.");
        var folder = Directory.CreateDirectory("export").FullName;
        Hdf5.Write(
            Path.Combine(folder, ModelFile.Hdf5), await artifacts.VerifiedPath(weights, token), await artifacts.VerifiedPath(files["model.json"], token),
            new Told(heartbeat), token);
        var written = await PackageFiles.Store(artifacts, folder, "", token);
        await heartbeat.Stop();
        return await Outage.Outlast(() => models.Succeed(lease, export.VersionId, written[0], token), token);
    }

    private async Task<Dictionary<string, string>> FilesOf(Guid versionId, CancellationToken token)
    {
        await using var context = await contexts.CreateDbContextAsync(token);
        return await context.ModelFiles.Where(row => row.VersionId == versionId).ToDictionaryAsync(row => row.Path, row => row.Sha256, token);
    }
}
