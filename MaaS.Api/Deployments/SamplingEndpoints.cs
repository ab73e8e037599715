// Samples of a deployment's requests, on demand: started, looked at, downloaded and deleted by admins alone, because what callers send may be about
// people; everybody in the team sees that it goes on, since when and what of it is kept.
using System.Text.Json;
using MaaS.Api.Inference.Samples;
using MaaS.Api.Problems;
using MaaS.Api.Teams;
using MaaS.Catalog;
using MaaS.Catalog.Deployments;
using MaaS.Contracts;
using MaaS.Contracts.Deployments;
using MaaS.Contracts.Teams;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.EntityFrameworkCore;
using Microsoft.Net.Http.Headers;

namespace MaaS.Api.Deployments;

internal static class SamplingEndpoints
{
    private const string JsonLines = "application/jsonl";

    public static void MapSampling(this IEndpointRouteBuilder deployments)
    {
        deployments.MapGet("{deployment}/sampling", Get).WithSummary("Whether requests are sampled, and what of them is kept");
        deployments.MapPost("{deployment}/sampling", Start).Needs(Role.Admin).WithSummary("Sample the next requests; samples of an earlier sampling are deleted");
        deployments.MapDelete("{deployment}/sampling", Stop).Needs(Role.Admin).WithSummary("Stop sampling; what was taken stays");
        deployments.MapGet("{deployment}/samples", List).Needs(Role.Admin).WithSummary("Sampled requests, newest first");
        deployments.MapGet("{deployment}/samples/file", File).Needs(Role.Admin).WithSummary("All of them as JSON lines, oldest first").Produces(200, contentType: JsonLines);
        deployments.MapDelete("{deployment}/samples", Delete).Needs(Role.Admin).WithSummary("Stop sampling and delete what was taken");
    }

    private static async Task<Results<Ok<SamplingView>, NotFoundProblem>> Get(
        string deployment, Caller caller, CatalogContext context, RequestSamples samples, TimeProvider clock, CancellationToken token)
    {
        await samples.Flush(token);
        return await Find(context.Deployments.AsNoTracking(), caller, deployment, token) is { } row
            ? TypedResults.Ok(View(row.Sampling, await Columns(context, row.Id, token), clock)) : DeploymentEndpoints.Missing(deployment);
    }

    private static async Task<Results<Ok<SamplingView>, NotFoundProblem, InvalidProblem>> Start(
        string deployment, StartSampling request, Caller caller, CatalogContext context, Router router, TimeProvider clock, CancellationToken token)
    {
        if (request.Redact?.Any(column => column is null) == true)
            return new InvalidProblem("column_unknown", "redact holds a null; each entry is the name of a column.");
        if (await Find(context.Deployments.AsNoTracking(), caller, deployment, token) is not { } row)
            return DeploymentEndpoints.Missing(deployment);
        var columns = await Columns(context, row.Id, token);
        if (request.Redact?.FirstOrDefault(name => columns.All(column => column.Name != name)) is { } unknown)
            return new InvalidProblem("column_unknown", $"redact names \"{unknown}\", which \"{deployment}\" is not asked with; its columns are {string.Join(", ", columns.Select(column => column.Name))}.");
        string[] redacts = request.Redact is { } named ? [.. named.Distinct(StringComparer.Ordinal)] : [.. columns.Where(column => !column.IsKept).Select(column => column.Name)];
        string[] keeps = [.. columns.Select(column => column.Name).Except(redacts, StringComparer.Ordinal)];
        await using var transaction = await context.Database.BeginTransactionAsync(token);
        await RevisionRows.Lock(context, row.Id, token);
        await context.Samplings.Where(found => found.DeploymentId == row.Id).ExecuteDeleteAsync(token);
        var sampling = new SamplingRow
        {
            DeploymentId = row.Id,
            Requests = request.Requests,
            KeepsAll = request.Redact is { Count: 0 },
            Keeps = keeps,
            Redacts = redacts,
            StartedBy = caller.Name,
            EndsAt = clock.GetUtcNow().AddMinutes(request.Minutes),
        };
        context.Samplings.Add(sampling);
        context.Audit(caller, "started_sampling", "deployment", deployment, $"{request.Requests} requests, {request.Minutes} minutes, keeps {(keeps.Length == 0 ? "the values of no column" : string.Join(", ", keeps))}");
        await context.SaveChangesAsync(token);
        await transaction.CommitAsync(token);
        router.Forget(caller.TeamId, deployment);
        return TypedResults.Ok(View(sampling, columns, clock));
    }

    private static async Task<Results<NoContent, NotFoundProblem>> Stop(
        string deployment, Caller caller, CatalogContext context, Router router, TimeProvider clock, CancellationToken token)
    {
        if (await Find(context.Deployments, caller, deployment, token) is not { } row)
            return DeploymentEndpoints.Missing(deployment);
        var now = clock.GetUtcNow();
        if (row.Sampling is { } sampling && sampling.EndsAt > now)
        {
            sampling.EndsAt = now;
            context.Audit(caller, "stopped_sampling", "deployment", deployment);
            await context.SaveChangesAsync(token);
            router.Forget(caller.TeamId, deployment);
        }
        return TypedResults.NoContent();
    }

    private static async Task<Results<Ok<Page<SampleView>>, NotFoundProblem, InvalidProblem>> List(
        string deployment, [AsParameters] Paging paging, Caller caller, CatalogContext context, RequestSamples samples, CancellationToken token)
    {
        if (!paging.TryId(out var after, out var problem))
            return problem!;
        if (await Find(context.Deployments.AsNoTracking(), caller, deployment, token) is not { } row)
            return DeploymentEndpoints.Missing(deployment);
        await samples.Flush(token);
        var taken = Samples(context, row).Where(sample => after == null || sample.Id < after).OrderByDescending(sample => sample.Id);
        return TypedResults.Ok(await Named(taken).Page(paging.Count, named => $"{named.Sample.Id}", View, token));
    }

    private static async Task<Results<PushStreamHttpResult, NotFoundProblem>> File(
        string deployment, HttpContext http, Caller caller, CatalogContext context, RequestSamples samples, CancellationToken token)
    {
        if (await Find(context.Deployments.AsNoTracking(), caller, deployment, token) is not { } row)
            return DeploymentEndpoints.Missing(deployment);
        await samples.Flush(token);
        http.Response.Headers[HeaderNames.XContentTypeOptions] = "nosniff";
        return TypedResults.Stream(async stream =>
        {
            await foreach (var sample in Named(Samples(context, row).OrderBy(sample => sample.Id)).AsAsyncEnumerable().WithCancellation(token))
            {
                await JsonSerializer.SerializeAsync(stream, View(sample), MaaSJson.Options, token);
                await stream.WriteAsync("\n"u8.ToArray(), token);
            }
        }, JsonLines, $"{deployment}-samples.jsonl");
    }

    private static async Task<Results<NoContent, NotFoundProblem>> Delete(
        string deployment, Caller caller, CatalogContext context, Router router, CancellationToken token)
    {
        if (await Find(context.Deployments, caller, deployment, token) is not { } row)
            return DeploymentEndpoints.Missing(deployment);
        if (row.Sampling is { } sampling)
        {
            context.Samplings.Remove(sampling);
            context.Audit(caller, "deleted_samples", "deployment", deployment);
            await context.SaveChangesAsync(token);
            router.Forget(caller.TeamId, deployment);
        }
        return TypedResults.NoContent();
    }

    private static Task<Deployment?> Find(IQueryable<Deployment> deployments, Caller caller, string deployment, CancellationToken token) =>
        deployments.Include(row => row.Sampling).SingleOrDefaultAsync(row => row.TeamId == caller.TeamId && row.Name == deployment, token);

    /// <summary>What the versions of the newest revision are asked with, and whether it is kept when nobody says otherwise.</summary>
    private static async Task<IReadOnlyList<SampledColumn>> Columns(CatalogContext context, Guid deployment, CancellationToken token)
    {
        var revision = await context.Revisions.AsNoTracking().Include(row => row.Shares).ThenInclude(share => share.Version)
            .Where(row => row.DeploymentId == deployment).OrderByDescending(row => row.Number).FirstOrDefaultAsync(token);
        return [.. (revision?.Shares ?? []).SelectMany(share => Redaction.Columns(share.Version.Manifest)).GroupBy(column => column.Name, StringComparer.Ordinal)
            .Select(same => new SampledColumn(same.Key, same.All(column => column.IsHarmless)))];
    }

    private static IQueryable<SampleRow> Samples(CatalogContext context, Deployment row) => context.RequestSamples.AsNoTracking()
        .Where(sample => context.Samplings.Any(sampling => sampling.Id == sample.SamplingId && sampling.DeploymentId == row.Id));

    // Of a version only what is shown: its manifest may have megabytes, and would come with every sample.
    private static IQueryable<NamedSample> Named(IQueryable<SampleRow> samples) => samples.Select(sample => new NamedSample(sample, sample.Version.Model.Name, sample.Version.Number));

    private static SamplingView View(SamplingRow? row, IReadOnlyList<SampledColumn> columns, TimeProvider clock) => row is null ? new(SamplingState.Off, columns) : new(
        row.Taken < row.Requests && row.EndsAt > clock.GetUtcNow() ? SamplingState.Running : SamplingState.Ended, columns,
        row.Requests, row.Taken, row.Keeps, row.Redacts, row.StartedBy, row.StartedAt, row.EndsAt);

    private static SampleView View(NamedSample named)
    {
        var row = named.Sample;
        return new(row.Id, row.At, row.RequestId, named.Model, named.Version, row.Protocol, row.Rows, Json(row.Asked), Json(row.Answered));
    }

    private static JsonElement Json(string text) => JsonSerializer.Deserialize<JsonElement>(text);

    private sealed record NamedSample(SampleRow Sample, string Model, int Version);
}
