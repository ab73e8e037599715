// What a package keeps of the rows it was trained on, and of its answers to the test rows, for drift to be seen later.
using MaaS.Contracts.Models;
using MaaS.Engine.Data;

namespace MaaS.Engine.Tasks.Tabular;

internal static class References
{
    private const int Bins = 10;

    /// <summary>More would not move a share's third digit.</summary>
    private const int MostTestRows = 20_000;

    public static Reference Of(TabularTask task, Table train, Table test)
    {
        var rows = test.RowCount <= MostTestRows ? test : test.Select([.. Enumerable.Range(0, MostTestRows)]);
        var answers = task.Answers(rows);
        return new Reference(
            [.. task.Encoder.Order.Select(name => OfColumn(train[name], task.Encoder))],
            task.Target.Labels is { } labels
                ? Categories(task.Target.Name, [.. answers.Chunk(labels.Length).Select(row => labels[Array.IndexOf(row, row.Max())])], labels, labels.Length)
                : Numbers(task.Target.Name, Array.ConvertAll(answers, value => (double)value)));
    }

    /// <param name="values">NaN is missing.</param>
    public static ColumnReference Numbers(string name, double[] values)
    {
        var there = Array.FindAll(values, value => !double.IsNaN(value));
        var missing = Missing(there.Length, values.Length);
        if (there.Length == 0)
            return new ColumnReference(name, missing, [0], []);
        Array.Sort(there);
        // The greatest value is no edge: above it there was nothing.
        double[] edges = [.. Enumerable.Range(1, Bins - 1).Select(decile => there[(int)((long)decile * there.Length / Bins)]).Distinct().Where(edge => edge < there[^1])];
        var counts = new long[edges.Length + 1];
        foreach (var value in there)
            counts[edges.Count(edge => value > edge)]++;
        return new ColumnReference(name, missing, Shares(counts, there.Length), edges);
    }

    /// <param name="texts">Null or "" is missing.</param>
    /// <param name="known">What the model knows; the rarest of them can be in no row, or among many.</param>
    public static ColumnReference Categories(string name, IReadOnlyList<string?> texts, IReadOnlyList<string> known, int most = Reference.MostValues)
    {
        var counts = texts.Where(text => !string.IsNullOrEmpty(text)).CountBy(text => text!, StringComparer.Ordinal).ToDictionary(StringComparer.Ordinal);
        var there = counts.Values.Sum();
        string[] values = [.. known.OrderByDescending(value => counts.GetValueOrDefault(value)).Take(most)];
        long[] listed = [.. values.Select(value => (long)counts.GetValueOrDefault(value))];
        return new ColumnReference(name, Missing(there, texts.Count), Shares([.. listed, there - listed.Sum()], there), Values: values);
    }

    private static ColumnReference OfColumn(Column column, Encoder encoder) => column switch
    {
        NumberColumn numbers => Numbers(column.Name, Array.ConvertAll(numbers.Values, value => (double)value)),
        DateColumn dates => Numbers(column.Name, Array.ConvertAll(dates.Days, day => day == DateColumn.Missing ? double.NaN : day)),
        _ => Categories(
            column.Name, [.. Enumerable.Range(0, column.Count).Select(column.Text)],
            [.. encoder.Categories.Single(feature => feature.Name == column.Name).Categories.Where(text => text != "")]),
    };

    private static double Missing(int there, int rows) => rows == 0 ? 0 : 1 - (double)there / rows;

    private static double[] Shares(long[] counts, long there) => Array.ConvertAll(counts, count => there == 0 ? 0 : (double)count / there);
}
