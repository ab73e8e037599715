// How measurements are called and read: their words, their order, and whether more of one is better.
using System.Globalization;
using System.Text.RegularExpressions;
using MaaS.Contracts.Experiments;

namespace MaaS.Web.Shared;

internal static partial class MetricName
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
        ["mcc"] = "Matthews correlation",
        ["perplexity"] = "Perplexity",
        ["bits_per_byte"] = "Bits per byte",
        ["bits_per_character"] = "Bits per character",
        ["tokens_per_second"] = "Tokens a second",
        ["ndcg"] = "NDCG",
        ["hr"] = "Hit rate",
        ["hit_rate"] = "Hit rate",
        ["mrr"] = "Mean reciprocal rank",
        ["map"] = "Mean average precision",
        ["gradient_norm"] = "Gradient norm",
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

    /// <summary><c>roc_auc</c> is "ROC AUC"; a measure of the best so many (<c>hr@10</c>, <c>hr10</c>, <c>hr_at_10</c>) is "Hit rate @ 10",
    /// <c>top5_accuracy</c> "Top-5 accuracy".</summary>
    public static string Label(string measure)
    {
        if (Words.TryGetValue(measure, out var words)) return words;
        if (OfTop().Match(measure) is { Success: true } top) return $"Top-{top.Groups["top"].Value} accuracy";
        if (AtTop().Match(measure) is { Success: true } at)
            return $"{Label(at.Groups["name"].Value)} @ {at.Groups["top"].Value}";
        return Sentence(measure);
    }

    /// <summary>What a value of the measure is counted in; null where it is a bare number.</summary>
    public static string? Unit(string measure) => measure switch
    {
        "bits_per_byte" => "bits a byte; 8 is no knowledge at all",
        "bits_per_character" => "bits a character",
        "perplexity" => "pieces as likely as the next; 1 is certainty",
        "mcc" => "1 is perfect, 0 is chance",
        "rmse" or "mae" => "in units of the target",
        "mse" => "in squared units of the target",
        _ when measure.StartsWith("hr", StringComparison.Ordinal) || measure.StartsWith("hit_rate", StringComparison.Ordinal) => "share of users whose held-out item is among the best",
        _ when measure.StartsWith("ndcg", StringComparison.Ordinal) => "1 is their item always first",
        _ => null,
    };

    private static string Sentence(string measure) =>
        CultureInfo.InvariantCulture.TextInfo.ToUpper(measure[..1]) + measure[1..].Replace('_', ' ').Replace('/', ' ');

    /// <summary>The words of a whole key: <c>test_accuracy</c> is "Accuracy (test)".</summary>
    public static string Full(string key) => Parts(key) is ({ Length: > 0 } split, var measure) ? $"{Label(measure)} ({split})" : Label(key);

    /// <summary>What figures were measured on: one word names a split, more than one say it themselves.</summary>
    public static string Result(string split) => split.Contains(' ', StringComparison.Ordinal) ? $"Result on {split}" : $"Result on the {split} split";

    public static bool LessIsBetter(string measure) => MetricGoal.LessIsBetter(measure);

    [GeneratedRegex("^top[-_]?(?<top>\\d+)(_accuracy)?$")]
    private static partial Regex OfTop();

    [GeneratedRegex("^(?<name>hr|hit_rate|ndcg|mrr|map|recall|precision)(@|_at_|_)?(?<top>\\d+)$")]
    private static partial Regex AtTop();

    /// <summary>Whether the key is about the machine, not about learning.</summary>
    public static bool IsSystem(string key) => key.StartsWith("system", StringComparison.Ordinal);
}
