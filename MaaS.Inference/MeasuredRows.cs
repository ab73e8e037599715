// The rows of one call that is timed, over and over: each task is asked the way its requests ask it.
using MaaS.Contracts.Models;

namespace MaaS.Inference;

internal sealed record MeasuredRows(IReadOnlyList<Array> Columns, int Rows)
{
    /// <summary>So many rows, the given ones again where they are fewer.</summary>
    public static MeasuredRows Of(IReadOnlyList<Array> columns, int rows, int count) => new([.. columns.Select(column => Part(column, rows, count))], count);

    public void Ask(Model model)
    {
        switch (model.Manifest.Task)
        {
            case ModelTask.LanguageModel:
                model.Logits((long[])Columns[0], Rows);
                break;
            case ModelTask.Recommendation:
                for (var row = 0; row < Rows; row++)
                    model.Recommend(Named(model, "user", row) is string[] user ? user[0] : "", (string[])Named(model, "seen", row)!, ((long[])Named(model, "top", row)!)[0]);
                break;
            case ModelTask.Custom: // only its maker knows whether rows may be stacked
                for (var row = 0; row < Rows; row++)
                    model.Ask([.. Columns.Select(column => Row(column, row))]);
                break;
            default:
                model.Run(Columns, Rows);
                break;
        }
    }

    private Array? Named(Model model, string input, int row)
    {
        for (var place = 0; place < Columns.Count; place++)
            if (model.Manifest.Inputs[place].Name == input)
                return Row(Columns[place], row);
        return null;
    }

    private Array Row(Array column, int row) => column.GetValue(row) as Array ?? Part(column, Rows, 1, row);

    private static Array Part(Array column, int rows, int count, int first = 0)
    {
        var size = column.Length / rows;
        var part = Array.CreateInstance(column.GetType().GetElementType()!, size * count);
        for (var row = 0; row < count; row++)
            Array.Copy(column, (first + row) % rows * size, part, row * size, size);
        return part;
    }
}
