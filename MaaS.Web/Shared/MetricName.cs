// How measurements are called and read: their words, their order, and whether more of one is better.
using System.Globalization;

namespace MaaS.Web.Shared;

internal static class MetricName
{
    private static readonly Dictionary<string, string> Words = new(StringComparer.Ordinal)
    {
        ["accuracy"] = "Accuracy",
        ["balanced_accuracy"] = "Balanced accuracy",
        ["macro_f1"] = "Macro F1",
        ["roc_auc"] = "ROC AUC",
        ["auc"] = "ROC AUC",
        ["mcc"] = "MCC",
        ["log_loss"] = "Log loss",
        ["loss"] = "Loss",
        ["rmse"] = "RMSE",
        ["mae"] = "MAE",
        ["mse"] = "MSE",
        ["r2"] = "R²",
        ["learning_rate"] = "Learning rate",
    };

    private static readonly string[] Splits = ["train", "training", "val", "valid", "validation", "test"];

    /// <summary><c>val_log_loss</c> is (validation, log_loss); a key of no split is ("", itself).</summary>
    public static (string Split, string Measure) Parts(string key)
    {
        var cut = key.IndexOfAny(['_', '/', '.']);
        if (cut <= 0 || !Splits.Contains(key[..cut])) return ("", key);
        var split = key[..cut] switch { "train" => "training", "val" or "valid" => "validation", var other => other };
        return (split, key[(cut + 1)..]);
    }

    public static string Label(string measure) => Words.TryGetValue(measure, out var words)
        ? words
        : CultureInfo.InvariantCulture.TextInfo.ToUpper(measure[..1]) + measure[1..].Replace('_', ' ').Replace('/', ' ');

    /// <summary>The words of a whole key: <c>test_accuracy</c> is "Accuracy (test)".</summary>
    public static string Full(string key) => Parts(key) is ({ Length: > 0 } split, var measure) ? $"{Label(measure)} ({split})" : Label(key);

    public static bool LessIsBetter(string measure) =>
        measure.Contains("loss", StringComparison.Ordinal) || measure.Contains("error", StringComparison.Ordinal) || measure is "rmse" or "mae" or "mse";

    /// <summary>Whether the key is about the machine, not about learning.</summary>
    public static bool IsSystem(string key) => key.StartsWith("system", StringComparison.Ordinal);
}
