// Hidden layers over embeddings of numbers and categories; alone, or as an ensemble whose members share the hidden layers.
// K members, B rows, D width of all embeddings, H of the last hidden layer, O outputs.
using MaaS.Contracts.Training;
using MaaS.Engine.Onnx;
using TorchSharp.Modules;
using static TorchSharp.torch;

namespace MaaS.Engine.Tasks.Tabular;

internal sealed class DeepModel : Network
{
    private readonly NumberEncoding numbers;
    private readonly PairEncoding? pairs;
    private readonly Hidden hidden;
    private readonly Parameter? scale_KD;
    private readonly Parameter head_KHO;
    private readonly Parameter bias_K1O;

    /// <param name="spec">Every value filled in.</param>
    public DeepModel(Encoder encoder, int outputs, DeepNetwork spec) : base(encoder, EmbeddingSize)
    {
        Members = spec.Ensemble;
        numbers = new NumberEncoding(encoder.Numbers, spec.Numbers);
        pairs = spec.Pairs && encoder.Pairs.Count > 0 ? new PairEncoding(encoder.Pairs) : null;
        int[] widths = [.. numbers.Widths, .. pairs?.Widths ?? [], .. encoder.Numbers.Select(_ => 1), .. encoder.Categories.Select(feature => EmbeddingSize(feature.Slots))];
        hidden = spec switch
        {
            ResidualNetwork residual => new ResidualHidden(widths.Sum(), residual),
            MlpNetwork mlp => new MlpHidden(widths.Sum(), mlp),
            _ => throw new ArgumentOutOfRangeException(nameof(spec), spec, null),
        };
        // Members begin apart: each weighs every column by a random factor.
        if (Members > 1)
            scale_KD = nn.Parameter(randn(Members, widths.Length).repeat_interleave(tensor(Array.ConvertAll(widths, width => (long)width)), 1));
        var bound = 1 / Math.Sqrt(hidden.Width);
        head_KHO = nn.Parameter(empty(Members, hidden.Width, outputs).uniform_(-bound, bound));
        bias_K1O = nn.Parameter(empty(Members, 1, outputs).uniform_(-bound, bound));
        RegisterComponents();
    }

    public override int Members { get; }

    protected override Tensor Answer(Tensor z_BF, Tensor missing_BF, Tensor[] embedded)
    {
        var x_1BD = cat([numbers.call(z_BF), .. pairs is null ? [] : new[] { pairs.call(z_BF) }, missing_BF, .. embedded], 1).unsqueeze(0);
        var h_KBH = hidden.call(scale_KD is null ? x_1BD : x_1BD * scale_KD.unsqueeze(1));
        return h_KBH.matmul(head_KHO) + bias_K1O;
    }

    protected override Value Write(GraphBuilder graph, Value? z_NF, Value? missing_NF, Value[] embedded)
    {
        var x = graph.Concat(
            z_NF is { } z && missing_NF is { } missing
                ? [numbers.Write(graph, z), .. pairs is null ? [] : new[] { pairs.Write(graph, z) }, missing, .. embedded]
                : embedded,
            1);
        if (scale_KD is null)
            return graph.Linear(hidden.Write(graph, x), graph.Weight(head_KHO[0].t()), graph.Weight(bias_K1O.flatten()));

        var width = scale_KD.shape[1];
        x = graph.Mul(graph.Reshape(x, 1, -1, width), graph.Weight(scale_KD.unsqueeze(1)));
        var h = graph.Reshape(hidden.Write(graph, graph.Reshape(x, -1, width)), Members, -1, hidden.Width);
        return graph.Add(graph.MatMul(h, graph.Weight(head_KHO)), graph.Weight(bias_K1O));
    }

    /// <summary>1.6 n^0.56, at most 32: a rule of thumb of fast.ai's for embeddings of n categories.</summary>
    private static int EmbeddingSize(int slots) => Math.Min(32, (int)Math.Round(1.6 * Math.Pow(slots, 0.56)));
}
