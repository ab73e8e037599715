// What stands for the numbers of a row (Gorishniy et al. 2022, arXiv:2203.05556): each column's bins, or its sines and cosines, through
// a linear layer of that column's own and a rectifier.
// B rows, F numbers, T bins or waves of each, E width of an embedding.
using MaaS.Contracts.Training;
using MaaS.Engine.Onnx;
using TorchSharp.Modules;
using static TorchSharp.torch;

namespace MaaS.Engine.Tasks.Tabular;

internal sealed class NumberEncoding : nn.Module<Tensor, Tensor>
{
    public const int EmbeddingWidth = 16;
    private const int Frequencies = 24;

    /// <summary>Of the first frequencies, in waves per standard deviation.</summary>
    private const double FrequencySpread = 0.5;

    /// <summary>Farther from the mean, in standard deviations, nothing more is told apart where no bin does it.</summary>
    private const float Farthest = 10;

    private readonly int _features;
    private readonly NumberEmbedding _kind;
    private readonly Tensor? lower_FT;
    private readonly Tensor? width_FT;
    private readonly Parameter? frequency_FT;
    private readonly Parameter? weight_FTE;
    private readonly Parameter? bias_F1E;

    public NumberEncoding(NumberFeature[] numbers, NumberEmbedding kind) : base(nameof(NumberEncoding))
    {
        (_features, _kind) = (numbers.Length, numbers.Length == 0 ? NumberEmbedding.None : kind);
        Widths = [.. numbers.Select(_ => _kind == NumberEmbedding.None ? 1 : EmbeddingWidth)];
        if (_kind == NumberEmbedding.PiecewiseLinear)
            (lower_FT, width_FT) = Bins(numbers);
        if (_kind == NumberEmbedding.Periodic)
            frequency_FT = nn.Parameter(randn(_features, Frequencies) * (2 * Math.PI * FrequencySpread));
        if (_kind != NumberEmbedding.None)
        {
            var inputs = lower_FT is null ? 2 * Frequencies : lower_FT.shape[1];
            var bound = 1 / Math.Sqrt(Math.Max(1, inputs));
            weight_FTE = nn.Parameter(empty(_features, inputs, EmbeddingWidth).uniform_(-bound, bound));
            bias_F1E = nn.Parameter(empty(_features, 1, EmbeddingWidth).uniform_(-bound, bound));
        }
        RegisterComponents();
    }

    /// <summary>Of each column's part in the result.</summary>
    public int[] Widths { get; }

    /// <param name="z_BF">Standardized.</param>
    /// <returns>(B, F E), or (B, F) without an embedding.</returns>
    public override Tensor forward(Tensor z_BF)
    {
        if (_kind == NumberEmbedding.None)
            return z_BF.clamp(-Farthest, Farthest);
        Tensor x_BFT;
        if (_kind == NumberEmbedding.PiecewiseLinear)
        {
            // Clipped at both ends: an outlier is "the last bin, full".
            x_BFT = ((z_BF.unsqueeze(2) - lower_FT!) / width_FT!).clamp(0, 1);
        }
        else
        {
            var angle_BFT = z_BF.clamp(-Farthest, Farthest).unsqueeze(2) * frequency_FT!;
            x_BFT = cat([angle_BFT.sin(), angle_BFT.cos()], 2);
        }
        return (x_BFT.transpose(0, 1).matmul(weight_FTE!) + bias_F1E!).relu_().transpose(0, 1).flatten(1);
    }

    public Value Write(GraphBuilder graph, Value z_NF)
    {
        Value Clip(Value x, float low, float high) => graph.Clip(x, graph.Constant("low", [low]), graph.Constant("high", [high]));
        if (_kind == NumberEmbedding.None)
            return Clip(z_NF, -Farthest, Farthest);
        Value x;
        if (_kind == NumberEmbedding.PiecewiseLinear)
        {
            x = Clip(graph.Div(graph.Sub(graph.Reshape(z_NF, -1, _features, 1), graph.Weight(lower_FT!)), graph.Weight(width_FT!)), 0, 1);
        }
        else
        {
            var angle = graph.Mul(graph.Reshape(Clip(z_NF, -Farthest, Farthest), -1, _features, 1), graph.Weight(frequency_FT!));
            x = graph.Concat([graph.Sin(angle), graph.Cos(angle)], 2);
        }
        var embedded = graph.Relu(graph.Add(graph.MatMul(graph.Transpose(x, 1, 0, 2), graph.Weight(weight_FTE!)), graph.Weight(bias_F1E!)));
        return graph.Reshape(graph.Transpose(embedded, 1, 0, 2), -1, (long)_features * EmbeddingWidth);
    }

    /// <summary>Lower edges and widths (F, T); a feature with fewer bins is filled up with bins no value reaches.</summary>
    private static (Tensor Lower_FT, Tensor Width_FT) Bins(NumberFeature[] numbers)
    {
        const float unreachable = 1e30f;
        var bins = numbers.Max(feature => Math.Max(1, feature.Edges.Length - 1));
        var lower = new float[numbers.Length * bins];
        var width = new float[numbers.Length * bins];
        for (var f = 0; f < numbers.Length; f++)
            for (var t = 0; t < bins; t++)
            {
                var edges = numbers[f].Edges;
                var real = t + 1 < edges.Length;
                lower[f * bins + t] = real ? edges[t] : unreachable;
                width[f * bins + t] = real ? edges[t + 1] - edges[t] : 1;
            }
        return (tensor(lower, [numbers.Length, bins]), tensor(width, [numbers.Length, bins]));
    }
}
