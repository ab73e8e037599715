// GET .../versions/{version}/targets: the deployments that a version could take over, those whose callers would notice nothing first.
using MaaS.Api.Deployments;
using MaaS.Api.Problems;
using MaaS.Api.Teams;
using MaaS.Catalog;
using MaaS.Contracts.Deployments;
using MaaS.Contracts.Models;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.EntityFrameworkCore;

namespace MaaS.Api.Models;

internal static class TargetsEndpoint
{
    public static async Task<Results<Ok<IReadOnlyList<DeployTarget>>, NotFoundProblem>> List(
        string model, int version, Caller caller, CatalogContext context, CancellationToken token)
    {
        var wanted = await context.ModelVersions.AsNoTracking().SingleOrDefaultAsync(row => row.TeamId == caller.TeamId && row.Model.Name == model && row.Number == version, token);
        if (wanted is null)
            return ModelVersionEndpoints.Missing(model, version);
        var deployments = await context.Deployments.ForRoutes().Where(row => row.TeamId == caller.TeamId).ToListAsync(token);
        return TypedResults.Ok<IReadOnlyList<DeployTarget>>(
        [
            .. deployments.Select(row =>
                {
                    var view = DeploymentViews.Of(row);
                    var serving = row.Revisions[0].Shares.MaxBy(share => share.Weight)!.Version;
                    var changes = Signature.Changes(serving.Manifest, wanted.Manifest);
                    return (Same: serving.ModelId == wanted.ModelId, Target: new DeployTarget(row.Name, row.State, view.Revision.Traffic, changes.All(change => change.Breaks != Breaks.Everybody), changes));
                })
                .OrderBy(found => !found.Target.Fits).ThenBy(found => !found.Same).ThenBy(found => found.Target.Deployment != model).ThenBy(found => found.Target.Deployment, StringComparer.Ordinal)
                .Select(found => found.Target),
        ]);
    }
}
