// Exports of a version: a file in another format, made by a job when it is first asked for, and then a file of the version like the others.
// Asking again gives what is there or under way; only what failed is made anew.
using MaaS.Api.Jobs;
using MaaS.Api.Problems;
using MaaS.Api.Teams;
using MaaS.Catalog;
using MaaS.Catalog.Jobs;
using MaaS.Catalog.Models;
using MaaS.Contracts.Jobs;
using MaaS.Contracts.Models;
using MaaS.Contracts.Teams;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.EntityFrameworkCore;

namespace MaaS.Api.Models;

internal static class ExportEndpoints
{
    public static void MapModelExports(this IEndpointRouteBuilder versions)
    {
        versions.MapGet("{version}/exports", List).WithSummary("Exports that were asked for, each with its job");
        versions.MapPost("{version}/exports", Create).Needs(Role.Member).WithSummary("Write a version in another format; made once, then downloaded as a file of the version");
    }

    private static async Task<Results<Ok<IReadOnlyList<ModelExportView>>, NotFoundProblem>> List(
        string model, int version, Caller caller, CatalogContext context, CancellationToken token)
    {
        if (await Find(context, caller, model, version, token) is not { } row)
            return ModelVersionEndpoints.Missing(model, version);
        return TypedResults.Ok<IReadOnlyList<ModelExportView>>(await Latest(context, row, ExportFormat.Hdf5, token) is { } job ? [View(row, job)] : []);
    }

    private static async Task<Results<Ok<ModelExportView>, NotFoundProblem, ConflictProblem, TooLargeProblem>> Create(
        string model, int version, ExportVersion request, Caller caller, CatalogContext context, StorageQuota storage, CancellationToken token)
    {
        await using var transaction = await context.Database.BeginTransactionAsync(token);
        if (await Find(context, caller, model, version, token) is not { } row)
            return ModelVersionEndpoints.Missing(model, version);
        if (row.Files.All(file => file.Path != "weights.safetensors"))
            return new ConflictProblem("version_without_weights", $"Version {version} of {model} was brought in as ONNX, and its weights are in the graph alone; download model.onnx.");
        // One after the other, so that asking twice at once makes one.
        await context.Database.ExecuteSqlAsync($"select 1 from model_versions where id = {row.Id} for no key update", token);
        if (await Latest(context, row, request.Format, token) is { State: not (JobState.Failed or JobState.Canceled) } known)
            return TypedResults.Ok(View(row, known));
        if (await storage.Of(caller, token) is { Left: 0 } room)
            return room.Full();
        var job = new Job { TeamId = caller.TeamId, Kind = JobKind.Export, Spec = new ExportJob(row.Id, model, version, request.Format), CreatedBy = caller.Name };
        context.Audit(caller, "exported", "model", model, $"version {version} as {request.Format.ToString().ToLowerInvariant()}");
        await JobQueue.Enqueue(context, job, token);
        await transaction.CommitAsync(token);
        return TypedResults.Ok(View(row, job));
    }

    private static Task<ModelVersion?> Find(CatalogContext context, Caller caller, string model, int version, CancellationToken token) => context.ModelVersions.AsNoTracking()
        .Include(row => row.Files).SingleOrDefaultAsync(row => row.TeamId == caller.TeamId && row.Model.Name == model && row.Number == version, token);

    /// <summary>The job that was last asked to make it.</summary>
    private static Task<Job?> Latest(CatalogContext context, ModelVersion version, ExportFormat format, CancellationToken token)
    {
        var name = System.Text.Json.JsonNamingPolicy.SnakeCaseLower.ConvertName(format.ToString());
        return context.Jobs.FromSql(
            $"""
            select * from jobs where team_id = {version.TeamId} and kind = 'export' and spec->>'version_id' = {version.Id.ToString()} and spec->>'format' = {name}
            order by id desc limit 1
            """).AsNoTracking().SingleOrDefaultAsync(token);
    }

    private static ModelExportView View(ModelVersion version, Job job) =>
        new(ExportFormat.Hdf5, ModelFile.Hdf5, version.Files.SingleOrDefault(file => file.Path == ModelFile.Hdf5)?.Bytes, JobViews.Of(job));
}
