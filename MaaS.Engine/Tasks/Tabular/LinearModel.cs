// Linear or logistic regression: a weight for every number, for its being missing, and for every category.
using MaaS.Engine.Onnx;
using TorchSharp.Modules;
using static TorchSharp.torch;

namespace MaaS.Engine.Tasks.Tabular;

internal sealed class LinearModel : Network
{
    private readonly Linear linear;

    public LinearModel(Encoder encoder, int outputs) : base(encoder, _ => outputs)
    {
        // A category's embedding is its weight for each output, which is one-hot regression; it starts at nothing.
        foreach (var embedding in embeddings)
            nn.init.zeros_(embedding.weight!);
        // libtorch cannot begin a layer without inputs; without numbers its bias alone is used.
        linear = nn.Linear(Math.Max(1, encoder.Numbers.Length * 2), outputs);
        RegisterComponents();
    }

    protected override Tensor Answer(Tensor z_BF, Tensor missing_BF, Tensor[] embedded) =>
        embedded.Aggregate(z_BF.shape[1] == 0 ? linear.bias! : linear.call(cat([z_BF, missing_BF], 1)), (sum, weight) => sum + weight).unsqueeze(0);

    protected override Value Write(GraphBuilder graph, Value? z_NF, Value? missing_NF, Value[] embedded) => embedded.Aggregate(
        z_NF is { } z && missing_NF is { } missing
            ? graph.Linear(graph.Concat([z, missing], 1), graph.Weight(linear.weight!), graph.Weight(linear.bias!))
            : graph.Weight(linear.bias!),
        graph.Add);
}
