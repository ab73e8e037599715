// Versions of a dataset: immutable uploads, what was found in them, and reading one again in another way.
using MaaS.Api.Problems;
using MaaS.Api.Teams;
using MaaS.Catalog;
using MaaS.Catalog.Artifacts;
using MaaS.Catalog.Datasets;
using MaaS.Contracts;
using MaaS.Contracts.Datasets;
using MaaS.Contracts.Teams;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.EntityFrameworkCore;

namespace MaaS.Api.Datasets;

internal static class DatasetVersionEndpoints
{
    public static void MapDatasetVersions(this IEndpointRouteBuilder datasets)
    {
        var versions = datasets.MapGroup("{dataset}/versions");
        versions.MapGet("", List).WithSummary("Versions, newest first");
        versions.MapPost("", UploadEndpoints.AddVersion).Needs(Role.Member).TakesFile().WithSummary("Upload a file as the next version");
        versions.MapGet("{number}", Get).WithSummary("One version");
        versions.MapPost("{number}/reread", Reread).Needs(Role.Member).WithSummary("Read the same file again with other options, as the next version");
        versions.MapGet("{number}/profile", Profile).WithSummary("Schema, statistics and first rows");
        versions.MapGet("{number}/differences", DifferenceEndpoint.Get).WithSummary("What changed from another version: rows, columns, values");
        versions.MapGet("{number}/file", Download).WithSummary("The uploaded file").Produces(200, contentType: "application/octet-stream");
    }

    private static async Task<Results<Ok<Page<DatasetVersionView>>, NotFoundProblem, InvalidProblem>> List(
        Guid dataset, [AsParameters] Paging paging, Caller caller, CatalogContext context, CancellationToken token)
    {
        if (!paging.TryNumber(out var after, out var problem))
            return problem!;
        if (!await context.Datasets.AnyAsync(row => row.Id == dataset && row.TeamId == caller.TeamId, token))
            return new NotFoundProblem("dataset", dataset);
        var versions = context.DatasetVersions.AsNoTracking()
            .Where(row => row.DatasetId == dataset && (after == null || row.Number < after))
            .OrderByDescending(row => row.Number).Select(DatasetViews.Version);
        return TypedResults.Ok(await versions.Page(paging.Count, view => $"{view.Number}", view => view, token));
    }

    private static async Task<Results<Ok<DatasetVersionView>, NotFoundProblem>> Get(
        Guid dataset, int number, Caller caller, CatalogContext context, CancellationToken token) =>
        await Versions(context, caller, dataset, number).Select(DatasetViews.Version).SingleOrDefaultAsync(token) is { } view
            ? TypedResults.Ok(view) : Missing(dataset, number);

    public static async Task<Results<Ok<DatasetVersionView>, NotFoundProblem>> GetById(
        Guid datasetVersion, Caller caller, CatalogContext context, CancellationToken token) =>
        await context.DatasetVersions.AsNoTracking().Where(row => row.Id == datasetVersion && row.TeamId == caller.TeamId)
            .Select(DatasetViews.Version).SingleOrDefaultAsync(token) is { } view
            ? TypedResults.Ok(view) : new NotFoundProblem("dataset version", datasetVersion);

    private static async Task<Results<Ok<DatasetProfile>, NotFoundProblem, ConflictProblem>> Profile(
        Guid dataset, int number, Caller caller, CatalogContext context, CancellationToken token)
    {
        var version = await Versions(context, caller, dataset, number).SingleOrDefaultAsync(token);
        return version is null ? Missing(dataset, number) : NotReady(version) is { } unread ? unread : TypedResults.Ok(version.Profile!);
    }

    /// <returns>Null when there is a profile.</returns>
    public static ConflictProblem? NotReady(DatasetVersion version) => version switch
    {
        { Profile: not null } => null,
        { State: DatasetState.Failed } => new("dataset_unreadable", $"The file of version {version.Number} could not be read: {version.Error}"),
        _ => new("dataset_not_ready", $"The file of version {version.Number} is still being read; follow the job in profile_job_id."),
    };

    private static async Task<Results<Ok<DatasetVersionView>, NotFoundProblem, InvalidProblem>> Reread(
        Guid dataset, int number, ReadingOptions reading, Caller caller, CatalogContext context, CancellationToken token)
    {
        if (reading.Delimiter is { } delimiter && !",;|\t".Contains(delimiter, StringComparison.Ordinal))
            return new InvalidProblem("delimiter_unknown", $"delimiter is \"{delimiter}\"; it must be one of , ; | and tab.");
        if (reading.Missing?.Any(text => text is null) == true)
            return new InvalidProblem("missing_not_allowed", "missing holds a null; each entry is a text that stands for no value, and the empty cell is one anyway.");
        var version = await Versions(context, caller, dataset, number).Include(row => row.Dataset).SingleOrDefaultAsync(token);
        if (version is null)
            return Missing(dataset, number);
        if (UnknownColumn(version, reading) is { } column)
            return new InvalidProblem("column_unknown", $"types names the column \"{column}\", which the file does not have.");
        var upload = new Upload(version.FileName, version.Sha256, version.Bytes);
        return TypedResults.Ok(await upload.Reread(context, caller, version.Dataset, reading, token));
    }

    private static async Task<Results<FileStreamHttpResult, NotFoundProblem>> Download(
        Guid dataset, int number, HttpContext http, Caller caller, CatalogContext context, ArtifactStore store, CancellationToken token)
    {
        var version = await Versions(context, caller, dataset, number).SingleOrDefaultAsync(token);
        return version is null ? Missing(dataset, number) : http.Download(store, version.Sha256, version.Bytes, version.FileName);
    }

    /// <summary>With another header or delimiter the columns themselves may change, so then any name is possible.</summary>
    private static string? UnknownColumn(DatasetVersion version, ReadingOptions reading) =>
        version.Profile is { } profile && reading is { Header: null, Delimiter: null, Format: null, Encoding: null }
            ? reading.Types?.Keys.FirstOrDefault(name => profile.Columns.All(column => column.Name != name))
            : null;

    private static IQueryable<DatasetVersion> Versions(CatalogContext context, Caller caller, Guid dataset, int number) => context.DatasetVersions.AsNoTracking()
        .Where(row => row.DatasetId == dataset && row.Number == number && row.TeamId == caller.TeamId);

    public static NotFoundProblem Missing(Guid dataset, int number) => new("dataset version", $"{number} of dataset {dataset}");
}
