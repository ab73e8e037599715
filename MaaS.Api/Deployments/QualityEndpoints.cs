// How good a deployment's answers were: the truth is posted by request id, and held against the answers that were kept. Posting it is not in the
// audit log, as predicting is not: it is data, and may come as often.
using System.ComponentModel.DataAnnotations;
using MaaS.Api.Inference.Answers;
using MaaS.Api.Problems;
using MaaS.Api.Teams;
using MaaS.Catalog;
using MaaS.Catalog.Deployments;
using MaaS.Catalog.Models;
using MaaS.Contracts.Deployments;
using MaaS.Contracts.Teams;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.EntityFrameworkCore;

namespace MaaS.Api.Deployments;

internal static class QualityEndpoints
{
    private const int MostSentences = 100;
    private const int MostKeptRows = 200_000; // that a post may read and write again
    private const int MostHours = RevisionView.MostKeptDays * 24;

    private static readonly string[] s_figures = ["accuracy", "rmse", "mae"];

    public static void MapQuality(this IEndpointRouteBuilder deployments)
    {
        deployments.MapPost("{deployment}/ground-truth", Post).Needs(Role.Member).WithSummary("What the answers to earlier requests should have been; posting again replaces");
        deployments.MapGet("{deployment}/quality", Quality).WithSummary("Accuracy, or RMSE and MAE, by version and hour, as far as the truth is known");
    }

    private static async Task<Results<Ok<GroundTruthResult>, NotFoundProblem, ConflictProblem, InvalidProblem>> Post(
        string deployment, PostGroundTruth request, Caller caller, CatalogContext context, KeptAnswers answers, CancellationToken token)
    {
        if (request.Rows.Any(row => row is null))
            return new InvalidProblem("ground_truth_refused", "rows holds a null; each entry is a request_id, a row and a value.");
        if (request.Rows.FirstOrDefault(row => row.RequestId.Contains('\0')) is not null)
            return new InvalidProblem("ground_truth_refused", "a request_id holds U+0000, which none has.");
        if (await Newest(context, caller, deployment, token) is not { } newest)
            return DeploymentEndpoints.Missing(deployment);
        // What was answered a moment ago may be on its way.
        await answers.Flush(token);
        await using var transaction = await context.Database.BeginTransactionAsync(token);
        var ids = request.Rows.Select(row => row.RequestId).Distinct(StringComparer.Ordinal).ToArray();
        var rows = await context.Database.SqlQuery<long>(
            $"select coalesce(sum(coalesce(cardinality(labels), cardinality(numbers))), 0)::bigint as \"Value\" from kept_answers where deployment_id = {newest.DeploymentId} and request_id = any({ids})").SingleAsync(token);
        if (rows > MostKeptRows)
            return new InvalidProblem("ground_truth_refused", $"rows names requests that had {rows} rows together, all of which are written again; a post may name requests of up to {MostKeptRows} rows, so send fewer requests at once.");
        // In one order, so that two posts about the same requests do not wait for each other.
        var kept = await context.KeptAnswers
            .FromSql($"select * from kept_answers where deployment_id = {newest.DeploymentId} and request_id = any({ids}) order by request_id for update").ToListAsync(token);
        if (kept.Count == 0 && newest.AnswersKeptDays == 0)
            return new ConflictProblem("answers_not_kept", $"\"{deployment}\" keeps no answers, so there is nothing to hold the truth against; make a revision with answers_kept_days from 1 to {RevisionView.MostKeptDays}.");
        var manifests = (await DriftOf.Versions(context, [.. kept.Select(answer => answer.VersionId).Distinct()], token)).ToDictionary(version => version.Id, version => version.Manifest);
        var refusals = new GroundTruth(kept.ToDictionary(answer => answer.RequestId, StringComparer.Ordinal), manifests).Take(request.Rows);
        if (refusals.Count == request.Rows.Count)
            return new InvalidProblem("ground_truth_refused", $"Nothing was taken. {string.Join(' ', refusals.Take(10))}");
        await context.SaveChangesAsync(token);
        await transaction.CommitAsync(token);
        return TypedResults.Ok(new GroundTruthResult(request.Rows.Count - refusals.Count, refusals.Count, [.. refusals.Take(MostSentences)]));
    }

    private static async Task<Results<Ok<QualityView>, NotFoundProblem>> Quality(
        string deployment, Caller caller, CatalogContext context, AnswerStore store, TimeProvider clock, CancellationToken token, [Range(1, MostHours)] int hours = 24)
    {
        if (await Newest(context, caller, deployment, token) is not { } newest)
            return DeploymentEndpoints.Missing(deployment);
        var since = clock.GetUtcNow().AddHours(-hours);
        var kept = context.KeptAnswers.Where(answer => answer.DeploymentId == newest.DeploymentId && answer.At >= since);
        var (answers, withTruth) = (await kept.LongCountAsync(token), await kept.LongCountAsync(answer => answer.TrueLabels != null || answer.TrueNumbers != null, token));
        var figures = (await store.Quality(newest.DeploymentId, since, token)).ToLookup(hour => hour.VersionId);
        var versions = await DriftOf.Versions(context, [.. figures.Select(version => version.Key)], token);
        return TypedResults.Ok(new QualityView(newest.AnswersKeptDays, answers, withTruth, [.. versions.Select(version => Of(version, [.. figures[version.Id]]))]));
    }

    private static VersionQuality Of(ModelVersion version, IReadOnlyList<QualityHour> hours) => new(
        version.Model.Name, version.Number, Figures(version.Manifest.Labels is not null, hours),
        version.Manifest.Metrics.Values.Where(metric => s_figures.Contains(metric.Key, StringComparer.Ordinal)).ToDictionary(),
        [.. hours.Select(hour => new QualityPoint(hour.Hour, Figures(version.Manifest.Labels is not null, [hour])))]);

    private static QualityFigures Figures(bool isClassifier, IReadOnlyList<QualityHour> hours)
    {
        var rows = hours.Sum(hour => hour.Rows);
        return isClassifier
            ? new(rows, (double)hours.Sum(hour => hour.Right) / rows, null, null)
            : new(rows, null, Math.Sqrt(hours.Sum(hour => hour.Squares ?? 0) / rows), hours.Sum(hour => hour.Absolutes ?? 0) / rows);
    }

    private static Task<Revision?> Newest(CatalogContext context, Caller caller, string deployment, CancellationToken token) => context.Deployments.AsNoTracking()
        .Where(row => row.TeamId == caller.TeamId && row.Name == deployment).SelectMany(row => row.Revisions).OrderByDescending(revision => revision.Number).FirstOrDefaultAsync(token);
}
