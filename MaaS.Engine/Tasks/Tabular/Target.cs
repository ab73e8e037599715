// The answer column: which rows have one, how it becomes a number to learn, and what the number means afterwards.
using System.Globalization;
using MaaS.Contracts.Datasets;
using MaaS.Contracts.Training;
using MaaS.Engine.Data;

namespace MaaS.Engine.Tasks.Tabular;

/// <param name="Labels">Class names in the order of the logits; null for regression.</param>
/// <param name="Mean">Regression learns (value - mean) / standard deviation, both of the training rows.</param>
internal sealed record Target(string Name, string[]? Labels, float Mean = 0, float StandardDeviation = 1)
{
    private const int MaxClasses = 1_000;

    public bool IsClassification => Labels is not null;

    /// <summary>Width of the network's output.</summary>
    public int Outputs => Labels?.Length ?? 1;

    /// <summary>The type in which a file's column holds these answers.</summary>
    public ColumnType ReadAs => Labels switch
    {
        null => ColumnType.Number,
        ["false", "true"] => ColumnType.Boolean,
        _ => ColumnType.Category,
    };

    /// <summary>Whether a column of classes is read as its texts, which the model then answers: whole numbers, and no and yes where each is written in one way.</summary>
    public static bool KeepsTexts(ColumnProfile column) => column is { Type: ColumnType.Integer } or { Type: ColumnType.Boolean, Distinct: 2 };

    /// <summary>Rows that have an answer; the others can teach nothing and are left out.</summary>
    public static int[] AnsweredRows(Column column) =>
        [.. Enumerable.Range(0, column.Count).Where(row => !column.IsMissing(row))];

    public static TabularGoal GoalOf(Column column, TabularGoal asked)
    {
        if (asked != TabularGoal.Auto)
            return asked;
        var distinct = column is NumberColumn numbers ? numbers.Values.Where(value => !float.IsNaN(value)).Distinct().Take(1_000).Count() : 0;
        return TabularTraining.GoalFor(column.Type, distinct);
    }

    /// <param name="column">All answered rows.</param>
    /// <param name="train">The training rows among them; regression's scale comes from these alone.</param>
    /// <exception cref="UserError">The column cannot be this goal's answer.</exception>
    public static Target Fit(Column column, TabularGoal goal, int[] train)
    {
        if (goal == TabularGoal.Classification)
            return new Target(column.Name, LabelsOf(column));
        if (column is not NumberColumn { Type: ColumnType.Number or ColumnType.Integer } numbers)
            throw new UserError($"goal is regression, but the target \"{column.Name}\" is a {column.Type.ToString().ToLowerInvariant()} column; it must be a number or integer column.");
        var mean = train.Average(row => (double)numbers.Values[row]);
        var deviation = Math.Sqrt(train.Average(row => Math.Pow(numbers.Values[row] - mean, 2)));
        return deviation > 0
            ? new Target(column.Name, null, (float)mean, (float)deviation)
            : throw new UserError($"Every training row has the same \"{column.Name}\" ({mean.ToString(CultureInfo.InvariantCulture)}): there is nothing to learn.");
    }

    /// <summary>Class number of each row; needs no training rows, so that the split can be stratified by it.</summary>
    /// <exception cref="UserError">A text that is none of the labels, as a test file may hold.</exception>
    public long[] Classes(Column column)
    {
        var numbers = Labels!.Select((label, number) => (label, number)).ToDictionary(pair => pair.label, pair => (long)pair.number, StringComparer.Ordinal);
        var areNoAndYes = CellText.AreNoAndYes(Labels!);
        return [.. Enumerable.Range(0, column.Count).Select(row =>
        {
            var label = Label(column, row);
            // Another file may write no and yes in its own way.
            return numbers.TryGetValue(label, out var number) ? number
                : areNoAndYes && CellText.TryBoolean(label, out var yes) ? (yes ? 1 : 0)
                : throw new UserError($"Row {row + 1} has \"{label}\" as {Name}, which is none of the classes the model knows: {string.Join(", ", Labels!.Take(20))}.");
        })];
    }

    /// <summary>Standardized answers of each row.</summary>
    public float[] Values(Column column) => [.. ((NumberColumn)column).Values.Select(value => (value - Mean) / StandardDeviation)];

    private static string[] LabelsOf(Column column)
    {
        var labels = Enumerable.Range(0, column.Count).Select(row => Label(column, row)).Distinct(StringComparer.Ordinal).ToArray();
        if (labels.Length < 2)
            throw new UserError($"Every row has the same \"{column.Name}\" ({labels.FirstOrDefault()}): there is nothing to learn.");
        if (labels.Length > MaxClasses)
            throw new UserError($"\"{column.Name}\" has {labels.Length} different values; classification takes at most {MaxClasses}. For a number, ask for regression.");
        // 2 comes before 10 where every label is a number.
        string[] sorted = labels.All(label => double.TryParse(label, CultureInfo.InvariantCulture, out _))
            ? [.. labels.OrderBy(label => double.Parse(label, CultureInfo.InvariantCulture)).ThenBy(label => label, StringComparer.Ordinal)]
            : [.. labels.Order(StringComparer.Ordinal)];
        // Of two classes ROC AUC is of the second: that is yes, however it is written.
        return sorted is [var yes, var no] && CellText.AreNoAndYes([no, yes]) ? [no, yes] : sorted;
    }

    private static string Label(Column column, int row) => column.Type == ColumnType.Boolean
        ? ((NumberColumn)column).Values[row] == 0 ? "false" : "true"
        : column.Text(row)!;
}
