// What a compress job found, for programs and for people: the report of its run as JSON, and as one page that can be kept and sent on.
using System.Net.Mime;
using System.Text;
using MaaS.Api.Problems;
using MaaS.Api.Teams;
using MaaS.Catalog;
using MaaS.Contracts.Compression;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.EntityFrameworkCore;
using Microsoft.Net.Http.Headers;

namespace MaaS.Api.Compression;

internal static class CompressionEndpoints
{
    public static void MapCompressions(this IEndpointRouteBuilder runs)
    {
        runs.MapGet("{run}/compression", Get).WithSummary("What a compress job has found so far: the source and every variant, measured");
        runs.MapGet("{run}/compression/report", Page).WithSummary("The same as a page to read, complete in itself").Produces(200, contentType: MediaTypeNames.Text.Html);
    }

    private static async Task<Results<Ok<CompressionReport>, NotFoundProblem>> Get(Guid run, Caller caller, CatalogContext context, CancellationToken token) =>
        await Find(run, caller, context, token) switch
        {
            (_, { } report) => TypedResults.Ok(report),
            (null, _) => new NotFoundProblem("run", run),
            _ => Missing(run),
        };

    private static async Task<Results<FileContentHttpResult, NotFoundProblem>> Page(Guid run, HttpContext http, Caller caller, CatalogContext context, CancellationToken token)
    {
        var (name, report) = await Find(run, caller, context, token);
        if (name is null)
            return new NotFoundProblem("run", run);
        if (report is null)
            return Missing(run);
        // Names in it are people's; whatever they wrote, it must not run.
        http.Response.Headers[HeaderNames.XContentTypeOptions] = "nosniff";
        http.Response.Headers.ContentSecurityPolicy = "default-src 'none'; style-src 'unsafe-inline'; sandbox";
        return TypedResults.File(Encoding.UTF8.GetBytes(CompressionPage.Of(name, report)), $"{MediaTypeNames.Text.Html}; charset=utf-8");
    }

    /// <returns>The run's name, null when there is no such run in the team; and its report, null while there is none.</returns>
    private static async Task<(string? Run, CompressionReport? Report)> Find(Guid run, Caller caller, CatalogContext context, CancellationToken token) =>
        await context.Runs.AsNoTracking().Where(row => row.Id == run && row.TeamId == caller.TeamId)
            .Select(row => new { row.Name, row.Compression }).SingleOrDefaultAsync(token) is { } found ? (found.Name, found.Compression) : (null, null);

    private static NotFoundProblem Missing(Guid run) => new("compression report", $"of run {run}");
}
