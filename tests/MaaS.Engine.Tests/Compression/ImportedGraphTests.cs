// Graphs as other exporters write them: older operator sets, constants as nodes or in other fields, a product and its bias as two nodes,
// groups of channels, limits that are no rectifiers.
using System.Runtime.InteropServices;
using Google.Protobuf;
using MaaS.Contracts.Compression;
using MaaS.Engine.Compression;
using MaaS.Engine.Compression.Quantization;
using MaaS.Engine.Onnx;
using Xunit;
using static MaaS.Engine.Onnx.TensorProto.Types;

namespace MaaS.Engine.Tests.Compression;

public sealed class ImportedGraphTests : IDisposable
{
    private const int Rows = 32;

    private readonly Graphs _graphs = new();
    private readonly Random _random = new(3);
    private readonly Progress<Report> _silent = new();

    public void Dispose() => _graphs.Dispose();

    [Fact]
    public void A_product_whose_bias_is_added_behind_it_runs_on_integers()
    {
        var graph = new GraphBuilder("torch");
        var x = graph.Input("x", DataType.Float, -1, 40);
        var hidden = graph.Relu(graph.Add(graph.MatMul(x, Drawn(graph, 40, 64)), Drawn(graph, 64)));
        graph.Output("y", graph.Add(Drawn(graph, 8), graph.MatMul(hidden, Drawn(graph, 64, 8))), DataType.Float, -1, 8);
        Holds(Old(graph.Build("1"), 13), new CalibrationRows([Floats(Rows * 40)], Rows), 2);
    }

    [Fact]
    public void Constants_may_be_nodes_and_their_numbers_in_the_other_field()
    {
        var graph = new GraphBuilder("keras");
        var x = graph.Input("x", DataType.Float, -1, 40);
        graph.Output("y", graph.Linear(x, Drawn(graph, 8, 40), Drawn(graph, 8)), DataType.Float, -1, 8);
        var model = Old(graph.Build("1"), 13);
        foreach (var tensor in model.Graph.Initializer.ToArray())
        {
            tensor.FloatData.AddRange(MemoryMarshal.Cast<byte, float>(tensor.RawData.Span).ToArray());
            tensor.RawData = ByteString.Empty;
            model.Graph.Initializer.Remove(tensor);
            model.Graph.Node.Insert(0, new NodeProto
            {
                OpType = "Constant",
                Output = { tensor.Name },
                Attribute = { new AttributeProto { Name = "value", T = tensor, Type = AttributeProto.Types.AttributeType.Tensor } },
            });
        }
        Holds(model, new CalibrationRows([Floats(Rows * 40)], Rows), 1);
    }

    [Fact]
    public void Groups_strides_and_limits_of_a_mobile_network_are_kept()
    {
        var graph = new GraphBuilder("mobile");
        var x = graph.Input("x", DataType.Float, -1, 3, 16, 16);
        Value Conv(Value input, string bias, long[] weights, long group, long stride) => graph.Clip(
            graph.Node("Conv", [input, Drawn(graph, weights), .. bias == "" ? Array.Empty<Value>() : [Drawn(graph, weights[0])]],
            [GraphBuilder.Attribute("group", group), Tensors.Attribute("strides", stride, stride), Tensors.Attribute("pads", weights[2] / 2, weights[2] / 2, weights[2] / 2, weights[2] / 2)]),
            graph.Constant("low", [0f]), graph.Constant("high", [6f]));
        var y = Conv(Conv(Conv(x, "", [16, 3, 3, 3], 1, 2), "bias", [16, 1, 3, 3], 16, 1), "bias", [80, 16, 1, 1], 1, 1);
        graph.Output("y", graph.GlobalAveragePool(y), DataType.Float, -1, 80, 1, 1);
        Holds(graph.Build("1"), new CalibrationRows([Floats(Rows * 3 * 256)], Rows), 3);
    }

    [Fact]
    public void A_bias_far_larger_than_its_products_still_fits_its_integers()
    {
        var graph = new GraphBuilder("biased");
        var weights = Array.ConvertAll(Floats(40 * 8), weight => weight * 1e-7f);
        graph.Output("y", graph.Linear(graph.Input("x", DataType.Float, -1, 40), graph.Constant("w", weights, 8, 40), graph.Constant("b", [100f, -2e5f, 3, 4, 5, 6, 7, 8], 8)), DataType.Float, -1, 8);
        var (model, rows) = (graph.Build("1"), new CalibrationRows([Floats(Rows * 40)], Rows));
        Assert.InRange(Graphs.Off(Graphs.Answers(Quantizer.Apply(new StaticQuantization(), model, rows, _silent), rows), Graphs.Answers(model, rows)), 0, 1e-4);
    }

    [Fact]
    public void An_operator_set_without_the_nodes_that_are_needed_is_refused()
    {
        var graph = new GraphBuilder("old");
        graph.Output("y", graph.MatMul(graph.Input("x", DataType.Float, -1, 40), Drawn(graph, 40, 8)), DataType.Float, -1, 8);
        var (model, rows) = (Old(graph.Build("1"), 10), new CalibrationRows([Floats(40)], 1));
        Assert.Equal(
            "The graph uses operator set 10; this step needs 13 or later. Export it again with a higher opset_version.",
            Assert.Throws<UserError>(() => Quantizer.Apply(new StaticQuantization(), model, rows, _silent)).Message);
    }

    private void Holds(ModelProto model, CalibrationRows rows, int products)
    {
        var exact = Graphs.Answers(model, rows);
        foreach (var step in new CompressionStep[] { new StaticQuantization(ReduceRange: true), new StaticQuantization(CalibrationMethod.Entropy, ReduceRange: true), new DynamicQuantization(ReduceRange: true), new WeightQuantization(8), new HalfPrecision() })
            Assert.True(Graphs.Off(Graphs.Answers(Quantizer.Apply(step, model, rows, _silent), rows), exact) < 0.1, $"{step}");
        Assert.Equal(new KernelCount(products, products), IntegerKernels.Of(_graphs.Saved(Quantizer.Apply(new StaticQuantization(), model, rows, _silent)), rows));
    }

    private float[] Floats(int count) => [.. Enumerable.Range(0, count).Select(_ => (float)(_random.NextDouble() - 0.4))];

    private Value Drawn(GraphBuilder graph, params long[] shape) => graph.Constant("weight", Floats((int)shape.Aggregate(1L, (product, size) => product * size)), shape);

    private static ModelProto Old(ModelProto model, long opset)
    {
        model.OpsetImport[0].Version = opset;
        model.IrVersion = 7;
        return model;
    }
}
