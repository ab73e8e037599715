// NeuMF (He et al. 2017, arXiv:1708.05031): a weighted product of factors beside a small network over other factors, added up.
// The network's first layer is split into the user's and the item's part, so that all items are scored without (B, I, 2F) numbers.
using MaaS.Engine.Onnx;
using TorchSharp.Modules;
using static TorchSharp.torch;

namespace MaaS.Engine.Tasks.Recommendation;

internal sealed class NeuralFactorizationNetwork : Recommender
{
    private readonly Parameter product_user;
    private readonly Parameter product_item;
    private readonly Parameter product_weight;
    private readonly Parameter layer_user;
    private readonly Parameter layer_item;
    private readonly Parameter layer_user_weight;
    private readonly Parameter layer_item_weight;
    private readonly Parameter layer_bias;
    private readonly Parameter second_weight;
    private readonly Parameter second_bias;
    private readonly Parameter last_weight;
    private readonly Parameter item_bias;

    public NeuralFactorizationNetwork(int users, int items, int factors) : base(nameof(NeuralFactorizationNetwork), users, items)
    {
        var half = Math.Max(1, factors / 2);
        product_user = Known(users, factors);
        product_item = Normal(0.1, items, factors);
        product_weight = nn.Parameter(ones(factors, 1));
        layer_user = Known(users, factors);
        layer_item = Normal(0.1, items, factors);
        layer_user_weight = Normal(1 / Math.Sqrt(factors), factors, factors);
        layer_item_weight = Normal(1 / Math.Sqrt(factors), factors, factors);
        layer_bias = nn.Parameter(zeros(factors));
        second_weight = Normal(1 / Math.Sqrt(factors), factors, half);
        second_bias = nn.Parameter(zeros(half));
        last_weight = Normal(1 / Math.Sqrt(half), half, 1);
        item_bias = nn.Parameter(zeros(items));
        RegisterComponents();
    }

    public override bool NeedsUser => true;

    public override int History => 0;

    /// <summary>Logits (B).</summary>
    public Tensor Pairs(Tensor users_B, Tensor items_B)
    {
        var product_B1 = (product_user.index_select(0, users_B) * product_item.index_select(0, items_B)).matmul(product_weight);
        var hidden_BF = layer_user.index_select(0, users_B).matmul(layer_user_weight) + layer_item.index_select(0, items_B).matmul(layer_item_weight) + layer_bias;
        return (product_B1 + Tower(hidden_BF)).squeeze(1) + item_bias.index_select(0, items_B);
    }

    public override Tensor Scores(Tensor users_B, Tensor seen_BS)
    {
        var items_IF = layer_item.matmul(layer_item_weight) + layer_bias;
        var product_BI = (product_user.index_select(0, users_B) * product_weight.t()).matmul(product_item.t()) + item_bias;
        // One user at a time: (I, F) numbers instead of (B, I, F).
        var users_BF = layer_user.index_select(0, users_B).matmul(layer_user_weight);
        for (var row = 0; row < users_B.shape[0]; row++)
        {
            using var scope = NewDisposeScope();
            product_BI[row].add_(Tower(items_IF + users_BF[row]).squeeze(1));
        }
        return product_BI;
    }

    public override Value Scores(GraphBuilder graph, Value? user_1, Value seen_S)
    {
        using var scope = NewDisposeScope();
        using var quiet = no_grad();
        var product_1F = graph.Gather(Weight(graph, nameof(product_user), product_user * product_weight.t()), user_1!.Value);
        var product_I = graph.Reshape(graph.MatMul(product_1F, Weight(graph, nameof(product_item), product_item.t())), -1);
        var user_1F = graph.Gather(Weight(graph, nameof(layer_user), layer_user.matmul(layer_user_weight)), user_1.Value);
        var hidden_IF = graph.Relu(graph.Add(Weight(graph, nameof(layer_item), layer_item.matmul(layer_item_weight) + layer_bias), user_1F));
        var second_IH = graph.Relu(graph.Add(graph.MatMul(hidden_IF, Weight(graph, nameof(second_weight), second_weight)), Weight(graph, nameof(second_bias), second_bias)));
        var tower_I = graph.Reshape(graph.MatMul(second_IH, Weight(graph, nameof(last_weight), last_weight)), -1);
        return graph.Add(graph.Add(product_I, tower_I), Weight(graph, nameof(item_bias), item_bias));
    }

    /// <summary>From the first layer's sums (N, F) to (N, 1).</summary>
    private Tensor Tower(Tensor sums_NF) => (sums_NF.relu().matmul(second_weight) + second_bias).relu().matmul(last_weight);

    /// <summary>A row for each user and one of zeros for an unknown one.</summary>
    private static Parameter Known(int users, int factors)
    {
        using var quiet = no_grad();
        return nn.Parameter(cat([randn(users, factors) * 0.1, zeros(1, factors)]));
    }

    private static Parameter Normal(double deviation, params long[] shape) => nn.Parameter(randn(shape) * deviation);
}
