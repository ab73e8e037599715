// From raw columns to tensors. Everything it learns, it learns from the training rows.
// The arithmetic on numbers (imputation, scaling, bins) is the network's, so that training and the exported graph share it.
using MaaS.Contracts.Datasets;
using MaaS.Engine.Data;
using static TorchSharp.torch;

namespace MaaS.Engine.Tasks.Tabular;

internal sealed class Encoder
{
    /// <summary>Pairs are chosen for the most frequent classes.</summary>
    private const int PairClasses = 10;

    /// <param name="order">The names of both, as the table has them.</param>
    public Encoder(NumberFeature[] numbers, CategoryFeature[] categories, IReadOnlyList<string> order)
    {
        Numbers = numbers;
        Categories = categories;
        Order = order;
    }

    public NumberFeature[] Numbers { get; }

    public CategoryFeature[] Categories { get; }

    /// <summary>All features in the order of the table: the order of the model's inputs.</summary>
    public IReadOnlyList<string> Order { get; }

    /// <summary>Pairs of numbers that the network looks at together.</summary>
    public IReadOnlyList<ColumnPair> Pairs { get; init; } = [];

    /// <summary>The same encoder with the pairs of numbers that say most together.</summary>
    /// <param name="train">The rows it was fitted on.</param>
    public Encoder WithPairs(Table train, Target target)
    {
        var column = train[target.Name];
        var classes = target.IsClassification ? target.Classes(column) : [];
        double[][] answers = target.IsClassification
            ? [.. classes.CountBy(number => number).OrderByDescending(count => count.Value).Take(PairClasses).Select(one => Array.ConvertAll(classes, number => number == one.Key ? 1.0 : 0))]
            : [Array.ConvertAll(target.Values(column), value => (double)value)];
        return new Encoder(Numbers, Categories, Order) { Pairs = PairChoice.Of([.. Numbers.Select(feature => Numeric(train[feature.Name]))], answers) };
    }

    /// <exception cref="UserError">A feature that is the target, unknown, named twice, or free text; or none left.</exception>
    public static Encoder Fit(Table train, string target, IReadOnlyList<string>? features)
    {
        var order = features ?? [.. train.Columns.Where(column => column.Name != target && column.Type != ColumnType.Text).Select(column => column.Name)];
        if (order.Count == 0)
            throw new UserError($"There is no column besides \"{target}\" that is not free text; there is nothing to predict from.");
        if (order.Contains(target))
            throw new UserError($"\"{target}\" is the target and cannot be one of the features.");
        if (order.GroupBy(name => name, StringComparer.Ordinal).FirstOrDefault(group => group.Count() > 1) is { } twice)
            throw new UserError($"Feature \"{twice.Key}\" is named {twice.Count()} times; name each feature once.");
        if (order.FirstOrDefault(name => train[name].Type == ColumnType.Text) is { } text)
            throw new UserError($"Feature \"{text}\" is free text, which a table model cannot read; give it another type or leave it out.");

        return new Encoder(
            [.. order.Select(name => train[name]).Where(column => column is not CategoryColumn).Select(column => NumberFeature.Fit(column.Name, column.Type, Numeric(column)))],
            [.. order.Select(name => train[name]).OfType<CategoryColumn>().Select(column => CategoryFeature.Fit(column.Name, Enumerable.Range(0, column.Count).Select(column.Text)))],
            order);
    }

    /// <summary>Numbers (N, F) float32 with NaN for missing, and category indices (N, C) int64, on the CPU.</summary>
    /// <exception cref="UserError">The table lacks a feature, or has it with another type.</exception>
    public (Tensor Numbers_NF, Tensor Categories_NC) Encode(Table table)
    {
        var numbers = new float[table.RowCount * Numbers.Length];
        for (var f = 0; f < Numbers.Length; f++)
        {
            var values = Numeric(OfKind(table, Numbers[f].Name, category: false));
            for (var row = 0; row < values.Length; row++)
                numbers[row * Numbers.Length + f] = values[row];
        }

        var categories = new long[table.RowCount * Categories.Length];
        for (var c = 0; c < Categories.Length; c++)
        {
            var column = (CategoryColumn)OfKind(table, Categories[c].Name, category: true);
            var slots = Categories[c].Categories.Select((text, i) => (text, slot: i + 1L)).ToDictionary(pair => pair.text, pair => pair.slot, StringComparer.Ordinal);
            var missing = slots.GetValueOrDefault("");
            var byCode = column.Categories.Select(text => slots.GetValueOrDefault(text)).ToArray();
            for (var row = 0; row < column.Count; row++)
                categories[row * Categories.Length + c] = column.Codes[row] == CategoryColumn.Missing ? missing : byCode[column.Codes[row]];
        }
        return (tensor(numbers, [table.RowCount, Numbers.Length]), tensor(categories, [table.RowCount, Categories.Length]));
    }

    private static Column OfKind(Table table, string name, bool category) => table[name] is CategoryColumn == category
        ? table[name]
        : throw new UserError($"Column \"{name}\" is a {table[name].Type.ToString().ToLowerInvariant()} column here, but {(category ? "held categories" : "held numbers")} in the training file.");

    private static float[] Numeric(Column column) => column switch
    {
        NumberColumn numbers => numbers.Values,
        DateColumn dates => [.. dates.Days.Select(day => day == DateColumn.Missing ? float.NaN : day)],
        _ => throw new UserError($"Column \"{column.Name}\" is a {column.Type.ToString().ToLowerInvariant()} column here, but held numbers in the training file."),
    };
}
