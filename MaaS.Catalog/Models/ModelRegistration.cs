// The one place where a model version is born: by a run's success, by a user's hand, from another version, or from a file that was brought.
// Knows nothing of jobs; the caller's transaction decides whether the birth happens.
using MaaS.Catalog.Experiments;
using MaaS.Contracts.Models;
using Microsoft.EntityFrameworkCore;

namespace MaaS.Catalog.Models;

public static class ModelRegistration
{
    /// <summary>A run's files under this folder are its package.</summary>
    public const string PackageFolder = "model/";

    /// <summary>
    /// Registers the run's package as the next version of the model, which is made when there is none. The model's row stays
    /// locked until the transaction ends, so numbers have neither gaps nor doubles. A run already registered there keeps its version.
    /// </summary>
    /// <param name="context">With a transaction under way.</param>
    /// <param name="run">Succeeded, with its artifacts loaded and its manifest present.</param>
    public static async Task<ModelVersion> Register(
        CatalogContext context, Run run, string modelName, string createdBy, CancellationToken token)
    {
        var model = await Locked(context, run.TeamId, modelName, token);
        var known = await context.ModelVersions.Include(version => version.Model)
            .FirstOrDefaultAsync(version => version.ModelId == model.Id && version.RunId == run.Id, token);
        if (known is not null)
            return known;
        var manifest = run.Manifest ?? throw new InvalidOperationException($"Run {run.Id} has no package to register.");
        var files = run.Artifacts.Where(artifact => artifact.Path.StartsWith(PackageFolder, StringComparison.Ordinal))
            .Select(artifact => new PackageFile(artifact.Path[PackageFolder.Length..], artifact.Bytes, artifact.Sha256));
        return await Add(context, model, manifest, [.. files], run.Id, createdBy, token);
    }

    /// <summary>Registers a package that is not the one outcome of a run as the next version.</summary>
    /// <param name="context">With a transaction under way.</param>
    /// <param name="files">Already in the artifact store.</param>
    /// <param name="runId">The run that made it among others; null for one that no run of ours made.</param>
    public static async Task<ModelVersion> Register(
        CatalogContext context, Guid teamId, string modelName, ModelManifest manifest, IReadOnlyList<PackageFile> files, Guid? runId, string createdBy, CancellationToken token) =>
        await Add(context, await Locked(context, teamId, modelName, token), manifest, files, runId, createdBy, token);

    private static async Task<Model> Locked(CatalogContext context, Guid teamId, string modelName, CancellationToken token)
    {
        await context.Database.ExecuteSqlAsync(
            $"""
            insert into models (id, team_id, name, last_number, created_at)
            values ({Guid.CreateVersion7()}, {teamId}, {modelName}, 0, {DateTimeOffset.UtcNow})
            on conflict (team_id, name) do update set name = excluded.name
            """, token);
        var model = await context.Models.SingleAsync(row => row.TeamId == teamId && row.Name == modelName, token);
        // A context that had loaded the model before the lock holds its old number.
        await context.Entry(model).ReloadAsync(token);
        return model;
    }

    private static async Task<ModelVersion> Add(
        CatalogContext context, Model model, ModelManifest manifest, IReadOnlyList<PackageFile> files, Guid? runId, string createdBy, CancellationToken token)
    {
        var version = new ModelVersion
        {
            TeamId = model.TeamId,
            ModelId = model.Id,
            Model = model,
            Number = ++model.LastNumber,
            Manifest = manifest,
            Bytes = files.Sum(file => file.Bytes),
            RunId = runId,
            CreatedBy = createdBy,
        };
        version.Files.AddRange(files.Select(file =>
            new ModelFile { Path = file.Path, Sha256 = file.Sha256, Bytes = file.Bytes }));
        context.ModelVersions.Add(version);
        await context.SaveChangesAsync(token);
        return version;
    }
}
