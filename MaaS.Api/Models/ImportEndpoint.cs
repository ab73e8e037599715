// POST /api/models/imports: a model made elsewhere. The file streams into the store; a job looks at it, runs it once and registers it. The
// API reads its first bytes, to refuse a pickle, and no more.
using System.ComponentModel.DataAnnotations;
using MaaS.Api.Datasets;
using MaaS.Api.Jobs;
using MaaS.Api.Problems;
using MaaS.Api.Teams;
using MaaS.Catalog;
using MaaS.Catalog.Jobs;
using MaaS.Contracts;
using MaaS.Contracts.Jobs;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.AspNetCore.Mvc;

namespace MaaS.Api.Models;

internal static class ImportEndpoint
{
    /// <summary>Looked at soon: somebody is watching.</summary>
    private const int Priority = 5;

    /// <summary>What Protobuf can hold; a model that is larger keeps its weights in a second file.</summary>
    private const long MostBytes = int.MaxValue;

    public static async Task<Results<Ok<JobView>, InvalidProblem, TooLargeProblem>> Import(
        [FromQuery, Required, Slug] string model, [FromQuery(Name = "file_name")] string? fileName, HttpRequest request,
        Caller caller, CatalogContext context, UploadStream uploads, CancellationToken token)
    {
        await using var file = await UploadedFile.Open(request, fileName, token);
        if (file.Problem is { } unreadable)
            return unreadable;
        return await uploads.Store(file, request.ContentLength, caller, token) switch
        {
            (null, TooLargeProblem tooLarge) => tooLarge,
            (null, InvalidProblem empty) => empty,
            ({ Bytes: > MostBytes } upload, _) => new InvalidProblem("model_too_large", $"{upload.FileName} has {upload.Bytes:N0} bytes; at most {MostBytes:N0} are allowed."),
            var (upload, _) => await Enqueue(new ImportJob(model, upload!.FileName, upload.Sha256, upload.Bytes), caller, context, token) switch
            {
                (null, { } full) => full,
                var (job, _) => TypedResults.Ok(JobViews.Of(job!)),
            },
        };
    }

    private static async Task<(Job? Job, TooLargeProblem? Problem)> Enqueue(ImportJob import, Caller caller, CatalogContext context, CancellationToken token)
    {
        await using var transaction = await context.Database.BeginTransactionAsync(token);
        var job = new Job { TeamId = caller.TeamId, Kind = JobKind.Import, Spec = import, Priority = Priority, CreatedBy = caller.Name };
        context.Audit(caller, "brought", "model", import.Model, import.FileName);
        await JobQueue.Enqueue(context, job, token);
        if (await StorageQuota.Exceeded(context, caller, token) is { } full)
            return (null, full);
        await transaction.CommitAsync(token);
        return (job, null);
    }
}
