// Versions of a model: immutable packages. A version that any revision names cannot be deleted, or a rollback could fail.
using System.Linq.Expressions;
using MaaS.Api.Inference;
using MaaS.Api.Problems;
using MaaS.Api.Teams;
using MaaS.Catalog;
using MaaS.Catalog.Artifacts;
using MaaS.Catalog.Models;
using MaaS.Contracts;
using MaaS.Contracts.Jobs;
using MaaS.Contracts.Models;
using MaaS.Contracts.Teams;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.EntityFrameworkCore;

namespace MaaS.Api.Models;

internal static class ModelVersionEndpoints
{
    public static RouteGroupBuilder MapModelVersions(this IEndpointRouteBuilder models)
    {
        var versions = models.MapGroup("{model}/versions");
        versions.MapGet("", List).WithSummary("Versions, newest first");
        versions.MapPost("", Register).Needs(Role.Member).WithSummary("Register a run's package as the next version; makes the model when there is none");
        versions.MapGet("{version}", Get).WithSummary("One version");
        versions.MapDelete("{version}", Delete).Needs(Role.Member).WithSummary("Delete a version that no deployment names");
        versions.MapDelete("{version}/quarantine", Lift).Needs(Role.Admin).WithSummary("Let a version be loaded again after a server process ended while it loaded it");
        versions.MapGet("{version}/targets", TargetsEndpoint.List).WithSummary("Deployments it could take over, those whose callers would notice nothing first");
        versions.MapModelExports();
        versions.MapGet("{version}/files/{**path}", Download).WithSummary("One file of the package").Produces(200, contentType: "application/octet-stream");
        return versions;
    }

    private static async Task<Results<Ok<Page<ModelVersionView>>, NotFoundProblem, InvalidProblem>> List(
        string model, [AsParameters] Paging paging, Caller caller, CatalogContext context, CancellationToken token)
    {
        if (!paging.TryNumber(out var after, out var problem))
            return problem!;
        if (!await context.Models.AnyAsync(row => row.TeamId == caller.TeamId && row.Name == model, token))
            return new NotFoundProblem("model", $"\"{model}\"");
        var versions = context.ModelVersions.ForViews()
            .Where(row => row.TeamId == caller.TeamId && row.Model.Name == model && (after == null || row.Number < after))
            .OrderByDescending(row => row.Number);
        return TypedResults.Ok(await versions.Page(paging.Count, row => $"{row.Number}", ModelViews.Of, token));
    }

    private static async Task<Results<Ok<ModelVersionView>, NotFoundProblem>> Get(
        string model, int version, Caller caller, CatalogContext context, CancellationToken token) =>
        await Owned(context, caller, model, version).ForViews().SingleOrDefaultAsync(token) is { } row
            ? TypedResults.Ok(ModelViews.Of(row)) : Missing(model, version);

    public static async Task<Results<Ok<ModelVersionView>, NotFoundProblem>> GetById(
        Guid modelVersion, Caller caller, CatalogContext context, CancellationToken token) =>
        await context.ModelVersions.Where(row => row.Id == modelVersion && row.TeamId == caller.TeamId).ForViews().SingleOrDefaultAsync(token) is { } row
            ? TypedResults.Ok(ModelViews.Of(row)) : new NotFoundProblem("model version", modelVersion);

    private static async Task<Results<Ok<ModelVersionView>, NotFoundProblem, ConflictProblem>> Register(
        [Slug] string model, RegisterVersion request, Caller caller, CatalogContext context, CancellationToken token)
    {
        var run = await context.Runs.Include(row => row.Artifacts).Include(row => row.Job)
            .SingleOrDefaultAsync(row => row.Id == request.RunId && row.TeamId == caller.TeamId, token);
        if (run is null)
            return new NotFoundProblem("run", request.RunId);
        if (run.Manifest is null || run.Job.State != JobState.Succeeded)
            return new ConflictProblem("run_without_package", $"\"{run.Name}\" is {run.Job.State.ToString().ToLowerInvariant()} and has no package to register; only a run that succeeded has one.");
        await using var transaction = await context.Database.BeginTransactionAsync(token);
        var version = await ModelRegistration.Register(context, run, model, caller.Name, token);
        context.Audit(caller, "registered", "model", model, $"version {version.Number} from run \"{run.Name}\"");
        await context.SaveChangesAsync(token);
        await transaction.CommitAsync(token);
        return TypedResults.Ok(ModelViews.Of(await Owned(context, caller, model, version.Number).ForViews().SingleAsync(token)));
    }

    private static async Task<Results<NoContent, NotFoundProblem, ConflictProblem>> Delete(
        string model, int version, Caller caller, CatalogContext context, CancellationToken token)
    {
        if (await Owned(context, caller, model, version).SingleOrDefaultAsync(token) is not { } row)
            return Missing(model, version);
        if (await NamedBy(context, found => found.Id == row.Id, token) is { } deployment)
            return InUse($"Version {version} of {model}", deployment);
        context.ModelVersions.Remove(row);
        context.Audit(caller, "deleted", "model", model, $"version {version}");
        await context.SaveChangesAsync(token);
        return TypedResults.NoContent();
    }

    private static async Task<Results<NoContent, NotFoundProblem>> Lift(
        string model, int version, Caller caller, CatalogContext context, LoadedModels models, CancellationToken token)
    {
        if (await Owned(context, caller, model, version).Include(row => row.LoadMarks.Where(mark => mark.CrashedAt != null)).SingleOrDefaultAsync(token) is not { } row)
            return Missing(model, version);
        if (row.LoadMarks.Count == 0)
            return TypedResults.NoContent();
        context.LoadMarks.RemoveRange(row.LoadMarks);
        context.Audit(caller, "lifted_quarantine", "model", model, $"version {version}");
        await context.SaveChangesAsync(token);
        models.Forget(row.Id);
        return TypedResults.NoContent();
    }

    private static async Task<Results<FileStreamHttpResult, NotFoundProblem>> Download(
        string model, int version, string path, HttpContext http, Caller caller, CatalogContext context, ArtifactStore store, CancellationToken token)
    {
        var file = await Owned(context, caller, model, version).SelectMany(row => row.Files).AsNoTracking().SingleOrDefaultAsync(row => row.Path == path, token);
        return file is null
            ? new NotFoundProblem("model file", $"\"{path}\" of version {version} of \"{model}\"")
            : http.Download(store, file.Sha256, file.Bytes, Path.GetFileName(file.Path));
    }

    /// <summary>A deployment with a revision that names one of the versions; null when there is none.</summary>
    public static Task<string?> NamedBy(CatalogContext context, Expression<Func<ModelVersion, bool>> versions, CancellationToken token) => (
        from named in context.Revisions.SelectMany(revision => revision.Shares).Select(share => new { share.DeploymentId, share.VersionId })
            .Concat(context.Revisions.Where(revision => revision.ShadowVersionId != null).Select(revision => new { revision.DeploymentId, VersionId = revision.ShadowVersionId!.Value }))
        join version in context.ModelVersions.Where(versions) on named.VersionId equals version.Id
        join deployment in context.Deployments on named.DeploymentId equals deployment.Id
        select deployment.Name).FirstOrDefaultAsync(token);

    public static ConflictProblem InUse(string what, string deployment) => new("version_in_use",
        $"{what} is named by a revision of the deployment \"{deployment}\", which could be rolled back to; delete that deployment first.");

    public static NotFoundProblem Missing(string model, int version) => new("model version", $"{version} of \"{model}\"");

    private static IQueryable<ModelVersion> Owned(CatalogContext context, Caller caller, string model, int version) =>
        context.ModelVersions.Where(row => row.TeamId == caller.TeamId && row.Model.Name == model && row.Number == version);
}
