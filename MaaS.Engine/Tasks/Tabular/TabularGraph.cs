// The network as an ONNX graph that takes raw columns: one input (N, 1) for each, strings for categories, float32 for numbers
// (NaN is missing), int64 days for dates (the smallest int64 is missing). What lies between inputs and answers the network writes itself.
using MaaS.Contracts.Datasets;
using MaaS.Engine.Onnx;
using static MaaS.Engine.Onnx.TensorProto.Types;
using static TorchSharp.torch;

namespace MaaS.Engine.Tasks.Tabular;

internal static class TabularGraph
{
    public static ModelProto Of(TabularTask task) => Of(task.Encoder, task.Target, task.Model);

    public static ModelProto Of(Encoder encoder, Target target, Network network)
    {
        var graph = new GraphBuilder("tabular");
        var (numbers, categories, outputs) = (encoder.Numbers, encoder.Categories, target.Outputs);
        // A column may bear an output's name; the manifest says what each output is called.
        string Free(string name) => encoder.Order.Contains(name) ? Free(name + "_") : name;

        // Inputs in the order of the table, whatever their kind.
        var inputs = encoder.Order.ToDictionary(name => name, name =>
            categories.Any(category => category.Name == name) ? graph.Input(name, DataType.String, -1, 1)
            : numbers.Single(number => number.Name == name).Type == ColumnType.Date ? graph.Input(name, DataType.Int64, -1, 1)
            : graph.Input(name, DataType.Float, -1, 1));
        var columns = numbers.Select(feature => feature.Type == ColumnType.Date ? Days(graph, inputs[feature.Name]) : inputs[feature.Name]).ToArray();
        var slots = categories.Select(feature => graph.Reshape(Index(graph, inputs[feature.Name], feature.Categories), -1));
        var y = network.Write(graph, columns.Length > 0 ? graph.Concat(columns, 1) : null, slots);

        if (target.Labels is { } labels)
        {
            var probabilities = network.Members == 1 ? graph.Softmax(y, 1) : graph.ReduceMean(graph.Softmax(y, 2), 0);
            graph.Output(Free("label"), graph.Gather(graph.Constant("labels", labels), graph.ArgMax(probabilities, 1)), DataType.String, -1);
            graph.Output(Free("probabilities"), probabilities, DataType.Float, -1, outputs);
        }
        else
        {
            y = network.Members == 1 ? y : graph.ReduceMean(y, 0);
            var scaled = graph.Add(graph.Mul(graph.Reshape(y, -1), graph.Constant("target_deviation", [target.StandardDeviation])), graph.Constant("target_mean", [target.Mean]));
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

    /// <summary>A tensor of the network as a constant of the graph.</summary>
    public static Value Weight(this GraphBuilder graph, Tensor values) =>
        graph.Constant("weight", values.detach().cpu().contiguous().data<float>().ToArray(), values.shape);
}
