// Every verb of the graph builder, run in the real ONNX Runtime. Needs ONNX Runtime; knows no network.
using Google.Protobuf;
using MaaS.Engine.Onnx;
using Microsoft.ML.OnnxRuntime;
using Microsoft.ML.OnnxRuntime.Tensors;
using Xunit;
using static MaaS.Engine.Onnx.TensorProto.Types;

namespace MaaS.Engine.Tests.Onnx;

public sealed class GraphBuilderTests
{
    private static readonly float[] s_x = [-2, 0.5f, float.NaN, 3];

    [Fact]
    public void Missing_numbers_are_replaced_scaled_and_clipped() => Assert.Equal(
        [-1, 0.25f, 0.5f, 1],
        Numbers(s_x, (graph, x) =>
        {
            var known = graph.Where(graph.IsNaN(x), graph.Constant("median", [1f]), x);
            var scaled = graph.Div(graph.Sub(known, graph.Constant("zero", [0f])), graph.Constant("scale", [2f]));
            return graph.Clip(scaled, graph.Constant("low", [-1f]), graph.Constant("high", [1f]));
        }));

    [Fact]
    public void A_missing_number_has_an_indicator() =>
        Assert.Equal([0, 0, 1, 0], Numbers(s_x, (graph, x) => graph.Cast(graph.IsNaN(x), DataType.Float)));

    [Fact]
    public void Sums_products_and_the_positive_part_are_taken_elementwise() => Assert.Equal(
        [0, 2, 5],
        Numbers([-3, 0.5f, 2], (graph, x) =>
            graph.Relu(graph.Add(graph.Mul(x, graph.Constant("two", [2f])), graph.Constant("one", [1f])))));

    [Fact]
    public void Waves_are_taken_elementwise() => Assert.Equal(
        [1, 0],
        Numbers([0, MathF.PI / 2], (graph, x) => graph.Sub(graph.Cos(x), graph.Mul(graph.Sin(x), graph.Constant("zero", [0f])))).Select(y => MathF.Round(y, 6)));

    [Fact]
    public void Members_of_an_ensemble_are_multiplied_in_one_stack_and_averaged() => Assert.Equal(
        [3, 6], // the mean of 2x and 4x
        Numbers([1, 2], (graph, x) => graph.ReduceMean(graph.MatMul(graph.Transpose(graph.Reshape(x, -1, 1, 1), 1, 0, 2), graph.Constant("two_and_four", [2f, 4f], 2, 1, 1)), 0)));

    [Fact]
    public void A_row_is_normalized_over_its_last_axis() => Assert.Equal(
        [-1, 4], // (-1, 1) times (1, 3) plus (0, 1)
        Run<float>(
            Normalized(), "y", NamedOnnxValue.CreateFromTensor("x", new DenseTensor<float>(new[] { 3f, 5f }, [1, 2]))).Select(y => MathF.Round(y, 4)));

    private static GraphBuilder Normalized()
    {
        var graph = new GraphBuilder("normalized");
        var x = graph.Input("x", DataType.Float, -1, 2);
        graph.Output("y", graph.LayerNormalization(x, graph.Constant("scale", [1f, 3f], 2), graph.Constant("bias", [0f, 1f], 2), 1e-5f), DataType.Float, -1, 2);
        return graph;
    }

    [Fact]
    public void A_linear_layer_keeps_its_weight_as_libtorch_does() => Assert.Equal(
        [12, 25],
        Numbers([1, 2], (graph, x) => graph.Linear(
            graph.Concat([x, graph.Mul(x, graph.Constant("ten", [10f]))], 1),
            graph.Constant("weight", [3f, 1f], 1, 2),
            graph.Constant("bias", [-1f], 1))));

    [Fact]
    public void A_text_becomes_the_row_of_its_table_and_an_unknown_one_the_row_for_unknown()
    {
        var graph = new GraphBuilder("lookup");
        var texts = graph.Input("colour", DataType.String, -1, 1);
        var slots = graph.Reshape(graph.Lookup(texts, ["red", "größer", ""], [1, 2, 3], 0), -1);
        var table = graph.Constant("table", [0f, 0.5f, 1f, 1.5f, 2f, 2.5f, 3f, 3.5f], 4, 2);
        graph.Output("rows", graph.Gather(table, slots), DataType.Float, -1, 2);

        var rows = Run<float>(graph, "rows", NamedOnnxValue.CreateFromTensor("colour", new DenseTensor<string>(new[] { "größer", "blue", "", "red" }, [4, 1])));

        Assert.Equal([2, 2.5f, 0, 0.5f, 3, 3.5f, 1, 1.5f], rows);
    }

    [Fact]
    public void A_class_gets_its_probability_and_its_name()
    {
        var graph = new GraphBuilder("classes");
        var scores = graph.Input("scores", DataType.Float, -1, 2);
        var probabilities = graph.Softmax(scores, 1);
        graph.Output("label", graph.Gather(graph.Constant("labels", ["no", "yes"]), graph.ArgMax(probabilities, 1)), DataType.String, -1);
        graph.Output("probabilities", probabilities, DataType.Float, -1, 2);

        var values = NamedOnnxValue.CreateFromTensor("scores", new DenseTensor<float>(new[] { 0f, 0f, 0f, MathF.Log(3) }, [2, 2]));

        Assert.Equal(["no", "yes"], Run<string>(graph, "label", values));
        Assert.Equal([0.5f, 0.5f, 0.25f, 0.75f], Run<float>(graph, "probabilities", values).Select(p => MathF.Round(p, 6)));
    }

    [Fact]
    public void Days_are_whole_numbers_until_they_are_cast()
    {
        var graph = new GraphBuilder("days");
        var days = graph.Input("day", DataType.Int64, -1, 1);
        var missing = graph.Equal(days, graph.Constant("missing", [long.MinValue]));
        graph.Output("value", graph.Where(missing, graph.Constant("nan", [float.NaN]), graph.Cast(days, DataType.Float)), DataType.Float, -1, 1);

        var answer = Run<float>(graph, "value", NamedOnnxValue.CreateFromTensor("day", new DenseTensor<long>(new[] { 19_800L, long.MinValue, -1L }, [3, 1])));

        Assert.Equal([19_800, float.NaN, -1], answer);
    }

    [Fact]
    public void Columns_may_be_called_anything_the_graph_uses_itself()
    {
        var graph = new GraphBuilder("names");
        string[] names = ["Add#0", "bias#3", "Add", "a b/c\n\"d\""];
        var sum = names.Select(name => graph.Input(name, DataType.Float, -1, 1)).Aggregate(graph.Add);
        graph.Output("sum", graph.Add(sum, graph.Constant("bias", [0.5f])), DataType.Float, -1, 1);

        var answer = Run<float>(graph, "sum", [.. names.Select(name => Column(name, [1, 2]))]);

        Assert.Equal([4.5f, 8.5f], answer);
    }

    [Fact]
    public void Two_values_of_one_name_are_refused()
    {
        var graph = new GraphBuilder("twice");
        var column = graph.Input("value", DataType.Float, -1, 1);

        var refused = Assert.Throws<ArgumentException>(() => graph.Output("value", column, DataType.Float, -1, 1));

        Assert.Equal("The graph already has a value called \"value\". (Parameter 'name')", refused.Message);
    }

    [Fact]
    public void The_file_says_which_operators_it_needs()
    {
        var graph = new GraphBuilder("empty");
        graph.Output("y", graph.Input("x", DataType.Float, -1, 1), DataType.Float, -1, 1);

        var model = graph.Build("1.2.3");

        Assert.Equal(("MaaS", "1.2.3", 10L), (model.ProducerName, model.ProducerVersion, model.IrVersion));
        Assert.Equal([("", 21L), ("ai.onnx.ml", 4L)], model.OpsetImport.Select(set => (set.Domain, set.Version)));
        Assert.Equal(["rows"], model.Graph.Input.Select(input => input.Type.TensorType.Shape.Dim[0].DimParam));
    }

    /// <summary>One column (N, 1) in, whatever <paramref name="body"/> makes of it out, flattened.</summary>
    private static float[] Numbers(float[] column, Func<GraphBuilder, Value, Value> body)
    {
        var graph = new GraphBuilder("numbers");
        graph.Output("y", body(graph, graph.Input("x", DataType.Float, -1, 1)), DataType.Float, -1, 1);
        return Run<float>(graph, "y", Column("x", column));
    }

    private static NamedOnnxValue Column(string name, float[] values) =>
        NamedOnnxValue.CreateFromTensor(name, new DenseTensor<float>(values, [values.Length, 1]));

    private static T[] Run<T>(GraphBuilder graph, string output, params NamedOnnxValue[] inputs)
    {
        using var session = new InferenceSession(graph.Build("0.0.0").ToByteArray());
        using var answers = session.Run(inputs, [output]);
        return [.. answers.Single().AsEnumerable<T>()];
    }
}
