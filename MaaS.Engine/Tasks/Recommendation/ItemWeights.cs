// EASE (Steck 2019, arXiv:1905.03375): how much each seen item speaks for each other one, solved in one step.
// B = -P / diag(P) with P = (X'X + lambda 1)^-1 and a diagonal of zeros; scores are the sums over what was seen.
using MaaS.Engine.Onnx;
using static TorchSharp.torch;

namespace MaaS.Engine.Tasks.Recommendation;

internal sealed class ItemWeights : Recommender
{
    /// <summary>Of the most frequent items, which alone are weighed: 4,096 x 4,096 numbers are 64 MB, twice as many four times that.</summary>
    public const int MostItems = 4096;

    private readonly Tensor weights;
    private readonly int _weighed;

    public ItemWeights(Events events) : base(nameof(ItemWeights), events.Users.Count, events.Items.Count)
    {
        _weighed = Math.Min(MostItems, Items);
        weights = zeros(_weighed, _weighed);
        register_buffer(nameof(weights), weights);
    }

    public override bool NeedsUser => false;

    public override int History => int.MaxValue;

    public void Solve(int[][] histories, double regularization)
    {
        using var quiet = no_grad();
        using var scope = NewDisposeScope();
        var together = new float[(long)_weighed * _weighed];
        foreach (var history in histories)
        {
            var items = Array.FindAll(history, item => item < _weighed);
            foreach (var one in items)
                foreach (var other in items)
                    together[one * _weighed + other]++;
        }
        var inverse = linalg.inv(tensor(together, [_weighed, _weighed], device: weights.device) + regularization * eye(_weighed, device: weights.device));
        weights.copy_(-inverse / inverse.diagonal());
        weights.diagonal().zero_();
    }

    public override Tensor Scores(Tensor users_B, Tensor seen_BS)
    {
        var known_BS = seen_BS.clamp_max(_weighed);
        var seen_BK = zeros(seen_BS.shape[0], _weighed + 1, device: seen_BS.device).scatter_(1, known_BS, ones(known_BS.shape, device: seen_BS.device)).slice(1, 0, _weighed, 1);
        var scores_BK = seen_BK.matmul(weights);
        return cat([scores_BK, full([seen_BS.shape[0], Items - _weighed], float.NegativeInfinity, device: seen_BS.device)], 1);
    }

    public override Value Scores(GraphBuilder graph, Value? user_1, Value seen_S)
    {
        var ones_S = graph.Expand(graph.Constant("one", [1f]), graph.Shape(seen_S));
        var seen_I = graph.Scatter(graph.Constant("none", new float[Items + 1], Items + 1), seen_S, ones_S);
        var seen_1K = graph.Reshape(graph.Slice(seen_I, 0, _weighed, axis: 0), 1, _weighed);
        var scores_K = graph.Reshape(graph.MatMul(seen_1K, Weight(graph, nameof(weights), weights)), -1);
        var never = new float[Items - _weighed];
        Array.Fill(never, float.NegativeInfinity);
        return never.Length == 0 ? scores_K : graph.Concat([scores_K, graph.Constant("never", never, never.Length)], 0);
    }
}
