// What every recommender is: scores of all items for a user, or for what somebody has seen, as tensors and as nodes of a graph.
// B users or histories, S items seen, I items, U users, F factors. The number I, one past the last, stands for an unknown item,
// the number U for an unknown user.
using MaaS.Engine.Onnx;
using MaaS.Engine.Training;
using static TorchSharp.torch;

namespace MaaS.Engine.Tasks.Recommendation;

internal abstract class Recommender(string name, int users, int items) : nn.Module(name)
{
    public int Users { get; } = users;

    public int Items { get; } = items;

    /// <summary>Whether it scores by who asks; if not, by what was seen.</summary>
    public abstract bool NeedsUser { get; }

    /// <summary>How many of the last seen items it looks at; 0 when it does not.</summary>
    public abstract int History { get; }

    /// <param name="users_B">int64; null when it does not need them.</param>
    /// <param name="seen_BS">The last items seen, int64, filled up with I; null when it does not look at them.</param>
    /// <returns>(B, I); minus infinity for an item it never recommends.</returns>
    public abstract Tensor Scores(Tensor users_B, Tensor seen_BS);

    /// <summary>The same as nodes, for one.</summary>
    /// <param name="user_1">The user's number, where it needs one.</param>
    /// <param name="seen_S">Numbers of all seen items.</param>
    /// <returns>(I)</returns>
    public abstract Value Scores(GraphBuilder graph, Value? user_1, Value seen_S);

    /// <summary>Rows of (B, S): the last items of each history, filled up with I.</summary>
    public Tensor Recent(IReadOnlyList<ArraySegment<int>> histories, Device device)
    {
        var length = Math.Clamp(histories.Max(history => history.Count), 1, Math.Max(1, History));
        var recent = new long[histories.Count * length];
        Array.Fill(recent, Items);
        for (var row = 0; row < histories.Count; row++)
        {
            var last = histories[row].Slice(Math.Max(0, histories[row].Count - length));
            for (var place = 0; place < last.Count; place++)
                recent[row * length + place] = last[place];
        }
        return tensor(recent, [histories.Count, length]).Sent(device);
    }

    internal static Value Weight(GraphBuilder graph, string name, Tensor values)
    {
        using var quiet = no_grad();
        return graph.Constant(name, values.cpu().contiguous().data<float>().ToArray(), values.shape);
    }
}
