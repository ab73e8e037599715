// Checks a revision before it is written: the weights add up, the versions are the team's, and each of them loads and answers
// its own stored sample here and now. What fails any of it never takes traffic, because no row is made.
using MaaS.Api.Inference;
using MaaS.Api.Models;
using MaaS.Api.Problems;
using MaaS.Api.Teams;
using MaaS.Catalog;
using MaaS.Catalog.Deployments;
using MaaS.Contracts.Deployments;
using MaaS.Inference;
using Microsoft.EntityFrameworkCore;

namespace MaaS.Api.Deployments;

internal sealed class TrafficPlan(LoadedModels models)
{
    private const int WholeTraffic = 100;

    /// <returns>The rows of the shares, or why there are none.</returns>
    public async Task<(IReadOnlyList<RevisionShare> Shares, ProblemResult? Problem)> Of(
        CatalogContext context, Caller caller, IReadOnlyList<TrafficShare> traffic, CancellationToken token)
    {
        if (traffic.Any(share => share is null))
            return ([], new InvalidProblem("traffic_not_allowed", "traffic holds a null; each entry is a model, a version and a weight."));
        if (traffic.Sum(share => share.Weight) is var sum and not WholeTraffic)
            return ([], new InvalidProblem("weights_not_100", $"The weights in traffic add up to {sum}; they must add up to {WholeTraffic}."));
        if (traffic.GroupBy(share => (share.Model, share.Version)).FirstOrDefault(same => same.Count() > 1) is { } twice)
            return ([], new InvalidProblem("version_twice", $"traffic names version {twice.Key.Version} of \"{twice.Key.Model}\" twice; name each version once."));

        var shares = new List<RevisionShare>();
        foreach (var share in traffic)
        {
            var version = await context.ModelVersions.Where(row => row.TeamId == caller.TeamId && row.Model.Name == share.Model && row.Number == share.Version)
                .Select(row => (Guid?)row.Id).SingleOrDefaultAsync(token);
            if (version is not { } id)
                return ([], ModelVersionEndpoints.Missing(share.Model, share.Version));
            shares.Add(new() { VersionId = id, Weight = share.Weight });
        }
        foreach (var (share, row) in traffic.Zip(shares))
            try
            {
                await models.Get(row.VersionId).WaitAsync(token);
            }
            catch (Exception failure) when (failure is ModelLoadException or InvalidDataException or FileNotFoundException)
            {
                return ([], new InvalidProblem("version_failed_to_load",
                    $"Version {share.Version} of \"{share.Model}\" cannot be served, so nothing was changed: {failure.Message}"));
            }
        return (shares, null);
    }

    /// <summary>For the audit log: "100% income 3", or "90% income 3, 10% income 4".</summary>
    public static string Words(IReadOnlyList<TrafficShare> traffic) =>
        string.Join(", ", traffic.Select(share => $"{share.Weight}% {share.Model} {share.Version}"));
}
