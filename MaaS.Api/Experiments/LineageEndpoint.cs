// GET /api/runs/{run}/lineage: what a run came from and what came of it, up to where it serves or once served.
using MaaS.Api.Models;
using MaaS.Api.Problems;
using MaaS.Api.Teams;
using MaaS.Catalog;
using MaaS.Catalog.Models;
using MaaS.Contracts.Compression;
using MaaS.Contracts.Experiments;
using MaaS.Contracts.Jobs;
using MaaS.Contracts.Sweeps;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.EntityFrameworkCore;

namespace MaaS.Api.Experiments;

internal static class LineageEndpoint
{
    public static async Task<Results<Ok<RunLineage>, NotFoundProblem>> Get(Guid run, Caller caller, CatalogContext context, CancellationToken token)
    {
        var row = await context.Runs.AsNoTracking().Where(found => found.Id == run && found.TeamId == caller.TeamId)
            .Select(found => new { found.DatasetVersionId, found.Job.Spec }).SingleOrDefaultAsync(token);
        if (row is null)
            return new NotFoundProblem("run", run);
        // Every step asks for the team again: an id in a spec is only what somebody once wrote.
        var dataset = await context.DatasetVersions.Where(version => version.Id == row.DatasetVersionId && version.TeamId == caller.TeamId)
            .Select(version => new LineageDataset(version.DatasetId, version.Dataset.Name, version.Number)).SingleOrDefaultAsync(token);
        var source = Source(row.Spec);
        var versions = context.ModelVersions.Where(version => version.TeamId == caller.TeamId);
        var from = source is null ? null : await Views(versions.Where(version => version.Id == source)).SingleOrDefaultAsync(token);
        var made = await Views(versions.Where(version => version.RunId == run)).ToListAsync(token);
        var deployments = await VersionDeployments.Of(context, caller, share => share.Version.RunId == run, token);
        return TypedResults.Ok(new RunLineage(dataset, from, made,
            [.. deployments.SelectMany(version => version).OrderBy(deployment => deployment.Percent is null).ThenBy(deployment => deployment.Name, StringComparer.Ordinal)]));
    }

    private static Guid? Source(JobSpec spec) => spec switch
    {
        TrainJob train => train.Training.From,
        SweepJob sweep => sweep.Training.From,
        CompressJob compress => compress.VersionId,
        ScoreJob score => score.VersionId,
        _ => null,
    };

    private static IQueryable<LineageVersion> Views(IQueryable<ModelVersion> versions) => versions.OrderBy(version => version.CreatedAt).ThenBy(version => version.Number)
        .Select(version => new LineageVersion(version.Model.Name, version.Number, version.Aliases.Select(alias => alias.Name).ToList()));
}
