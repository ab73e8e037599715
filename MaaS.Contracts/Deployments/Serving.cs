// What a deployment served at some moment: its revisions are only ever added, so the past can be asked.
namespace MaaS.Contracts.Deployments;

/// <param name="At">The moment that was asked for.</param>
/// <param name="Revision">In force then; who made it and why is in it. Null when the deployment was not made yet.</param>
/// <param name="Until">When the next revision took its place; null when it still serves.</param>
/// <param name="State">Then: paused, it answered 503.</param>
/// <param name="SwitchedBy">Who paused or resumed it last before that; null when nobody had.</param>
public sealed record ServedThen(
    string Deployment, DateTimeOffset At, RevisionView? Revision, DateTimeOffset? Until, DeploymentState State, string? SwitchedBy = null, DateTimeOffset? SwitchedAt = null);
