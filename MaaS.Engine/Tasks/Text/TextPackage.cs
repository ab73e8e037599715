// What a text model brings to its package: one input, the raw text, and held-out texts as a caller sends them.
using System.Text.Json;
using MaaS.Contracts.Datasets;
using MaaS.Contracts.Models;
using MaaS.Contracts.Training;
using MaaS.Engine.Data;
using MaaS.Engine.Packages;

namespace MaaS.Engine.Tasks.Text;

internal static class TextPackage
{
    public static ModelManifest Write(string folder, TextTask task, TextTraining spec, Table test, ModelMetrics metrics, Lineage lineage)
    {
        var rows = test.Select([.. Enumerable.Range(0, Math.Min(HeldOut.MaxRows, test.RowCount))]);
        var texts = TextTask.TextsOf(rows, task.Text);
        var sample = texts.Take(HeldOut.SampleRows).Select(text => new Dictionary<string, JsonElement> { [task.Text] = JsonSerializer.SerializeToElement(text) });
        return ModelPackage.Write(
            folder,
            new PackageContent(
                ModelTask.TextClassification, TextGraph.Of(task), task.Network, spec,
                [new ModelInput(task.Text, ColumnType.Text, TensorType.String, [-1, 1])], task.Target.Labels, task.Target.Name, metrics, lineage),
            new HeldOut([texts], texts.Length, task.Answers(rows), 1, [.. sample]));
    }
}
