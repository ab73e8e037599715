// What two numbers say together and neither says alone, such as a place on a map: sines and cosines along random directions of each
// chosen pair of number columns (Rahimi and Recht 2007), through a linear layer of the pair's own and a rectifier.
// B rows, F numbers, P pairs, W waves of each, E width of an embedding.
using MaaS.Engine.Onnx;
using TorchSharp.Modules;
using static TorchSharp.torch;

namespace MaaS.Engine.Tasks.Tabular;

internal sealed class PairEncoding : nn.Module<Tensor, Tensor>
{
    private const int EmbeddingWidth = 32;
    private const int Waves = 64;

    /// <summary>Waves per standard deviation, longest and shortest: the whole of a map, and its quarters of a town.</summary>
    private const double Slowest = 0.1, Fastest = 10;

    /// <summary>Farther from the mean, in standard deviations, nothing more is told apart.</summary>
    private const float Farthest = 10;

    private readonly Tensor first_P;
    private readonly Tensor second_P;
    private readonly Parameter first_PW;
    private readonly Parameter second_PW;
    private readonly Parameter weight_PWE;
    private readonly Parameter bias_P1E;

    /// <param name="pairs">P, at least one.</param>
    public PairEncoding(IReadOnlyList<ColumnPair> pairs) : base(nameof(PairEncoding))
    {
        Pairs = pairs.Count;
        (first_P, second_P) = (tensor(pairs.Select(pair => (long)pair.First).ToArray()), tensor(pairs.Select(pair => (long)pair.Second).ToArray()));
        var angle_PW = rand(Pairs, Waves) * (2 * Math.PI);
        var speed_W = linspace(Math.Log(Slowest), Math.Log(Fastest), Waves).exp() * (2 * Math.PI);
        first_PW = nn.Parameter(angle_PW.cos() * speed_W);
        second_PW = nn.Parameter(angle_PW.sin() * speed_W);
        var bound = 1 / Math.Sqrt(2 * Waves);
        weight_PWE = nn.Parameter(empty(Pairs, 2 * Waves, EmbeddingWidth).uniform_(-bound, bound));
        bias_P1E = nn.Parameter(empty(Pairs, 1, EmbeddingWidth).uniform_(-bound, bound));
        RegisterComponents();
    }

    public int Pairs { get; }

    /// <summary>Of each pair's part in the result.</summary>
    public int[] Widths => [.. Enumerable.Repeat(EmbeddingWidth, Pairs)];

    /// <param name="z_BF">Standardized.</param>
    /// <returns>(B, P E)</returns>
    public override Tensor forward(Tensor z_BF)
    {
        var z_FB1 = z_BF.clamp(-Farthest, Farthest).t().unsqueeze(2);
        var angle_PBW = z_FB1.index_select(0, first_P) * first_PW.unsqueeze(1) + z_FB1.index_select(0, second_P) * second_PW.unsqueeze(1);
        var waves_PBW = cat([angle_PBW.sin(), angle_PBW.cos()], 2);
        return (waves_PBW.matmul(weight_PWE) + bias_P1E).relu_().transpose(0, 1).flatten(1);
    }

    public Value Write(GraphBuilder graph, Value z_NF)
    {
        var z = graph.Transpose(graph.Clip(z_NF, graph.Constant("low", [-Farthest]), graph.Constant("high", [Farthest])), 1, 0);
        Value Along(Tensor columns_P, Tensor speed_PW) => graph.Mul(
            graph.Reshape(graph.Gather(z, graph.Constant("columns", columns_P.cpu().data<long>().ToArray(), Pairs)), Pairs, -1, 1),
            graph.Weight(speed_PW.unsqueeze(1)));
        var angle = graph.Add(Along(first_P, first_PW), Along(second_P, second_PW));
        var waves = graph.Concat([graph.Sin(angle), graph.Cos(angle)], 2);
        var embedded = graph.Relu(graph.Add(graph.MatMul(waves, graph.Weight(weight_PWE)), graph.Weight(bias_P1E)));
        return graph.Reshape(graph.Transpose(embedded, 1, 0, 2), -1, Pairs * EmbeddingWidth);
    }
}
