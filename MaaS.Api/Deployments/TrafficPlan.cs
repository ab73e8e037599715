// Checks a revision before it is written: the weights add up, the versions are the team's, approved where it wants that, and each of them loads
// and answers its own stored sample here and now. What fails any of it never takes traffic, because no row is made.
using MaaS.Api.Inference;
using MaaS.Api.Models;
using MaaS.Api.Problems;
using MaaS.Api.Teams;
using MaaS.Catalog;
using MaaS.Catalog.Deployments;
using MaaS.Contracts.Deployments;
using MaaS.Contracts.Models;
using MaaS.Inference;
using MaaS.Inference.Tensors;
using Microsoft.EntityFrameworkCore;

namespace MaaS.Api.Deployments;

internal sealed class TrafficPlan(LoadedModels models)
{
    private const int WholeTraffic = 100;

    /// <param name="deployment">Null for one that is about to be made, which nothing can guard.</param>
    /// <returns>The rows of the shares and the shadow's version, or why there are none.</returns>
    public async Task<((IReadOnlyList<RevisionShare> Shares, Guid? Shadow) Rows, ProblemResult? Problem)> Of(
        CatalogContext context, Caller caller, IReadOnlyList<TrafficShare> traffic, CancellationToken token, Shadow? shadow = null, Guard? guard = null, Guid? deployment = null,
        ExecutionProvider provider = ExecutionProvider.Auto, int answersKeptDays = 0, bool isRollback = false)
    {
        if (traffic.Any(share => share is null))
            return (default, new InvalidProblem("traffic_not_allowed", "traffic holds a null; each entry is a model, a version and a weight."));
        if (traffic.Sum(share => share.Weight) is var sum and not WholeTraffic)
            return (default, new InvalidProblem("weights_not_100", $"The weights in traffic add up to {sum}; they must add up to {WholeTraffic}."));
        if (traffic.GroupBy(share => (share.Model, share.Version)).FirstOrDefault(same => same.Count() > 1) is { } twice)
            return (default, new InvalidProblem("version_twice", $"traffic names version {twice.Key.Version} of \"{twice.Key.Model}\" twice; name each version once."));
        if (shadow is not null && traffic.Any(share => (share.Model, share.Version) == (shadow.Model, shadow.Version)))
            return (default, new InvalidProblem("shadow_in_traffic", $"shadow.version is {shadow.Version} of \"{shadow.Model}\", which takes traffic itself; a shadow is another version than those that answer."));
        if (guard is { MaxErrorPercent: null, MaxP99Ms: null, MaxDisagreementPercent: null })
            return (default, new InvalidProblem("guard_without_limit", "guard sets no limit; give max_error_percent, max_p99_ms or max_disagreement_percent, or leave it out."));

        var shares = new List<RevisionShare>();
        foreach (var share in traffic)
        {
            if (await Version(context, caller, share.Model, share.Version, token) is not { } id)
                return (default, ModelVersionEndpoints.Missing(share.Model, share.Version));
            shares.Add(new() { VersionId = id, Weight = share.Weight });
        }
        if (!isRollback && await ApprovalCheck.Missing(context, caller.TeamId, deployment, shares, token) is { } unapproved)
            return (default, unapproved);
        var shadowId = shadow is null ? null : await Version(context, caller, shadow.Model, shadow.Version, token);
        if (shadow is not null && shadowId is null)
            return (default, ModelVersionEndpoints.Missing(shadow.Model, shadow.Version));
        var tasks = new List<ModelTask>();
        foreach (var (model, version, id) in traffic.Zip(shares, (share, row) => (share.Model, share.Version, row.VersionId)).Concat(shadow is null ? [] : [(shadow.Model, shadow.Version, shadowId!.Value)]))
            try
            {
                tasks.Add((await models.Get(id, provider).WaitAsync(token)).Manifest.Task);
            }
            catch (Exception failure) when (failure is ModelLoadException or InvalidDataException or FileNotFoundException)
            {
                return (default, new InvalidProblem("version_failed_to_load", $"Version {version} of \"{model}\" cannot be served, so nothing was changed: {failure.Message}"));
            }
        if (answersKeptDays > 0 && traffic.Zip(tasks).FirstOrDefault(answering => !AnsweredRows.CanBeJudged(answering.Second)) is { First: { } other })
            return (default, new InvalidProblem("answers_not_judged",
                $"answers_kept_days is {answersKeptDays}, so that truth can be held against the answers; version {other.Version} of \"{other.Model}\" answers neither labels nor numbers. Give 0."));
        if (shadow is not null && tasks.Any(task => task != tasks[^1]))
            return (default, new InvalidProblem("shadow_not_comparable", $"shadow.version is {shadow.Version} of \"{shadow.Model}\", which has another task than those that answer; only versions of one task can be compared."));
        if (guard?.MaxDisagreementPercent is not null && !await CanDisagree(context, deployment!.Value, shares, tasks, token))
            return (default, new InvalidProblem("guard_not_comparable",
                "guard.max_disagreement_percent compares a version that gets more traffic with one of the same task that loses some, and traffic has no such versions; change the traffic, or leave the limit out."));
        return ((shares, shadowId), null);
    }

    private async Task<bool> CanDisagree(CatalogContext context, Guid deployment, IReadOnlyList<RevisionShare> shares, List<ModelTask> tasks, CancellationToken token)
    {
        if (await RevisionRows.Newest(context, deployment, token) is not { } newest)
            return false;
        var shift = TrafficShift.Of(newest.Shares, shares);
        if (shift.LostMost is not { } old)
            return false;
        try
        {
            var task = (await models.Get(old, newest.Provider).WaitAsync(token)).Manifest.Task;
            return shares.Zip(tasks).Where(share => shift.Gained.Contains(share.First.VersionId)).All(share => share.Second == task);
        }
        catch (Exception failure) when (failure is ModelLoadException or InvalidDataException or FileNotFoundException)
        {
            return false;
        }
    }

    private static Task<Guid?> Version(CatalogContext context, Caller caller, string model, int number, CancellationToken token) =>
        context.ModelVersions.Where(row => row.TeamId == caller.TeamId && row.Model.Name == model && row.Number == number).Select(row => (Guid?)row.Id).SingleOrDefaultAsync(token);

    /// <summary>For the audit log: "100% income 3", or "90% income 3, 10% income 4".</summary>
    public static string Words(IReadOnlyList<TrafficShare> traffic) =>
        string.Join(", ", traffic.Select(share => $"{share.Weight}% {share.Model} {share.Version}"));
}
