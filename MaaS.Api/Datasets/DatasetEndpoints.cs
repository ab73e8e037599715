// Datasets: names for what a team brings. Files arrive in Upload; what is in them is found out by a profile job, never here.
using MaaS.Api.Problems;
using MaaS.Api.Teams;
using MaaS.Catalog;
using MaaS.Catalog.Jobs;
using MaaS.Contracts;
using MaaS.Contracts.Datasets;
using MaaS.Contracts.Teams;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.EntityFrameworkCore;

namespace MaaS.Api.Datasets;

internal static class DatasetEndpoints
{
    public static void MapDatasets(this IEndpointRouteBuilder api)
    {
        var datasets = api.MapGroup("datasets").WithTags("Datasets");
        datasets.MapGet("", List).WithSummary("Datasets, newest first");
        datasets.MapPost("", UploadEndpoints.Create).Needs(Role.Member).TakesFile().WithSummary("Upload a file as a new dataset");
        datasets.MapPost("samples/{sample}", SampleEndpoint.Create).Needs(Role.Member).WithSummary("Make a dataset from a generated sample");
        datasets.MapGet("{dataset}", Get).WithSummary("One dataset");
        datasets.MapPut("{dataset}", Update).Needs(Role.Member).WithSummary("Rename or describe a dataset");
        datasets.MapDelete("{dataset}", Delete).Needs(Role.Member).WithSummary("Delete a dataset with its versions; runs made from it stay");
        datasets.MapDatasetVersions();
        api.MapGet("dataset-versions/{datasetVersion}", DatasetVersionEndpoints.GetById).WithTags("Datasets").WithSummary("One version, by its own id, as runs name it");
    }

    private static async Task<Results<Ok<Page<DatasetView>>, InvalidProblem>> List(
        [AsParameters] Paging paging, Caller caller, CatalogContext context, CancellationToken token)
    {
        if (!paging.TryId(out var after, out var problem))
            return problem!;
        var datasets = context.Datasets.AsNoTracking()
            .Where(row => row.TeamId == caller.TeamId && (after == null || row.Id < after))
            .OrderByDescending(row => row.Id).Select(DatasetViews.Whole);
        return TypedResults.Ok(await datasets.Page(paging.Count, view => $"{view.Id}", view => view, token));
    }

    private static async Task<Results<Ok<DatasetView>, NotFoundProblem>> Get(Guid dataset, Caller caller, CatalogContext context, CancellationToken token) =>
        await Find(context, caller, dataset, token) is { } view ? TypedResults.Ok(view) : new NotFoundProblem("dataset", dataset);

    private static async Task<Results<Ok<DatasetView>, NotFoundProblem, ConflictProblem>> Update(
        Guid dataset, UpdateDataset request, Caller caller, CatalogContext context, CancellationToken token)
    {
        var row = await context.Datasets.SingleOrDefaultAsync(found => found.Id == dataset && found.TeamId == caller.TeamId, token);
        if (row is null)
            return new NotFoundProblem("dataset", dataset);
        if (await context.Datasets.AnyAsync(other => other.TeamId == caller.TeamId && other.Name == request.Name && other.Id != dataset, token))
            return NameTaken(request.Name);
        (row.Name, row.Description) = (request.Name, request.Description);
        context.Audit(caller, "updated", "dataset", row.Name);
        await context.SaveChangesAsync(token);
        return TypedResults.Ok((await Find(context, caller, dataset, token))!);
    }

    private static async Task<Results<NoContent, NotFoundProblem>> Delete(
        Guid dataset, Caller caller, CatalogContext context, JobQueue queue, CancellationToken token)
    {
        var row = await context.Datasets.Include(found => found.Versions).SingleOrDefaultAsync(found => found.Id == dataset && found.TeamId == caller.TeamId, token);
        if (row is null)
            return new NotFoundProblem("dataset", dataset);
        var reading = row.Versions.Where(version => version.State == DatasetState.Profiling).Select(version => version.ProfileJobId).ToList();
        context.Datasets.Remove(row);
        context.Audit(caller, "deleted", "dataset", row.Name);
        await context.SaveChangesAsync(token);
        foreach (var job in reading.OfType<Guid>())
            await queue.RequestCancel(job, token);
        return TypedResults.NoContent();
    }

    public static Task<DatasetView?> Find(CatalogContext context, Caller caller, Guid dataset, CancellationToken token) => context.Datasets.AsNoTracking()
        .Where(row => row.Id == dataset && row.TeamId == caller.TeamId).Select(DatasetViews.Whole).SingleOrDefaultAsync(token);

    public static ConflictProblem NameTaken(string name) =>
        new("dataset_name_taken", $"A dataset named \"{name}\" exists already; choose another name, or upload a new version of it.");
}
