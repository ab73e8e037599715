// score = mean + bias of the user + bias of the item + product of their factors (Koren et al. 2009). For ratings the biases are
// solved, see Biases; for ranking (BPR) the items' are learned with the factors and the users' stay 0.
using MaaS.Engine.Onnx;
using TorchSharp.Modules;
using static TorchSharp.torch;

namespace MaaS.Engine.Tasks.Recommendation;

internal sealed class Factorization : Recommender
{
    private readonly Parameter user_factors;
    private readonly Parameter item_factors;
    private readonly Tensor user_bias;
    private readonly Tensor item_bias;
    private readonly Tensor mean;

    /// <param name="range">Of the ratings: no prediction leaves it. Null when there are none, and the items' biases are learned.</param>
    public Factorization(int users, int items, int factors, (float Low, float High)? range) : base(nameof(Factorization), users, items)
    {
        Range = range;
        user_factors = nn.Parameter(randn(users + 1, factors) * 0.1);
        item_factors = nn.Parameter(randn(items, factors) * 0.1);
        using (no_grad())
            user_factors[users].zero_();
        user_bias = zeros(users + 1);
        item_bias = range is null ? nn.Parameter(zeros(items)) : zeros(items);
        mean = zeros(1);
        register_parameter(nameof(user_factors), user_factors);
        register_parameter(nameof(item_factors), item_factors);
        register_buffer(nameof(user_bias), user_bias);
        register_buffer(nameof(mean), mean);
        if (item_bias is Parameter learned)
            register_parameter(nameof(item_bias), learned);
        else
            register_buffer(nameof(item_bias), item_bias);
    }

    public (float Low, float High)? Range { get; }

    public override bool NeedsUser => true;

    public override int History => 0;

    public int Factors => (int)item_factors.shape[1];

    public void Take(Biases biases)
    {
        using var quiet = no_grad();
        mean.fill_(biases.Mean);
        user_bias.slice(0, 0, Users, 1).copy_(tensor(biases.User));
        item_bias.copy_(tensor(biases.Item));
    }

    /// <summary>Solves the biases for what the factors leave of these ratings.</summary>
    public void Solve(Events events, int[] rows, double regularization)
    {
        using var quiet = no_grad();
        using var scope = NewDisposeScope();
        Tensor Numbers(int[] of) => tensor(Array.ConvertAll(rows, row => (long)of[row]), device: mean.device);
        var explained = Products(Numbers(events.User), Numbers(events.Item)).Products_B.cpu().data<float>().ToArray();
        Take(Biases.Solve(events, rows, regularization, explained));
    }

    /// <summary>Leaves the biases alone.</summary>
    public void Forget()
    {
        using var quiet = no_grad();
        user_factors.zero_();
        item_factors.zero_();
    }

    /// <summary>Products of the factors alone, (B), and the squares of their lengths, (B).</summary>
    public (Tensor Products_B, Tensor Squares_B) Products(Tensor users_B, Tensor items_B)
    {
        var (user_BF, item_BF) = (user_factors.index_select(0, users_B), item_factors.index_select(0, items_B));
        return ((user_BF * item_BF).sum(1), (user_BF * user_BF + item_BF * item_BF).sum(1));
    }

    /// <summary>(B), without a limit.</summary>
    public Tensor Pairs(Tensor users_B, Tensor items_B) =>
        Products(users_B, items_B).Products_B + user_bias.index_select(0, users_B) + item_bias.index_select(0, items_B) + mean;

    public Tensor Limited(Tensor scores) => Range is var (low, high) ? scores.clamp(low, high) : scores;

    public override Tensor Scores(Tensor users_B, Tensor seen_BS) => Limited(
        user_factors.index_select(0, users_B).matmul(item_factors.t()) + user_bias.index_select(0, users_B).unsqueeze(1) + item_bias + mean);

    public override Value Scores(GraphBuilder graph, Value? user_1, Value seen_S)
    {
        var bias_1 = graph.Gather(Weight(graph, "user_bias", user_bias + mean), user_1!.Value);
        var scores_I = graph.Add(Weight(graph, "item_bias", item_bias), bias_1);
        if (Factors > 0)
        {
            var user_1F = graph.Gather(Weight(graph, "user_factors", user_factors), user_1.Value);
            scores_I = graph.Add(graph.Reshape(graph.MatMul(user_1F, Weight(graph, "item_factors", item_factors.t())), -1), scores_I);
        }
        return Range is var (low, high) ? graph.Clip(scores_I, graph.Constant("low", [low]), graph.Constant("high", [high])) : scores_I;
    }
}
