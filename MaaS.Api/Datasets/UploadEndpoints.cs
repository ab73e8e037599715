// Files in: streamed from the socket to the store, never held in memory, never parsed. A cut connection leaves nothing behind.
// Takes the file as the raw body, or as the one file of a multipart form (curl -F file=@data.csv).
using MaaS.Api.Problems;
using MaaS.Api.Teams;
using MaaS.Catalog;
using MaaS.Contracts.Datasets;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.AspNetCore.Mvc;
using Microsoft.EntityFrameworkCore;

namespace MaaS.Api.Datasets;

internal static class UploadEndpoints
{
    /// <summary>The body has no limit but the team's quota, and any content type.</summary>
    public static RouteHandlerBuilder TakesFile(this RouteHandlerBuilder endpoint) => endpoint
        .WithMetadata(new DisableRequestSizeLimitAttribute(), new TakesFileMetadata());

    public static async Task<Results<Ok<DatasetView>, ConflictProblem, InvalidProblem, TooLargeProblem>> Create(
        [FromQuery] string? name, [FromQuery(Name = "file_name")] string? fileName, HttpRequest request,
        Caller caller, CatalogContext context, UploadStream uploads, CancellationToken token)
    {
        await using var file = await UploadedFile.Open(request, fileName, token);
        if (file.Problem is { } unreadable)
            return unreadable;
        name = (name ?? Path.GetFileNameWithoutExtension(file.Name)).Trim();
        if (name.Length is 0 or > 100 || name.Any(char.IsControl))
            return new InvalidProblem("name_not_allowed", $"name has {name.Length} characters; it must have 1 to 100, none of them a control character.");
        if (await context.Datasets.AnyAsync(row => row.TeamId == caller.TeamId && row.Name == name, token))
            return DatasetEndpoints.NameTaken(name);
        return await uploads.Store(file, request.ContentLength, caller, token) switch
        {
            (null, TooLargeProblem tooLarge) => tooLarge,
            (null, InvalidProblem empty) => empty,
            var (upload, _) => await upload!.Create(context, caller, name, token) switch
            {
                (null, { } full) => full,
                var (view, _) => TypedResults.Ok(view!),
            },
        };
    }

    public static async Task<Results<Ok<DatasetVersionView>, NotFoundProblem, InvalidProblem, TooLargeProblem>> AddVersion(
        Guid dataset, [FromQuery(Name = "file_name")] string? fileName, HttpRequest request,
        Caller caller, CatalogContext context, UploadStream uploads, CancellationToken token)
    {
        var row = await context.Datasets.SingleOrDefaultAsync(found => found.Id == dataset && found.TeamId == caller.TeamId, token);
        if (row is null)
            return new NotFoundProblem("dataset", dataset);
        await using var file = await UploadedFile.Open(request, fileName, token);
        if (file.Problem is { } unreadable)
            return unreadable;
        return await uploads.Store(file, request.ContentLength, caller, token) switch
        {
            (null, TooLargeProblem tooLarge) => tooLarge,
            (null, InvalidProblem empty) => empty,
            var (upload, _) => await upload!.AddTo(context, caller, row, token) switch
            {
                (null, { } full) => full,
                var (view, _) => TypedResults.Ok(view!),
            },
        };
    }
}

/// <summary>Tells the OpenAPI document that the body is a file.</summary>
internal sealed record TakesFileMetadata;
