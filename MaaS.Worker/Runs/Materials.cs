// What a job works on, brought from the catalog and the store to the child's own folder: dataset versions and packages of models.
// What was deleted meanwhile becomes a sentence that names the setting which asked for it.
using MaaS.Catalog;
using MaaS.Catalog.Artifacts;
using MaaS.Catalog.Datasets;
using MaaS.Catalog.Models;
using MaaS.Contracts.Datasets;
using MaaS.Engine;
using MaaS.Engine.Data;
using Microsoft.EntityFrameworkCore;

namespace MaaS.Worker.Runs;

internal sealed class Materials(IDbContextFactory<CatalogContext> contexts, ArtifactStore artifacts)
{
    public Task<DatasetVersion> Dataset(Guid team, Guid id, string field, CancellationToken token) => Outage.Outlast(async () =>
    {
        await using var context = await contexts.CreateDbContextAsync(token);
        var version = await context.DatasetVersions.AsNoTracking().SingleOrDefaultAsync(row => row.Id == id && row.TeamId == team, token);
        return version is { State: DatasetState.Ready, Profile: not null }
            ? version
            : throw new UserError($"{field} is {id}, a dataset version that {(version is null ? "was deleted" : $"is {version.State.ToString().ToLowerInvariant()}, not ready")}.");
    }, token);

    public async Task<DataFile> File(DatasetVersion version, CancellationToken token) =>
        new(await artifacts.VerifiedPath(version.Sha256, token), version.FileName, version.Profile!);

    /// <summary>A version with its model and its files.</summary>
    public Task<ModelVersion> Version(Guid team, Guid id, string field, CancellationToken token) => Outage.Outlast(async () =>
    {
        await using var context = await contexts.CreateDbContextAsync(token);
        return await context.ModelVersions.AsNoTracking().Include(row => row.Model).Include(row => row.Files).SingleOrDefaultAsync(row => row.Id == id && row.TeamId == team, token)
            ?? throw new UserError($"{field} is {id}, a model version that was deleted.");
    }, token);

    /// <summary>A folder with these of the version's files; all of the package's when none is named.</summary>
    public async Task<string> Unpacked(ModelVersion version, string folder, CancellationToken token, params string[] files)
    {
        var path = Directory.CreateDirectory(folder).FullName;
        foreach (var file in version.Files.Where(file => files.Length == 0 ? file.Path != ModelFile.Hdf5 : files.Contains(file.Path, StringComparer.Ordinal)))
            System.IO.File.Copy(await artifacts.VerifiedPath(file.Sha256, token), Path.Combine(path, file.Path), overwrite: true);
        return path;
    }
}
