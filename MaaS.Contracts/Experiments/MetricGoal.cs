// Whether more of a measure is better. Known by its name: nobody should have to say it for every metric.
namespace MaaS.Contracts.Experiments;

public static class MetricGoal
{
    /// <summary>Losses, errors and their like; of a key (<c>val_rmse</c>) as of a measure (<c>rmse</c>).</summary>
    public static bool LessIsBetter(string key) =>
        key.Contains("loss", StringComparison.Ordinal) || key.Contains("error", StringComparison.Ordinal) || key.Contains("bits_per", StringComparison.Ordinal)
        || key.EndsWith("rmse", StringComparison.Ordinal) || key.EndsWith("mae", StringComparison.Ordinal) || key.EndsWith("mse", StringComparison.Ordinal)
        || key.EndsWith("perplexity", StringComparison.Ordinal);
}
