// What a table's model brings to its package: the signature by column, and held-out rows as a caller sends them.
using System.Text.Json;
using MaaS.Contracts.Datasets;
using MaaS.Contracts.Models;
using MaaS.Contracts.Training;
using MaaS.Engine.Data;
using MaaS.Engine.Packages;

namespace MaaS.Engine.Tasks.Tabular;

internal static class TabularPackage
{
    /// <param name="train">What it was trained on; null when that is not at hand, and then nothing is kept to see drift by.</param>
    public static ModelManifest Write(string folder, TabularTask task, TabularTraining spec, Table test, ModelMetrics metrics, Lineage lineage, PackageVariant? variant = null, Table? train = null)
    {
        var rows = test.Select([.. Enumerable.Range(0, Math.Min(HeldOut.MaxRows, test.RowCount))]);
        var sample = Enumerable.Range(0, Math.Min(HeldOut.SampleRows, test.RowCount)).Select(row => Row(task.Encoder, test, row)).ToArray();
        return ModelPackage.Write(
            folder,
            new PackageContent(
                task.Target.IsClassification ? ModelTask.TabularClassification : ModelTask.TabularRegression, TabularGraph.Of(task), task.Network, spec,
                [.. task.Encoder.Order.Select(name => InputOf(task.Encoder, name))], task.Target.Labels, task.Target.Name, metrics, lineage,
                SavedNetwork.Json(new Learned(task.Encoder.Order, task.Encoder.Numbers, task.Encoder.Categories, task.Encoder.Pairs, task.Target)), variant,
                train is null ? null : References.Of(task, train, test)),
            new HeldOut(Columns(task.Encoder.Order, rows), rows.RowCount, task.Answers(rows), task.Target.StandardDeviation, sample));
    }

    /// <summary>What training left, from a package's folder.</summary>
    /// <exception cref="UserError">The weights file is not one of a table's network.</exception>
    public static (TabularTraining Training, Encoder Encoder, Target Target, Network Network) Load(string folder)
    {
        using var saved = SavedNetwork.Read(folder);
        return Load(saved);
    }

    /// <inheritdoc cref="Load(string)"/>
    public static (TabularTraining Training, Encoder Encoder, Target Target, Network Network) Load(SavedNetwork saved)
    {
        var (training, learned) = (saved.Training<TabularTraining>(), saved.Encoder<Learned>());
        var names = learned.Numbers.Select(feature => feature.Name).Concat(learned.Categories.Select(feature => feature.Name));
        if (training.Network is null || !names.Order(StringComparer.Ordinal).SequenceEqual(learned.Order.Order(StringComparer.Ordinal), StringComparer.Ordinal))
            throw new UserError($"{saved.Name} does not say which columns its network reads, or what kind of network it is.");
        if (learned.Pairs.Any(pair => Math.Min(pair.First, pair.Second) < 0 || Math.Max(pair.First, pair.Second) >= learned.Numbers.Length))
            throw new UserError($"The encoder of {saved.Name} names a pair of number columns beyond its {learned.Numbers.Length}.");
        var encoder = new Encoder(learned.Numbers, learned.Categories, learned.Order) { Pairs = learned.Pairs };
        var network = Network.For(encoder, learned.Target.Outputs, training.Network);
        saved.Into(network);
        return (training, encoder, learned.Target, network);
    }

    /// <summary>A package from a weights file alone, checked on rows made up within what the encoder has seen.</summary>
    /// <exception cref="UserError">The weights file is not one of a table's network.</exception>
    public static ModelManifest Rebuild(string folder, SavedNetwork saved, Lineage lineage)
    {
        var (training, encoder, target, network) = Load(saved);
        var rows = MadeUp(encoder, target);
        using var task = new TabularTask(encoder, target, network, rows, rows, TorchSharp.torch.CPU);
        return Write(folder, task, training, rows, ModelMetrics.None, lineage);
    }

    /// <summary>Rows with every known value and unknown and missing ones; the answers only have to be some.</summary>
    private static Table MadeUp(Encoder encoder, Target target)
    {
        const int count = 200;
        var random = new SplitMix64(1);
        T[] Column<T>(Func<T> value) => [.. Enumerable.Range(0, count).Select(_ => value())];
        float Between(NumberFeature feature)
        {
            var share = random.Below(101) / 100f;
            return random.Below(10) == 0 ? float.NaN : feature.Min * (1 - share) + feature.Max * share;
        }
        return new Table(
        [
            .. encoder.Numbers.Select(feature => feature.Type switch
            {
                ColumnType.Date => (Column)new DateColumn(feature.Name, Column(() => Between(feature) is var day && float.IsNaN(day) ? DateColumn.Missing : (long)day)),
                ColumnType.Number => new NumberColumn(feature.Name, feature.Type, Column(() => Between(feature))),
                _ => new NumberColumn(feature.Name, feature.Type, Column(() => MathF.Round(Between(feature)))),
            }),
            .. encoder.Categories.Select(feature => new CategoryColumn(feature.Name, Column(() => random.Below(feature.Categories.Length + 2) - 1), [.. feature.Categories, "unknown"])),
            target.Labels is { } labels ? new CategoryColumn(target.Name, Column(() => random.Below(labels.Length)), labels) : new NumberColumn(target.Name, ColumnType.Number, Column(() => target.Mean)),
        ]);
    }

    /// <summary>The table as a graph takes it.</summary>
    /// <param name="inputs">The graph's, in its order.</param>
    public static Array[] Columns(IEnumerable<string> inputs, Table table) => [.. inputs.Select(name => (Array)(table[name] switch
    {
        NumberColumn numbers => numbers.Values,
        DateColumn dates => dates.Days,
        var texts => Enumerable.Range(0, texts.Count).Select(row => texts.Text(row) ?? "").ToArray(),
    }))];

    private static Dictionary<string, JsonElement> Row(Encoder encoder, Table table, int row) => encoder.Order
        .Where(name => !table[name].IsMissing(row))
        .ToDictionary(name => name, name => table[name] switch
        {
            NumberColumn { Type: ColumnType.Boolean } truth => JsonSerializer.SerializeToElement(truth.Values[row] != 0),
            NumberColumn numbers => JsonSerializer.SerializeToElement(numbers.Values[row]),
            var column => JsonSerializer.SerializeToElement(column.Text(row)),
        });

    private static ModelInput InputOf(Encoder encoder, string name) =>
        encoder.Numbers.SingleOrDefault(feature => feature.Name == name) is { } number
            ? new ModelInput(name, number.Type, number.Type == ColumnType.Date ? TensorType.Int64 : TensorType.Float32, [-1, 1], number.Min, number.Max)
            : new ModelInput(name, ColumnType.Category, TensorType.String, [-1, 1],
                Categories: [.. encoder.Categories.Single(feature => feature.Name == name).Categories.Where(text => text != "")]);

    private sealed record Learned(IReadOnlyList<string> Order, NumberFeature[] Numbers, CategoryFeature[] Categories, IReadOnlyList<ColumnPair> Pairs, Target Target);
}
