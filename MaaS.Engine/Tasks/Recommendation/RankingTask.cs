// Items to be ranked: how far in front the held-out item is among all that its user had not seen. What may be learned from is each
// kind's own: a loss over rows.
using MaaS.Contracts.Models;
using MaaS.Engine.Training;
using TorchSharp;
using static TorchSharp.torch;

namespace MaaS.Engine.Tasks.Recommendation;

/// <summary>Of what is solved, not trained.</summary>
internal sealed class NoLoss : IRankingLoss
{
    public int Rows => 0;

    public long[] Order(int epoch, int seed) => [];

    public Tensor Of(Tensor rows_B, Lesson? lesson = null) => throw new NotSupportedException("It is solved, not trained.");
}

/// <summary>How a kind of recommender learns: rows of an epoch, and the loss on some of them.</summary>
internal interface IRankingLoss
{
    int Rows { get; }

    bool GathersOnCpu => false;

    long[] Order(int epoch, int seed);

    /// <param name="lesson">What a teacher adds; null learns from the events alone.</param>
    Tensor Of(Tensor rows_B, Lesson? lesson = null);
}

internal sealed class RankingTask(Recommender network, IRankingLoss loss, Events events, EventSplit split, Device device) : LearningTask
{
    private const int Best = 10;
    private const long ScoresAtOnce = 4_000_000;

    private readonly Recommender _network = network.to(device);
    private readonly int[][] _seenInTraining = events.Histories(split.Train);

    public override nn.Module Network => _network;

    public override int TrainRows => loss.Rows;

    public override bool GathersOnCpu => loss.GathersOnCpu;

    public override long[] Order(int epoch, int seed) => loss.Order(epoch, seed);

    public override Tensor Loss(Tensor rows_B) => loss.Of(rows_B, Lesson);

    /// <summary>The loss that chooses is 1 - NDCG@10: it is what is wanted, and kinds of recommenders can be compared by it.</summary>
    public override IReadOnlyDictionary<string, double> Validate()
    {
        var figures = Figures(split.Validation, _seenInTraining, Scores);
        return new Dictionary<string, double>(figures) { ["loss"] = 1 - figures["ndcg10"] };
    }

    /// <summary>The figures on the test events; what the user had seen then includes the event that chose. Beside them the most popular items'.</summary>
    public ModelMetrics Test()
    {
        int[] before = [.. split.Train.Concat(split.Validation).Order()];
        var popularity_I = new float[events.Items.Count];
        foreach (var row in before)
            popularity_I[events.Item[row]]++;
        using var scope = NewDisposeScope();
        var popular_1I = tensor(popularity_I).unsqueeze(0);
        var seen = events.Histories(before);
        return new ModelMetrics(
            "test", split.Test.Length, Figures(split.Test, seen, Scores), Figures(split.Test, seen, (users, _) => popular_1I.expand(users.Length, -1).clone()));
    }

    public override void Dispose() => _network.Dispose();

    /// <summary>(B, I) on the CPU.</summary>
    public Tensor Scores(int[] users, int[][] seen)
    {
        using var quiet = no_grad();
        _network.eval();
        var scores_BI = _network.Scores(
            tensor(Array.ConvertAll(users, user => (long)user), device: device), _network.Recent(Array.ConvertAll(seen, history => new ArraySegment<int>(history)), device)).cpu();
        _network.train();
        return scores_BI;
    }

    /// <summary>Hit rate and NDCG (Järvelin and Kekäläinen 2002) with one right answer, over all items that were not seen.</summary>
    private Dictionary<string, double> Figures(int[] rows, int[][] seen, Func<int[], int[][], Tensor> scores)
    {
        double hits = 0, gains = 0;
        foreach (var chunk in rows.Chunk((int)Math.Clamp(ScoresAtOnce / events.Items.Count, 1, 512)))
        {
            using var scope = NewDisposeScope();
            var users = Array.ConvertAll(chunk, row => events.User[row]);
            var histories = Array.ConvertAll(users, user => seen[user]);
            var scores_BI = scores(users, histories);
            foreach (var (place, history) in histories.Index())
                if (history.Length > 0)
                    scores_BI[place].index_fill_(0, tensor(Array.ConvertAll(history, item => (long)item)), float.NegativeInfinity);
            var target_B1 = tensor(Array.ConvertAll(chunk, row => (long)events.Item[row])).unsqueeze(1);
            var own_B1 = scores_BI.gather(1, target_B1);
            var before_B = (scores_BI > own_B1).sum(1) + (scores_BI.eq(own_B1) & (arange(events.Items.Count).unsqueeze(0) < target_B1)).sum(1);
            foreach (var before in before_B.data<long>())
                if (before < Best)
                    (hits, gains) = (hits + 1, gains + 1 / Math.Log2(before + 2));
        }
        return new() { ["hr10"] = hits / rows.Length, ["ndcg10"] = gains / rows.Length };
    }
}
