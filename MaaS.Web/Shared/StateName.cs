// The word for a state: one vocabulary for jobs, runs, datasets, deployments, trials, workers and approvals.
namespace MaaS.Web.Shared;

internal static class StateName
{
    /// <param name="state">As the API or an enumeration spells it, in any case.</param>
    public static string Of(string state) => state.ToLowerInvariant() switch
    {
        "queued" => T["queued"],
        "running" => T["running"],
        "succeeded" => T["succeeded"],
        "failed" => T["failed"],
        "canceled" => T["canceled"],
        "canceling" => T["canceling"],
        "stopped" => T["stopped"],
        "open" => T["open"],
        "profiling" => T["profiling"],
        "ready" => T["ready"],
        "serving" => T["serving"],
        "paused" => T["paused"],
        "alive" => T["alive"],
        "lost" => T["lost"],
        "pending" => T["approval pending"],
        "approved" => T["approved"],
        "rejected" => T["rejected"],
        var other => other,
    };
}
