// Losses over pairs of a user and an item, against items drawn from those the user has no training event with. What is drawn comes
// from seed and epoch alone and lies in the order's numbers, so a resumed training draws the same.
using MaaS.Engine.Data;
using MaaS.Engine.Training;
using static TorchSharp.torch;

namespace MaaS.Engine.Tasks.Recommendation;

internal abstract class PairLoss(Events events, int[] train, Device device) : IRankingLoss
{
    private const int Tries = 20;

    private readonly HashSet<long> _seen = [.. train.Select(row => Pair(events, events.User[row], events.Item[row]))];

    /// <summary>Of each training event (N).</summary>
    protected Tensor Users_N { get; } = tensor(Array.ConvertAll(train, row => (long)events.User[row]), device: device);

    protected Tensor Items_N { get; } = tensor(Array.ConvertAll(train, row => (long)events.Item[row]), device: device);

    protected Events Events => events;

    protected int[] Train => train;

    public abstract int Rows { get; }

    public abstract long[] Order(int epoch, int seed);

    public abstract Tensor Of(Tensor rows_B, Lesson? lesson = null);

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
internal sealed class BayesianRankingLoss(Factorization network, Events events, int[] train, Device device) : PairLoss(events, train, device)
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

    public override Tensor Of(Tensor rows_B, Lesson? lesson = null)
    {
        var event_B = rows_B.div(Events.Items.Count, RoundingMode.floor);
        var (users_B, seen_B, unseen_B) = (Users_N.index_select(0, event_B), Items_N.index_select(0, event_B), rows_B.remainder(Events.Items.Count));
        var squares_B = network.Products(users_B, seen_B).Squares_B + network.Products(users_B, unseen_B).Squares_B;
        var (scoreSeen_B, scoreUnseen_B) = (network.Pairs(users_B, seen_B), network.Pairs(users_B, unseen_B));
        var own = nn.functional.softplus(scoreUnseen_B - scoreSeen_B).mean() + FactorPull * squares_B.mean();
        return lesson is null ? own : lesson.OfValues(cat([scoreSeen_B, scoreUnseen_B]), own, users_B.repeat(2), cat([seen_B, unseen_B]));
    }
}

/// <summary>Seen or drawn, by cross-entropy (He et al. 2017).</summary>
internal sealed class SeenOrDrawnLoss(NeuralFactorizationNetwork network, Events events, int[] train, int negatives, Device device)
    : PairLoss(events, train, device)
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

    public override Tensor Of(Tensor rows_B, Lesson? lesson = null)
    {
        var (event_B, drawn_B) = (rows_B.div(Events.Items.Count + 1, RoundingMode.floor), rows_B.remainder(Events.Items.Count + 1));
        var isSeen_B = drawn_B.eq(Events.Items.Count);
        var items_B = where(isSeen_B, Items_N.index_select(0, event_B), drawn_B);
        var users_B = Users_N.index_select(0, event_B);
        var logits_B = network.Pairs(users_B, items_B);
        var own = nn.functional.binary_cross_entropy_with_logits(logits_B, isSeen_B.to_type(ScalarType.Float32));
        return lesson is null ? own : lesson.OfValues(logits_B, own, users_B, items_B);
    }
}
