// A dozen runs and what is known of their columns, for tests of the table.
using MaaS.Contracts.Experiments;
using MaaS.Contracts.Jobs;

namespace MaaS.Web.Tests.Experiments;

internal static class Rows
{
    public static IReadOnlyList<RunRow> All { get; } = [.. Enumerable.Range(0, 12).Select(i => new RunRow(
        Guid.Parse($"0199d0a0-0000-7000-8000-0000000001{i:00}"), $"run-{i}", Examples.ExperimentId, "Customers 2026", "", i == 0 ? JobState.Running : JobState.Succeeded,
        DateTimeOffset.UnixEpoch, DateTimeOffset.UnixEpoch, i == 0 ? null : DateTimeOffset.UnixEpoch.AddSeconds(i),
        new Dictionary<string, MetricSummary> { ["val_loss"] = new(0.5 + i, 0.25 + i, 9) }, new Dictionary<string, string> { ["lr"] = $"0.0{i + 1}" }, new Dictionary<string, string>()))];

    public static RunColumns Columns { get; } = new(
        [new("metrics.system/cpu", 12, true), new("metrics.test_accuracy", 12, false), new("metrics.val_loss", 12, true), new("params.lr", 12, true), new("params.same", 12, false)], 12);

    public static Portal Scripted(MaaS.Contracts.Teams.Role role = MaaS.Contracts.Teams.Role.Member)
    {
        var portal = new Portal(role);
        portal.Api.Answers("GET /api/runs/columns", Columns)
            .Answers("GET /api/runs/rows", new RunRows(All, All.Count))
            .Answers("GET /api/views", Array.Empty<SavedView>());
        return portal;
    }
}
