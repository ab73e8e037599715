// A task in words, and the figure people judge it by.
using MaaS.Contracts.Models;
using MaaS.Web.Shared;

namespace MaaS.Web.Models;

internal static class TaskName
{

    public static string Of(ModelTask task) => task switch
    {
        ModelTask.TabularClassification => "Classification of rows",
        ModelTask.TabularRegression => "Regression of rows",
        ModelTask.ImageClassification => "Classification of images",
        ModelTask.TextClassification => "Classification of texts",
        ModelTask.LanguageModel => "Language model",
        ModelTask.Recommendation => "Recommendation",
        ModelTask.Custom => "Made elsewhere",
        _ => task.ToString(),
    };

    /// <summary>What the figures are counted over.</summary>
    public static string Examples(ModelTask task) => task switch
    {
        ModelTask.ImageClassification => "images",
        ModelTask.TextClassification => "texts",
        ModelTask.LanguageModel => "pieces of text",
        ModelTask.Recommendation => "events",
        _ => "rows",
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
