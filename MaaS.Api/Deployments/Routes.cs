// Makes the route of a revision: its versions with their weights, the shadows of each, and what its guard watches. Asks nobody.
// Setting: Serving:ShadowMegabytes, what may wait for one shadow; 64 when it is not said.
using MaaS.Api.Inference;
using MaaS.Api.Inference.Answers;
using MaaS.Api.Inference.Shadows;
using MaaS.Catalog.Deployments;
using MaaS.Catalog.Models;
using MaaS.Contracts.Deployments;
using MaaS.Inference;

namespace MaaS.Api.Deployments;

internal sealed class Routes(ServingCounts counts, Comparisons comparisons, KeptAnswers answers, LoadedModels models, IConfiguration configuration, ILogger<Routes> logger)
{
    private readonly long _shadowBytes = configuration.GetValue("Serving:ShadowMegabytes", 64L) << 20;

    /// <param name="row">With its newest revision.</param>
    /// <param name="before">The revision before; null when there is none, or no guard needs it.</param>
    public DeploymentRoute Of(Deployment row, Revision revision, Revision? before)
    {
        var shift = TrafficShift.Of(before?.Shares ?? [], revision.Shares);
        var old = before?.Shares.Find(share => share.VersionId == shift.LostMost)?.Version;
        if (revision.Provider == ExecutionProvider.Cuda && Cuda.Missing is { } why)
            logger.LogWarning("Revision {Revision} of {Deployment} asks for CUDA and computes on the CPU, because {Why}", revision.Number, row.Name, why);
        // In one order on every server: a key's point must mean the same version everywhere.
        return new(row.Id, row.Name, row.State, revision.Number, revision.Shares.OrderBy(share => share.VersionId).Select(Share).ToArray(),
            before is not null && revision.Guard is { } guard ? revision.CreatedAt.AddMinutes(guard.Minutes) : null);

        RouteShare Share(RevisionShare share)
        {
            var isWatched = before is not null && revision.Guard is not null && (shift.Gained.Count == 0 || shift.Gained.Contains(share.VersionId));
            var watch = isWatched ? new GuardWatch(revision.Guard!, Words(share.Version), old is null ? null : Words(old)) : null;
            var compared = isWatched && shift.Gained.Count > 0 && revision.Guard!.MaxDisagreementPercent is not null ? old : null;
            var shadows = new List<ShadowQueue>();
            if (compared is not null)
                shadows.Add(Shadow(share.Version, compared, compared.Id == revision.ShadowVersionId ? Math.Max(revision.ShadowPercent!.Value, revision.Guard!.ComparedPercent) : revision.Guard!.ComparedPercent, watch));
            if (revision.ShadowVersion is { } shadow && shadow.Id != compared?.Id)
                shadows.Add(Shadow(share.Version, shadow, revision.ShadowPercent!.Value, null));
            return new(share.VersionId, share.Version.Model.Name, share.Version.Number, share.Weight, revision.Batching,
                counts.Of(row.TeamId, row.Name, row.Id, share.Version.Model.Name, share.Version.Number, share.VersionId), watch, shadows.Count == 0 ? null : [.. shadows],
                revision.Provider, revision.AnswersKeptDays > 0 ? new(answers, row.Id, share.VersionId, revision.AnswersKeptDays) : null);
        }

        ShadowQueue Shadow(ModelVersion version, ModelVersion shadow, int percent, GuardWatch? watch) => new(
            new(shadow.Id, shadow.Model.Name, shadow.Number, 0, new(), new(row.TeamId, row.Id, row.Name, shadow.Model.Name, shadow.Number, shadow.Id), provider: revision.Provider), percent, _shadowBytes,
            comparisons.Of(new(row.TeamId, row.Name, row.Id, revision.Number, version.Model.Name, version.Number, version.Id, shadow.Model.Name, shadow.Number, shadow.Id)),
            watch, models, logger);
    }

    private static string Words(ModelVersion version) => $"version {version.Number} of \"{version.Model.Name}\"";
}
