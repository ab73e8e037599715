// Losses over pairs of a user and an item, against items drawn from those the user has no training event with. What is drawn comes
// from seed and epoch alone and lies in the order's numbers, so a resumed training draws the same.
using MaaS.Engine.Data;
using static TorchSharp.torch;

namespace MaaS.Engine.Tasks.Recommendation;

internal abstract class PairLoss(Events events, int[] train) : IRankingLoss
{
    private const int Tries = 20;

    private readonly HashSet<long> _seen = [.. train.Select(row => Pair(events, events.User[row], events.Item[row]))];

    protected Events Events => events;

    protected int[] Train => train;

    public abstract int Rows { get; }

    public abstract long[] Order(int epoch, int seed);

    public abstract Tensor Of(Tensor rows_B);

    /// <summary>An item the user has no training event with; after some tries any.</summary>
    protected int Unseen(int user, ref SplitMix64 random)
    {
        var item = random.Below(events.Items.Count);
        for (var i = 0; i < Tries && _seen.Contains(Pair(events, user, item)); i++)
            item = random.Below(events.Items.Count);
        return item;
    }

    private static long Pair(Events events, int user, int item) => (long)user * events.Items.Count + item;
}

/// <summary>The seen item before the unseen one: -log sigmoid of their scores' difference (Rendle et al. 2009).</summary>
internal sealed class BayesianRankingLoss(Factorization network, Events events, int[] train) : PairLoss(events, train)
{
    private const double FactorPull = 0.002;

    public override int Rows => Train.Length;

    /// <summary>An event and an unseen item in one number.</summary>
    public override long[] Order(int epoch, int seed)
    {
        var random = new SplitMix64((ulong)seed << 32 | (uint)epoch);
        var order = new long[Rows];
        for (var i = 0; i < order.Length; i++)
            order[i] = (long)i * Events.Items.Count + Unseen(Events.User[Train[i]], ref random);
        random.Shuffle<long>(order);
        return order;
    }

    public override Tensor Of(Tensor rows_B)
    {
        var rows = rows_B.cpu().data<long>().ToArray();
        var events = Array.ConvertAll(rows, row => Train[row / Events.Items.Count]);
        var users_B = tensor(Array.ConvertAll(events, row => (long)Events.User[row]), device: rows_B.device);
        var seen_B = tensor(Array.ConvertAll(events, row => (long)Events.Item[row]), device: rows_B.device);
        var unseen_B = rows_B.remainder(Events.Items.Count);
        var squares_B = network.Products(users_B, seen_B).Squares_B + network.Products(users_B, unseen_B).Squares_B;
        return nn.functional.softplus(network.Pairs(users_B, unseen_B) - network.Pairs(users_B, seen_B)).mean() + FactorPull * squares_B.mean();
    }
}

/// <summary>Seen or drawn, by cross-entropy (He et al. 2017).</summary>
internal sealed class SeenOrDrawnLoss(NeuralFactorizationNetwork network, Events events, int[] train, int negatives) : PairLoss(events, train)
{
    public override int Rows => Train.Length * (1 + negatives);

    /// <summary>An event and the item to judge in one number, the number of items itself for the event's own.</summary>
    public override long[] Order(int epoch, int seed)
    {
        var random = new SplitMix64((ulong)seed << 32 | (uint)epoch);
        var order = new long[Rows];
        for (var i = 0; i < order.Length; i++)
        {
            var (row, drawn) = (i / (1 + negatives), i % (1 + negatives) > 0);
            order[i] = (long)row * (Events.Items.Count + 1) + (drawn ? Unseen(Events.User[Train[row]], ref random) : Events.Items.Count);
        }
        random.Shuffle<long>(order);
        return order;
    }

    public override Tensor Of(Tensor rows_B)
    {
        var rows = rows_B.cpu().data<long>().ToArray();
        var items = Array.ConvertAll(rows, row => row % (Events.Items.Count + 1));
        var events = Array.ConvertAll(rows, row => Train[row / (Events.Items.Count + 1)]);
        var truth_B = tensor(Array.ConvertAll(items, item => item == Events.Items.Count ? 1f : 0f), device: rows_B.device);
        var users_B = tensor(Array.ConvertAll(events, row => (long)Events.User[row]), device: rows_B.device);
        var items_B = tensor(items.Zip(events, (item, row) => item == Events.Items.Count ? Events.Item[row] : item).ToArray(), device: rows_B.device);
        return nn.functional.binary_cross_entropy_with_logits(network.Pairs(users_B, items_B), truth_B);
    }
}
