// Hit rate and NDCG among the best ten, on scores whose ranks are known.
using MaaS.Engine.Onnx;
using MaaS.Engine.Tasks.Recommendation;
using Xunit;
using static TorchSharp.torch;

namespace MaaS.Engine.Tests.Tasks;

public sealed class RankingFiguresTests
{
    private const int Items = 14;

    [Fact]
    public void A_hit_counts_by_its_place_among_the_items_that_were_not_seen()
    {
        // Items are scored 14 (the first) to 1 (the last) for everybody, the first two alike.
        // a: the first item is held out, and with the second it shares the highest score: the better known one comes first, place 1.
        // b: saw items 0 to 3; item 6 is held out, which two unseen ones precede: place 3.
        // c: saw item 0; item 11 is held out, which ten unseen ones precede: place 11, no hit.
        (int User, int Item)[] seen = [(0, 12), (1, 0), (1, 1), (1, 2), (2, 0)];
        (int User, int Item)[] chose = [(0, 13), (1, 3), (2, 13)];
        (int User, int Item)[] tested = [(0, 0), (1, 6), (2, 11)];
        (int User, int Item)[] all = [.. seen, .. chose, .. tested];
        var events = new Events(["a", "b", "c"], [.. Enumerable.Range(0, Items).Select(item => $"i{item}")], [.. all.Select(one => one.User)], [.. all.Select(one => one.Item)], null);
        var split = new EventSplit([0, 1, 2, 3, 4], [5, 6, 7], [8, 9, 10]);
        using var task = new RankingTask(new Falling(3), new NoLoss(), events, split, CPU);

        var metrics = task.Test();

        Assert.Equal(3, metrics.Rows);
        Assert.Equal(2.0 / 3, metrics.Values["hr10"], 1e-9);
        Assert.Equal((1 + 1 / Math.Log2(4)) / 3, metrics.Values["ndcg10"], 1e-9);
        // On the rows that choose, b's item 3 is the first that b has not seen; a's and c's are beyond the tenth place.
        Assert.Equal(1.0 / 3, task.Validate()["hr10"], 1e-9);
        Assert.Equal(1 - 1.0 / 3, task.Validate()["loss"], 1e-9);
    }

    private sealed class Falling(int users) : Recommender(nameof(Falling), users, RankingFiguresTests.Items)
    {
        public override bool NeedsUser => false;

        public override int History => 0;

        public override Tensor Scores(Tensor users_B, Tensor seen_BS) =>
            tensor(Enumerable.Range(0, Items).Select(item => (float)(Items - Math.Max(1, item))).ToArray()).unsqueeze(0).expand(users_B.shape[0], -1).clone();

        public override Value Scores(GraphBuilder graph, Value? user_1, Value seen_S) => throw new NotSupportedException();
    }
}
