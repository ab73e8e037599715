// Training a recommender from end to end: read the events, hold some out, learn, test once, export, check.
using System.Globalization;
using MaaS.Contracts.Models;
using MaaS.Contracts.Training;
using MaaS.Engine.Data;
using MaaS.Engine.Training;
using static TorchSharp.torch;

namespace MaaS.Engine.Tasks.Recommendation;

internal static class RecommendationRun
{
    // The softmax over all items and its gradient: (B, I) numbers a few times over.
    private const int MostItems = 100_000;

    /// <exception cref="UserError">The settings do not fit the data, or the loss diverged.</exception>
    /// <exception cref="Packages.ParityException">The exported graph does not answer as the trained network does.</exception>
    public static TrainingOutcome Run(RecommendationTraining training, DataFile data, TrainingPlace place, IProgress<Report> progress, CancellationToken token)
    {
        using var scope = NewDisposeScope();
        (RecommendationTraining Training, Events Events, Recommender Network)? source = place.Source is { } folder ? RecommendationPackage.Load(folder) : null;
        training = source is { Training: var its } ? Continuation.Of(training, its) : training;
        var events = Events.Read(training, data, progress, token, source?.Events);
        if (events.Items.Count > MostItems)
            throw new UserError($"training.item \"{training.Item}\" has {events.Items.Count:N0} different items; at most {MostItems:N0} are allowed.");
        var network = training.Network ?? (training.Rating is null ? new PooledHistory() : new BiasedFactorization());
        var kind = training.Split ?? (network is BiasedFactorization ? RecommendationSplit.Random : RecommendationSplit.LeaveLastOut);
        var split = EventSplit.Of(events, kind, training.Seed);
        progress.Report(new Said($"{events.Users.Count:N0} users, {events.Items.Count:N0} items; {split.Train.Length:N0} events to learn from, {split.Validation.Length:N0} to choose by, {split.Test.Length:N0} to test once"));
        var spec = Fill(training with { Network = network, Split = kind }, split.Train.Length, progress);
        var compute = network is LinearAutoencoder or PooledHistory && Environment.ProcessorCount > 1
            ? Compute.Choose(training, threads: 2, "products with all items are long enough for two, and not for more")
            : Compute.Choose(training, threads: 1, Compute.TooShort);
        progress.Report(new Said($"training {compute.Reason}"));

        MemoryShortage.Refuse(Parameters(network, events), spec, compute);
        var (recommender, metrics) = network is BiasedFactorization biased
            ? Rate(spec, biased, events, split, compute, place, progress, token)
            : Rank(spec, source?.Network, events, split, compute, place, progress, token);
        using var trained = recommender;
        foreach (var (name, value) in metrics.Values)
            progress.Report(new Said($"test {name} {value:g6} ({(network is BiasedFactorization ? "biases alone" : "the most popular items")} {metrics.Baseline[name]:g6})"));
        progress.Report(new Advanced(1, "exporting"));
        var manifest = RecommendationPackage.Write(place.Package, recommender, events, split, spec, metrics, place.Lineage, token);
        progress.Report(new Said($"exported: ONNX Runtime and libtorch differ by at most {manifest.ParityMaxDifference:g3} for {manifest.ParityRows} held-out users"));
        return new TrainingOutcome(manifest, compute.Facts());
    }

    private static (Recommender, ModelMetrics) Rate(
        RecommendationTraining spec, BiasedFactorization network, Events events, EventSplit split, Compute compute, TrainingPlace place, IProgress<Report> progress, CancellationToken token)
    {
        if (events.Rating is not { } ratings)
            throw new UserError("training.network is biased_factorization, which predicts ratings, and training.rating names no column.");
        var tuned = Biases.Tune(events, split);
        progress.Report(new Said(string.Create(CultureInfo.InvariantCulture, $"biases alone do best on the validation ratings with a regularization of {tuned}")));
        var factorization = new Factorization(events.Users.Count, events.Items.Count, network.Factors, (ratings.Min(), ratings.Max()));
        var task = new RatingTask(factorization, events, split, network.Regularization ?? tuned, compute.Device);
        if (network.Factors > 0)
            new Trainer(task, spec, compute, place.Checkpointing, progress).Run(token);
        else
            Solved(task, progress);
        if (!task.Finish() && network.Factors > 0)
            progress.Report(new Said("the factors do not predict the validation ratings better than biases alone, and are dropped"));
        return (factorization, task.Test(tuned));
    }

    private static (Recommender, ModelMetrics) Rank(
        RecommendationTraining spec, Recommender? source, Events events, EventSplit split, Compute compute, TrainingPlace place, IProgress<Report> progress, CancellationToken token)
    {
        if (spec.Network is LinearAutoencoder linear)
            return Solve(linear, events, split, compute, progress);
        var model = Learner(spec.Network!, source, events, split, compute.Device);
        if (model.Loss.Rows == 0)
            throw new UserError("training.network is pooled_history, which learns what comes next from what came before, but no user has two events to learn from; choose another network, or add events.");
        var task = new RankingTask(model.Network, model.Loss, events, split, compute.Device);
        progress.Report(new Said("the validation loss is 1 - NDCG@10 over all items a user had not seen"));
        new Trainer(task, spec, compute, place.Checkpointing, progress).Run(token);
        return (model.Network, task.Test());
    }

    /// <summary>Vectors of users and items: nearly all that there is.</summary>
    private static double Parameters(RecommendationNetwork network, Events events) => network switch
    {
        BiasedFactorization biased => biased.Factors * ((double)events.Users.Count + events.Items.Count),
        BayesianRanking ranking => ranking.Factors * ((double)events.Users.Count + events.Items.Count),
        NeuralFactorization neural => 2 * neural.Factors * ((double)events.Users.Count + events.Items.Count),
        PooledHistory pooled => 2.0 * pooled.Factors * events.Items.Count,
        _ => 0,
    };

    /// <summary>A network that ranks, and how it learns.</summary>
    /// <param name="source">Of the same kind, to go on from; null begins by chance.</param>
    public static (Recommender Network, IRankingLoss Loss) Learner(RecommendationNetwork spec, Recommender? source, Events events, EventSplit split, Device device)
    {
        var (users, items) = (events.Users.Count, events.Items.Count);
        switch (spec)
        {
            case BayesianRanking ranking:
                var factors = source as Factorization ?? new Factorization(users, items, ranking.Factors, null);
                return (factors, new BayesianRankingLoss(factors, events, split.Train, device));
            case NeuralFactorization neural:
                var factorized = source as NeuralFactorizationNetwork ?? new NeuralFactorizationNetwork(users, items, neural.Factors);
                return (factorized, new SeenOrDrawnLoss(factorized, events, split.Train, neural.Negatives, device));
            default:
                var pooled = (PooledHistory)spec;
                var counts = new int[items];
                foreach (var row in split.Train)
                    counts[events.Item[row]]++;
                var history = source as HistoryNetwork ?? new HistoryNetwork(users, counts, pooled.Factors, pooled.History, pooled.Dropout);
                return (history, new NextItemLoss(history, events, split.Train, device));
        }
    }

    /// <summary>EASE: once without the events that choose, for the record; then with them.</summary>
    private static (Recommender, ModelMetrics) Solve(LinearAutoencoder linear, Events events, EventSplit split, Compute compute, IProgress<Report> progress)
    {
        var weights = new ItemWeights(events);
        if (events.Items.Count > ItemWeights.MostItems)
            progress.Report(new Said($"the {ItemWeights.MostItems:N0} most frequent of {events.Items.Count:N0} items are weighed and recommended"));
        var task = new RankingTask(weights, new NoLoss(), events, split, compute.Device);
        weights.Solve(events.Histories(split.Train), linear.Regularization);
        Solved(task, progress);
        weights.Solve(events.Histories(split.Train.Concat(split.Validation).Order()), linear.Regularization);
        return (weights, task.Test());
    }

    private static void Solved(LearningTask task, IProgress<Report> progress)
    {
        foreach (var (name, value) in task.Validate())
            progress.Report(new Measured($"val_{name}", 1, value));
        progress.Report(new Said("solved in one step, without epochs"));
    }

    public static RecommendationTraining Fill(RecommendationTraining spec, int trainRows, IProgress<Report> progress)
    {
        // A vector learns only when its user or item occurs: larger steps than in a network whose every weight is always met.
        var optimizer = Derived.Rated(spec, spec.Optimizer ?? new AdamWSpec(), adam: 3, progress);
        var batch = spec.BatchSize;
        if (batch is null)
        {
            batch = Math.Clamp((int)System.Numerics.BitOperations.RoundUpToPowerOf2((uint)Math.Max(1, trainRows / 256)), 32, 512);
            progress.Report(new Said($"batch size {batch}: for {trainRows:N0} events"));
        }
        return spec with { Optimizer = optimizer, BatchSize = batch };
    }
}
