// Models: names in the catalog, and the aliases that point to their versions.
using MaaS.Api.Datasets;
using MaaS.Api.Problems;
using MaaS.Api.Teams;
using MaaS.Catalog;
using MaaS.Catalog.Models;
using MaaS.Contracts;
using MaaS.Contracts.Models;
using MaaS.Contracts.Teams;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.EntityFrameworkCore;

namespace MaaS.Api.Models;

internal static class ModelEndpoints
{
    public static void MapModels(this IEndpointRouteBuilder api)
    {
        var models = api.MapGroup("models").WithTags("Models");
        models.MapGet("", List).WithSummary("Models, newest first");
        models.MapPost("imports", ImportEndpoint.Import).Needs(Role.Member).TakesFile().WithSummary("Bring in a model made elsewhere, as the next version of a model: ONNX, or weights of a network of ours as safetensors or HDF5");
        models.MapGet("{model}", Get).WithSummary("One model");
        models.MapPut("{model}", Update).Needs(Role.Member).WithSummary("Describe a model");
        models.MapDelete("{model}", Delete).Needs(Role.Member).WithSummary("Delete a model with its versions; no deployment may name one");
        models.MapPut("{model}/aliases/{alias}", SetAlias).Needs(Role.Member).WithSummary("Point an alias to a version");
        models.MapDelete("{model}/aliases/{alias}", DeleteAlias).Needs(Role.Member).WithSummary("Remove an alias");
        api.MapApprovals(models.MapModelVersions());
        api.MapPost("model-versions/compare", CompareEndpoint.Compare).WithTags("Models").WithSummary("Two to four versions beside one another: figures with intervals, signatures, latency, settings, data, deployments");
        api.MapGet("model-versions/{modelVersion}", ModelVersionEndpoints.GetById).WithTags("Models").WithSummary("One version, by its own id, as trainings that go on from it name it");
    }

    private static async Task<Results<Ok<Page<ModelView>>, InvalidProblem>> List(
        [AsParameters] Paging paging, Caller caller, CatalogContext context, CancellationToken token)
    {
        if (!paging.TryId(out var after, out var problem))
            return problem!;
        var models = context.Models.ForViews()
            .Where(row => row.TeamId == caller.TeamId && (after == null || row.Id < after)).OrderByDescending(row => row.Id);
        return TypedResults.Ok(await models.Page(paging.Count, row => $"{row.Id}", ModelViews.Of, token));
    }

    private static async Task<Results<Ok<ModelView>, NotFoundProblem>> Get(string model, Caller caller, CatalogContext context, CancellationToken token) =>
        await View(context, caller, model, token) is { } view ? TypedResults.Ok(view) : Missing(model);

    private static async Task<Results<Ok<ModelView>, NotFoundProblem>> Update(
        string model, UpdateModel request, Caller caller, CatalogContext context, CancellationToken token)
    {
        if (await Find(context, caller, model, token) is not { } row)
            return Missing(model);
        row.Description = request.Description;
        context.Audit(caller, "updated", "model", model);
        await context.SaveChangesAsync(token);
        return TypedResults.Ok((await View(context, caller, model, token))!);
    }

    private static async Task<Results<NoContent, NotFoundProblem, ConflictProblem>> Delete(
        string model, Caller caller, CatalogContext context, CancellationToken token)
    {
        if (await Find(context, caller, model, token) is not { } row)
            return Missing(model);
        if (await ModelVersionEndpoints.NamedBy(context, version => version.ModelId == row.Id, token) is { } deployment)
            return ModelVersionEndpoints.InUse($"A version of {model}", deployment);
        context.Models.Remove(row);
        context.Audit(caller, "deleted", "model", model);
        await context.SaveChangesAsync(token);
        return TypedResults.NoContent();
    }

    private static async Task<Results<Ok<ModelView>, NotFoundProblem>> SetAlias(
        string model, [Slug] string alias, SetAlias request, Caller caller, CatalogContext context, CancellationToken token)
    {
        var version = await context.ModelVersions.SingleOrDefaultAsync(
            row => row.TeamId == caller.TeamId && row.Model.Name == model && row.Number == request.Version, token);
        if (version is null)
            return ModelVersionEndpoints.Missing(model, request.Version);
        await using var transaction = await context.Database.BeginTransactionAsync(token);
        // One statement, so that two people setting the same alias do not collide.
        await context.Database.ExecuteSqlAsync(
            $"""
            insert into model_aliases (model_id, name, version_id) values ({version.ModelId}, {alias}, {version.Id})
            on conflict (model_id, name) do update set version_id = excluded.version_id
            """, token);
        context.Audit(caller, "set_alias", "model", model, $"{alias} to version {version.Number}");
        await context.SaveChangesAsync(token);
        await transaction.CommitAsync(token);
        return TypedResults.Ok((await View(context, caller, model, token))!);
    }

    private static async Task<Results<NoContent, NotFoundProblem>> DeleteAlias(
        string model, string alias, Caller caller, CatalogContext context, CancellationToken token)
    {
        var row = await context.ModelAliases.SingleOrDefaultAsync(
            found => found.Version.TeamId == caller.TeamId && found.Version.Model.Name == model && found.Name == alias, token);
        if (row is null)
            return new NotFoundProblem("alias", $"\"{alias}\" of the model \"{model}\"");
        context.ModelAliases.Remove(row);
        context.Audit(caller, "deleted_alias", "model", model, alias);
        await context.SaveChangesAsync(token);
        return TypedResults.NoContent();
    }

    private static Task<Model?> Find(CatalogContext context, Caller caller, string model, CancellationToken token) =>
        context.Models.SingleOrDefaultAsync(row => row.TeamId == caller.TeamId && row.Name == model, token);

    private static async Task<ModelView?> View(CatalogContext context, Caller caller, string model, CancellationToken token) =>
        await context.Models.ForViews().SingleOrDefaultAsync(row => row.TeamId == caller.TeamId && row.Name == model, token) is { } row ? ModelViews.Of(row) : null;

    private static NotFoundProblem Missing(string model) => new("model", $"\"{model}\"");
}
