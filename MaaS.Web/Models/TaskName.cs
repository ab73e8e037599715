// A task in words, and the figure people judge it by.
using MaaS.Contracts.Models;
using MaaS.Web.Shared;

namespace MaaS.Web.Models;

internal static class TaskName
{

    public static string Of(ModelTask task) => task switch
    {
        ModelTask.TabularClassification => T["Classification of rows"],
        ModelTask.TabularRegression => T["Regression of rows"],
        ModelTask.ImageClassification => T["Classification of images"],
        ModelTask.TextClassification => T["Classification of texts"],
        ModelTask.LanguageModel => T["Language model"],
        ModelTask.Recommendation => T["Recommendation"],
        ModelTask.Custom => T["Made elsewhere"],
        _ => task.ToString(),
    };

    /// <summary>What the figures are counted over.</summary>
    public static string Examples(ModelTask task) => task switch
    {
        ModelTask.ImageClassification => T["images"],
        ModelTask.TextClassification => T["texts"],
        ModelTask.LanguageModel => T["pieces of text"],
        ModelTask.Recommendation => T["events"],
        _ => T["rows"],
    };

    /// <summary>The first two of the task's own measures that were taken.</summary>
    public static string Headline(ModelManifest? manifest) => manifest is null ? "–" : string.Join(" · ", Headlines(manifest.Task)
        .Where(manifest.Metrics.Values.ContainsKey).Take(2)
        .Select(measure => $"{MetricName.Label(measure)} {Figure.Number(manifest.Metrics.Values[measure])}"));

    private static string[] Headlines(ModelTask task) => task switch
    {
        ModelTask.TabularClassification => ["accuracy", "roc_auc", "log_loss"],
        ModelTask.TabularRegression => ["rmse", "r2", "mae"],
        ModelTask.ImageClassification => ["accuracy", "top5_accuracy", "log_loss"],
        ModelTask.TextClassification => ["accuracy", "mcc", "macro_f1", "log_loss"],
        ModelTask.LanguageModel => ["perplexity", "bits_per_byte", "bits_per_character", "loss"],
        _ => ["hr@10", "hr10", "ndcg@10", "ndcg10", "rmse", "mae"],
    };
}
