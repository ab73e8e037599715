// What a call was answered, row by row, of those tasks whose answers can be right or wrong: labels and numbers.
using MaaS.Contracts.Models;

namespace MaaS.Inference.Tensors;

public static class AnsweredRows
{
    /// <summary>Whether truth can be held against the answers of a task.</summary>
    public static bool CanBeJudged(ModelTask task) =>
        task is ModelTask.TabularClassification or ModelTask.ImageClassification or ModelTask.TextClassification or ModelTask.TabularRegression;

    /// <summary>Of a call that was answered, before it is released; null of another task.</summary>
    public static Answers? Of(Call call, Model model) =>
        CanBeJudged(model.Manifest.Task) ? RowTensors.Read(call, model.Tensors.Signature, model.Manifest) : null;
}
