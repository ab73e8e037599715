// The network as an ONNX graph that takes raw columns: one input (N, 1) for each, strings for categories, float32 for numbers
// (NaN is missing), int64 days for dates (the smallest int64 is missing). Operation for operation what Network.forward does.
using MaaS.Contracts.Datasets;
using MaaS.Engine.Onnx;
using static MaaS.Engine.Onnx.TensorProto.Types;

namespace MaaS.Engine.Tasks.Tabular;

internal static class TabularGraph
{
    public static ModelProto Of(TabularTask task)
    {
        var graph = new GraphBuilder("tabular");
        var weights = task.Network.state_dict().ToDictionary(entry => entry.Key, entry => entry.Value);
        var (numbers, categories, outputs) = (task.Encoder.Numbers, task.Encoder.Categories, task.Target.Outputs);
        // A column may bear an output's name; the manifest says what each output is called.
        string Free(string name) => task.Encoder.Order.Contains(name) ? Free(name + "_") : name;
        Value Weight(string name) => graph.Constant(name, weights[name].cpu().contiguous().data<float>().ToArray(), weights[name].shape);

        // Inputs in the order of the table, whatever their kind.
        var inputs = task.Encoder.Order.ToDictionary(name => name, name =>
            categories.Any(category => category.Name == name) ? graph.Input(name, DataType.String, -1, 1)
            : numbers.Single(number => number.Name == name).Type == ColumnType.Date ? graph.Input(name, DataType.Int64, -1, 1)
            : graph.Input(name, DataType.Float, -1, 1));
        var columns = numbers.Select(feature => feature.Type == ColumnType.Date ? Days(graph, inputs[feature.Name]) : inputs[feature.Name]).ToArray();
        var embedded = categories.Select((feature, c) => graph.Gather(
            Weight($"embeddings.{c}.weight"),
            graph.Reshape(Index(graph, inputs[feature.Name], feature.Categories), -1)));

        var parts = new List<Value>();
        if (columns.Length > 0)
        {
            var x_NF = graph.Concat(columns, 1);
            var missing_NF = graph.IsNaN(x_NF);
            var z_NF = graph.Div(graph.Sub(graph.Where(missing_NF, Weight("median_F"), x_NF), Weight("mean_F")), Weight("scale_F"));
            if (task.IsLinear)
                parts.Add(z_NF);
            // Columns that are all constant have no bins, and a reshape to a width of 0 would mean "as it was".
            else if (weights["lower_FT"].shape[1] is > 0 and var bins)
                parts.Add(Bins(graph, z_NF, Weight, numbers.Length, bins));
            parts.Add(graph.Cast(missing_NF, DataType.Float));
        }

        Value y;
        if (task.IsLinear)
        {
            // Without a number column the layer is its bias alone.
            y = parts.Count > 0 ? graph.Linear(graph.Concat(parts, 1), Weight("layers.0.weight"), Weight("layers.0.bias")) : Weight("layers.0.bias");
            y = embedded.Aggregate(y, graph.Add);
        }
        else
        {
            y = graph.Concat(parts.Concat(embedded), 1);
            var layers = weights.Keys.Count(name => name.StartsWith("layers.", StringComparison.Ordinal) && name.EndsWith(".weight", StringComparison.Ordinal));
            for (var layer = 0; layer < layers; layer++)
            {
                y = graph.Linear(y, Weight($"layers.{layer}.weight"), Weight($"layers.{layer}.bias"));
                if (layer < layers - 1)
                    y = graph.Relu(y);
            }
        }

        if (task.Target.Labels is { } labels)
        {
            var probabilities = graph.Softmax(y, 1);
            graph.Output(Free("label"), graph.Gather(graph.Constant("labels", labels), graph.ArgMax(probabilities, 1)), DataType.String, -1);
            graph.Output(Free("probabilities"), probabilities, DataType.Float, -1, outputs);
        }
        else
        {
            var scaled = graph.Add(graph.Mul(graph.Reshape(y, -1), graph.Constant("target_deviation", [task.Target.StandardDeviation])), graph.Constant("target_mean", [task.Target.Mean]));
            graph.Output(Free("value"), scaled, DataType.Float, -1);
        }
        return graph.Build(typeof(TabularGraph).Assembly.GetName().Version!.ToString(3));
    }

    /// <summary>1 plus the position among the known texts, 0 for any other. LabelEncoder wants one text at least, also of a column that knows none.</summary>
    private static Value Index(GraphBuilder graph, Value texts, string[] known) => known.Length == 0
        ? graph.Lookup(texts, [""], [0], 0)
        : graph.Lookup(texts, known, [.. known.Select((_, i) => i + 1L)], 0);

    private static Value Days(GraphBuilder graph, Value days) => graph.Where(
        graph.Equal(days, graph.Constant("missing_day", [long.MinValue])),
        graph.Constant("nan", [float.NaN]),
        graph.Cast(days, DataType.Float));

    private static Value Bins(GraphBuilder graph, Value z_NF, Func<string, Value> weight, int features, long bins) => graph.Reshape(
        graph.Clip(
            graph.Div(graph.Sub(graph.Reshape(z_NF, -1, features, 1), weight("lower_FT")), weight("width_FT")),
            graph.Constant("zero", [0f]), graph.Constant("one", [1f])),
        -1, features * bins);
}
