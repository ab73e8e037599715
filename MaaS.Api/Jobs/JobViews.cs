// Rows of jobs as their contract view.
using MaaS.Catalog.Jobs;
using MaaS.Contracts.Jobs;

namespace MaaS.Api.Jobs;

internal static class JobViews
{
    public static JobView Of(Job row) => new(
        row.Id, row.Kind, row.State, row.CancelRequested, row.Attempt, row.Priority, row.Progress, row.Phase, row.Error, row.ErrorCode,
        row.Spec, row.RunId, row.WorkerName, row.CreatedAt, row.StartedAt, row.FinishedAt);

    public static bool HasEnded(this JobState state) => state is JobState.Succeeded or JobState.Failed or JobState.Canceled;
}
