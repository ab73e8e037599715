// How measurements are called and read: their words, their order, and whether more of one is better.
using System.Globalization;
using System.Text.RegularExpressions;
using MaaS.Contracts.Experiments;

namespace MaaS.Web.Shared;

internal static partial class MetricName
{
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
        if (Words(measure) is { } words) return words;
        if (OfTop().Match(measure) is { Success: true } top) return T["Top-{0} accuracy", top.Groups["top"].Value];
        if (AtTop().Match(measure) is { Success: true } at)
            return $"{Label(at.Groups["name"].Value)} @ {at.Groups["top"].Value}";
        return Sentence(measure);
    }

    private static string? Words(string measure) => measure switch
    {
        "accuracy" => T["Accuracy"],
        "balanced_accuracy" => T["Balanced accuracy"],
        "macro_f1" => T["Macro F1"],
        "roc_auc" or "auc" => "ROC AUC",
        "log_loss" => T["Log loss"],
        "loss" => T["Loss"],
        "batch_loss" => T["Batch loss"],
        "rmse" => "RMSE",
        "mae" => "MAE",
        "mse" => "MSE",
        "r2" => "R²",
        "learning_rate" => T["Learning rate"],
        "mcc" => T["Matthews correlation"],
        "perplexity" => T["Perplexity"],
        "bits_per_byte" => T["Bits per byte"],
        "bits_per_character" => T["Bits per character"],
        "tokens_per_second" => T["Tokens a second"],
        "ndcg" => "NDCG",
        "hr" or "hit_rate" => T["Hit rate"],
        "mrr" => T["Mean reciprocal rank"],
        "map" => T["Mean average precision"],
        "gradient_norm" => T["Gradient norm"],
        _ => null,
    };

    /// <summary>What a value of the measure is counted in; null where it is a bare number.</summary>
    public static string? Unit(string measure) => measure switch
    {
        "bits_per_byte" => T["bits a byte; 8 is no knowledge at all"],
        "bits_per_character" => T["bits a character"],
        "perplexity" => T["pieces as likely as the next; 1 is certainty"],
        "mcc" => T["1 is perfect, 0 is chance"],
        "rmse" or "mae" => T["in units of the target"],
        "mse" => T["in squared units of the target"],
        _ when measure.StartsWith("hr", StringComparison.Ordinal) || measure.StartsWith("hit_rate", StringComparison.Ordinal) => T["share of users whose held-out item is among the best"],
        _ when measure.StartsWith("ndcg", StringComparison.Ordinal) => T["1 is their item always first"],
        _ => null,
    };

    private static string Sentence(string measure) =>
        CultureInfo.InvariantCulture.TextInfo.ToUpper(measure[..1]) + measure[1..].Replace('_', ' ').Replace('/', ' ');

    /// <summary>The words of a whole key: <c>test_accuracy</c> is "Accuracy (test)".</summary>
    public static string Full(string key) => Parts(key) is ({ Length: > 0 } split, var measure) ? T["{0} ({1})", Label(measure), SplitName(split)] : Label(key);

    private static string SplitName(string split) => split switch
    {
        "training" => T["training"],
        "validation" => T["validation"],
        "test" => T["test"],
        var other => T.Heard(other),
    };

    /// <summary>What figures were measured on: one word names a split, more than one say it themselves.</summary>
    public static string Result(string split) => split.Contains(' ', StringComparison.Ordinal) ? T["Result on {0}", SplitName(split)] : T["Result on the {0} split", SplitName(split)];

    public static bool LessIsBetter(string measure) => MetricGoal.LessIsBetter(measure);

    [GeneratedRegex("^top[-_]?(?<top>\\d+)(_accuracy)?$")]
    private static partial Regex OfTop();

    [GeneratedRegex("^(?<name>hr|hit_rate|ndcg|mrr|map|recall|precision)(@|_at_|_)?(?<top>\\d+)$")]
    private static partial Regex AtTop();

    /// <summary>Whether the key is about the machine, not about learning.</summary>
    public static bool IsSystem(string key) => key.StartsWith("system", StringComparison.Ordinal);
}
