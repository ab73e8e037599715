// GET /api/runs/{run}/lineage: what a run came from and what came of it, up to where it serves or once served.
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
        return TypedResults.Ok(new RunLineage(dataset, from, made, await Deployments(context, caller, run, token)));
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

    private static async Task<IReadOnlyList<LineageDeployment>> Deployments(CatalogContext context, Caller caller, Guid run, CancellationToken token)
    {
        var shares = await context.Deployments.Where(deployment => deployment.TeamId == caller.TeamId)
            .SelectMany(deployment => deployment.Revisions.SelectMany(revision => revision.Shares.Where(share => share.Version.RunId == run).Select(share => new
            {
                deployment.Name,
                deployment.State,
                Newest = deployment.Revisions.Max(other => other.Number),
                revision.Number,
                Model = share.Version.Model.Name,
                Version = share.Version.Number,
                share.Weight,
            }))).ToListAsync(token);
        return shares.GroupBy(share => (share.Name, share.Model, share.Version)).Select(group =>
        {
            var last = group.MaxBy(share => share.Number)!;
            return new LineageDeployment(last.Name, last.State, last.Model, last.Version, last.Number == last.Newest ? last.Weight : null);
        }).OrderBy(deployment => deployment.Percent is null).ThenBy(deployment => deployment.Name, StringComparer.Ordinal).ToList();
    }
}
