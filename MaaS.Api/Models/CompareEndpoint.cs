// POST /api/model-versions/compare: versions of models beside one another. Gathers what is known of each; what it means, FigureComparison
// and Signature say.
using MaaS.Api.Problems;
using MaaS.Api.Teams;
using MaaS.Catalog;
using MaaS.Catalog.Models;
using MaaS.Contracts.Compression;
using MaaS.Contracts.Experiments;
using MaaS.Contracts.Models;
using MaaS.Inference;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.EntityFrameworkCore;

namespace MaaS.Api.Models;

internal static class CompareEndpoint
{
    private static readonly TimeSpan s_served = TimeSpan.FromDays(1);

    public static async Task<Results<Ok<ModelComparison>, NotFoundProblem, InvalidProblem>> Compare(
        CompareVersions request, Caller caller, CatalogContext context, TimeProvider clock, CancellationToken token)
    {
        if (request.Versions.Any(name => name is null))
            return new InvalidProblem("versions_not_allowed", "versions holds a null; each entry is a model and a version.");
        if (request.Versions.GroupBy(name => name).FirstOrDefault(same => same.Count() > 1) is { Key: var twice })
            return new InvalidProblem("version_twice", $"versions names version {twice.Version} of \"{twice.Model}\" twice; name each version once.");
        var rows = new List<ModelVersion>();
        foreach (var (model, number) in request.Versions)
        {
            var found = await context.ModelVersions.ForViews().SingleOrDefaultAsync(row => row.TeamId == caller.TeamId && row.Model.Name == model && row.Number == number, token);
            if (found is null)
                return ModelVersionEndpoints.Missing(model, number);
            rows.Add(found);
        }
        var runs = await Runs(context, caller, rows, token);
        var datasets = await Datasets(context, caller, rows, token);
        var ids = rows.ConvertAll(row => row.Id);
        var deployments = await VersionDeployments.Of(context, caller, share => ids.Contains(share.VersionId), token);
        var timings = await Timings(context, caller, rows, token);
        var served = await Served(context, rows, clock.GetUtcNow() - s_served, token);
        var first = rows[0].Manifest;
        return TypedResults.Ok(new ModelComparison(
            rows.ConvertAll(row => new ComparedModel(
                ModelViews.Of(row), Run(row)?.Name, row.Manifest.Lineage.DatasetVersionId is { } data ? datasets.GetValueOrDefault(data) : null, [.. deployments[row.Id]],
                Measured(timings, row.Id), served.GetValueOrDefault(row.Id), row == rows[0] ? [] : Signature.Changes(first, row.Manifest))),
            rows.TrueForAll(row => SameTest(row.Manifest, first)), FigureComparison.Of(rows.ConvertAll(row => row.Manifest.Metrics)), Settings(rows.ConvertAll(row => Run(row)?.Params))));

        RunFacts? Run(ModelVersion row) => row.RunId is { } id ? runs.GetValueOrDefault(id) : null;
    }

    private sealed record RunFacts(Guid Id, string Name, Dictionary<string, string> Params);

    private static Task<Dictionary<Guid, RunFacts>> Runs(CatalogContext context, Caller caller, List<ModelVersion> rows, CancellationToken token)
    {
        var ids = rows.ConvertAll(row => row.RunId);
        return context.Runs.AsNoTracking().Where(run => run.TeamId == caller.TeamId && ids.Contains(run.Id)).Select(run => new RunFacts(run.Id, run.Name, run.Params)).ToDictionaryAsync(run => run.Id, token);
    }

    private static async Task<Dictionary<Guid, LineageDataset>> Datasets(CatalogContext context, Caller caller, List<ModelVersion> rows, CancellationToken token)
    {
        var ids = rows.ConvertAll(row => row.Manifest.Lineage.DatasetVersionId);
        return await context.DatasetVersions.AsNoTracking().Where(version => version.TeamId == caller.TeamId && ids.Contains(version.Id))
            .Select(version => new { version.Id, View = new LineageDataset(version.DatasetId, version.Dataset.Name, version.Number) }).ToDictionaryAsync(version => version.Id, version => version.View, token);
    }

    private sealed record Timing(CompressionReport Report, Guid? Source);

    /// <summary>Reports that timed one of the versions, as their source or a variant of it; the newest first.</summary>
    private static async Task<IReadOnlyList<Timing>> Timings(CatalogContext context, Caller caller, List<ModelVersion> rows, CancellationToken token)
    {
        string[] ids = [.. rows.Select(row => $"{row.Id}")];
        var runs = await context.Runs.FromSql(
            $"""
            select runs.* from runs join jobs on jobs.id = runs.job_id
            where runs.team_id = {caller.TeamId} and runs.compression is not null and (jobs.spec ->> 'version_id' = any({ids})
                or exists (select 1 from jsonb_array_elements(runs.compression -> 'variants') as variant where variant -> 'version' ->> 'id' = any({ids})))
            """).AsNoTracking().OrderByDescending(run => run.CreatedAt).Select(run => new { run.Compression, run.Job.Spec }).ToListAsync(token);
        return runs.ConvertAll(run => new Timing(run.Compression!, (run.Spec as CompressJob)?.VersionId));
    }

    private static MeasuredTimes? Measured(IReadOnlyList<Timing> timings, Guid version) => timings
        .Select(timing => (timing.Report.Machine, (timing.Source == version ? timing.Report.Source : timing.Report.Variants.FirstOrDefault(variant => variant.Version?.Id == version))?.Figures))
        .Where(timing => timing.Figures is not null).Select(timing => new MeasuredTimes(timing.Figures!.P50Ms, timing.Figures.P99Ms, timing.Machine)).FirstOrDefault();

    private static async Task<Dictionary<Guid, ServedTimes?>> Served(CatalogContext context, List<ModelVersion> rows, DateTimeOffset since, CancellationToken token)
    {
        var ids = rows.ConvertAll(row => row.Id);
        var minutes = await context.TrafficMinutes.AsNoTracking().Where(minute => ids.Contains(minute.VersionId) && minute.Minute >= since).Select(minute => new { minute.VersionId, minute.Buckets }).ToListAsync(token);
        return minutes.GroupBy(minute => minute.VersionId, minute => minute.Buckets).ToDictionary(version => version.Key, version =>
        {
            var buckets = version.Aggregate((sum, some) => [.. sum.Zip(some, (one, other) => one + other)]);
            return LatencyHistogram.Quantile(buckets, 0.5) is { } half && LatencyHistogram.Quantile(buckets, 0.99) is { } most ? new ServedTimes(half, most, buckets.Sum()) : null;
        });
    }

    /// <summary>The same rows of the same data, or of a variant of the same source.</summary>
    private static bool SameTest(ModelManifest one, ModelManifest other) => one.Metrics.Rows > 0
        && (one.Metrics.Split, one.Metrics.Rows, one.Lineage.DatasetVersionId, one.Target) == (other.Metrics.Split, other.Metrics.Rows, other.Lineage.DatasetVersionId, other.Target);

    private static IReadOnlyList<ComparedSetting> Settings(List<Dictionary<string, string>?> runs) =>
    [
        .. runs.SelectMany(settings => settings?.Keys ?? Enumerable.Empty<string>()).Distinct(StringComparer.Ordinal).Order(StringComparer.Ordinal)
            .Select(key => new ComparedSetting(key, runs.ConvertAll(settings => settings?.GetValueOrDefault(key)))).Where(setting => setting.Values.Distinct().Count() > 1),
    ];
}
