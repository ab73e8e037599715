// A deployment that a version could take over, and what its callers would notice.
using MaaS.Contracts.Models;

namespace MaaS.Contracts.Deployments;

/// <param name="Traffic">What it serves now.</param>
/// <param name="Fits">Whether callers of predict need not change anything.</param>
/// <param name="Changes">From the version that answers most requests now.</param>
public sealed record DeployTarget(
    string Deployment, DeploymentState State, IReadOnlyList<TrafficShare> Traffic, bool Fits, IReadOnlyList<SignatureChange> Changes);
