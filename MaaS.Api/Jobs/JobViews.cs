// Rows of jobs as their contract view, with the reason where one waits for what is not there.
using MaaS.Api.Workers;
using MaaS.Catalog;
using MaaS.Catalog.Jobs;
using MaaS.Contracts.Jobs;

namespace MaaS.Api.Jobs;

internal static class JobViews
{
    private const string NoGpu = "waiting for a worker with a GPU; there is none. Start one, or cancel this job and train with training.device auto";

    /// <summary>One view for each row, in their order.</summary>
    public static async Task<IReadOnlyList<JobView>> Of(CatalogContext context, IReadOnlyList<Job> rows, CancellationToken token)
    {
        static bool WaitsForGpu(Job row) => row is { State: JobState.Queued, NeedsGpu: true };
        var inVain = rows.Any(WaitsForGpu) && !await WorkerEndpoints.HasGpu(context, token);
        return rows.Select(row => inVain && WaitsForGpu(row) ? Of(row) with { Phase = NoGpu } : Of(row)).ToList();
    }

    public static async Task<JobView> Of(CatalogContext context, Job row, CancellationToken token) => (await Of(context, [row], token))[0];

    /// <summary>Of a job that needs no GPU.</summary>
    public static JobView Of(Job row) => new(
        row.Id, row.Kind, row.State, row.CancelRequested, row.Attempt, row.Priority, row.Progress, row.Phase,
        row.Error, row.ErrorCode, row.Spec, row.RunId, row.WorkerName, row.CreatedAt, row.StartedAt, row.FinishedAt,
        row is { State: JobState.Canceled or JobState.Failed, Kind: JobKind.Train, ParentId: null, CheckpointSha256: not null });

    public static bool HasEnded(this JobState state) => state is JobState.Succeeded or JobState.Failed or JobState.Canceled;
}
