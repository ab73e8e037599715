// A task in words, and the figure people judge it by.
using MaaS.Contracts.Models;
using MaaS.Web.Shared;

namespace MaaS.Web.Models;

internal static class TaskName
{
    private static readonly string[] Headlines = ["accuracy", "roc_auc", "rmse", "r2"];

    public static string Of(ModelTask task) => task switch
    {
        ModelTask.TabularClassification => "Classification of rows",
        ModelTask.TabularRegression => "Regression of rows",
        ModelTask.ImageClassification => "Classification of images",
        ModelTask.TextClassification => "Classification of texts",
        ModelTask.LanguageModel => "Language model",
        ModelTask.Recommendation => "Recommendation",
        _ => task.ToString(),
    };

    public static string Headline(ModelManifest? manifest) => manifest is null ? "–" : string.Join(" · ", Headlines
        .Where(manifest.Metrics.Values.ContainsKey)
        .Select(measure => $"{MetricName.Label(measure)} {Figure.Number(manifest.Metrics.Values[measure])}"));
}
