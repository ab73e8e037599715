// The networks for tables. Raw numbers with NaN go in, logits (or a standardized value) come out: imputation, scaling and bins are
// part of the network. Beside each forward stands Write, which says the same to the exported graph.
// K members, B rows, F numbers, C categories, O outputs.
using MaaS.Contracts.Training;
using MaaS.Engine.Onnx;
using TorchSharp.Modules;
using static MaaS.Engine.Onnx.TensorProto.Types;
using static TorchSharp.torch;

namespace MaaS.Engine.Tasks.Tabular;

internal abstract class Network : nn.Module<Tensor, Tensor, Tensor>
{
    // Fields become registered buffers and modules, so they move with the device and have names in the weights file.
    protected readonly Tensor median_F;
    protected readonly Tensor mean_F;
    protected readonly Tensor scale_F;
    protected readonly ModuleList<Embedding> embeddings;

    /// <param name="width">Of a category's embedding, from the rows of its table.</param>
    protected Network(Encoder encoder, Func<int, int> width) : base(nameof(Network))
    {
        median_F = tensor(encoder.Numbers.Select(feature => feature.Median).ToArray());
        mean_F = tensor(encoder.Numbers.Select(feature => feature.Mean).ToArray());
        scale_F = tensor(encoder.Numbers.Select(feature => feature.StandardDeviation).ToArray());
        embeddings = nn.ModuleList([.. encoder.Categories.Select(feature => nn.Embedding(feature.Slots, width(feature.Slots)))]);
    }

    /// <param name="spec">Every value filled in.</param>
    public static Network For(Encoder encoder, int outputs, TabularNetwork spec) => spec switch
    {
        DeepNetwork deep => new DeepModel(encoder, outputs, deep),
        _ => new LinearModel(encoder, outputs),
    };

    /// <summary>Networks whose answers are averaged.</summary>
    public virtual int Members => 1;

    /// <param name="numbers_BF">float32, NaN for missing.</param>
    /// <param name="categories_BC">int64 indices of the encoder.</param>
    /// <returns>(K, B, O)</returns>
    public override Tensor forward(Tensor numbers_BF, Tensor categories_BC)
    {
        var missing_BF = numbers_BF.isnan();
        var z_BF = (where(missing_BF, median_F, numbers_BF) - mean_F) / scale_F;
        return Answer(z_BF, missing_BF.to_type(ScalarType.Float32), [.. embeddings.Select((embedding, c) => embedding.call(categories_BC.select(1, c)))]);
    }

    /// <param name="x_NF">Null where the table has no numbers.</param>
    /// <param name="slots_N">Indices of each category.</param>
    /// <returns>(N, O) of one member, (K, N, O) of several.</returns>
    public Value Write(GraphBuilder graph, Value? x_NF, IEnumerable<Value> slots_N)
    {
        var embedded = slots_N.Select((slots, c) => graph.Gather(graph.Weight(embeddings[c].weight!), slots)).ToArray();
        if (x_NF is not { } x)
            return Write(graph, null, null, embedded);
        var missing = graph.IsNaN(x);
        var z = graph.Div(graph.Sub(graph.Where(missing, graph.Weight(median_F), x), graph.Weight(mean_F)), graph.Weight(scale_F));
        return Write(graph, z, graph.Cast(missing, DataType.Float), embedded);
    }

    /// <param name="z_BF">Standardized, the median where it was missing.</param>
    /// <param name="missing_BF">1 where it was.</param>
    protected abstract Tensor Answer(Tensor z_BF, Tensor missing_BF, Tensor[] embedded);

    protected abstract Value Write(GraphBuilder graph, Value? z_NF, Value? missing_NF, Value[] embedded);
}
