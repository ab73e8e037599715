// Where a run came from and what came of it: dataset version, the version it went on from, its own versions, where they serve.
using MaaS.Contracts.Deployments;

namespace MaaS.Contracts.Experiments;

/// <param name="Dataset">What it learned from; null when that was deleted, or it read none.</param>
/// <param name="From">The version that it went on from, compressed or asked.</param>
/// <param name="Versions">Made by this run, oldest first.</param>
/// <param name="Deployments">Whose newest revision names one of these versions, or once did.</param>
public sealed record RunLineage(
    LineageDataset? Dataset,
    LineageVersion? From,
    IReadOnlyList<LineageVersion> Versions,
    IReadOnlyList<LineageDeployment> Deployments);

public sealed record LineageDataset(Guid Id, string Name, int Number);

public sealed record LineageVersion(string Model, int Number, IReadOnlyList<string> Aliases);

/// <param name="Percent">Of the requests, now; null when it served only earlier.</param>
public sealed record LineageDeployment(string Name, DeploymentState State, string Model, int Number, int? Percent);
