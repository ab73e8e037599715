// The values that pass between the queue and whoever works for it.
using MaaS.Contracts.Jobs;
using MaaS.Contracts.Models;

namespace MaaS.Catalog.Jobs;

/// <summary>A claim on a job. The attempt is the fence: writes under an older one change nothing.</summary>
public sealed record JobLease(Guid JobId, int Attempt);

public sealed record ClaimedJob(JobLease Lease, JobKind Kind);

/// <summary>What the queue answers to a heartbeat.</summary>
public enum Beat
{
    /// <summary>The lease is renewed.</summary>
    Mine,

    /// <summary>Still ours, but somebody wants it to stop.</summary>
    CancelRequested,

    /// <summary>Canceled, or another attempt has it: stop without writing anything.</summary>
    Lost,
}

/// <summary>What a job leaves in its run.</summary>
/// <param name="Params">Settings, the derived ones filled in; null leaves what the run has.</param>
/// <param name="Metrics">Final figures; the last value of every series stands beside them.</param>
/// <param name="Manifest">Null for a job that makes no model.</param>
/// <param name="Artifacts">Files already in the artifact store; those under <c>model/</c> are the package.</param>
public sealed record RunResult(
    IReadOnlyDictionary<string, string>? Params,
    IReadOnlyDictionary<string, double> Metrics,
    IReadOnlyDictionary<string, string> Environment,
    ModelManifest? Manifest,
    IReadOnlyList<PackageFile> Artifacts);
