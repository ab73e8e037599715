// What a recommender brings to its package: its graph, and held-out users for the check, each with what they had seen.
using System.Text.Json;
using MaaS.Contracts.Datasets;
using MaaS.Contracts.Models;
using MaaS.Contracts.Training;
using MaaS.Engine.Data;
using MaaS.Engine.Packages;
using MaaS.Inference;
using static TorchSharp.torch;

namespace MaaS.Engine.Tasks.Recommendation;

internal static class RecommendationPackage
{
    private const int Top = 10;
    private const int MostSuggested = 1_000;
    private const int MostShownInSample = 5;

    public static ModelManifest Write(
        string folder, Recommender network, Events events, EventSplit split, RecommendationTraining spec, ModelMetrics metrics, Lineage lineage, CancellationToken token,
        PackageVariant? variant = null)
    {
        int[] users = [.. split.Test.Select(row => events.User[row]).Distinct().Take(HeldOut.MaxRows)];
        var seen = events.Histories(split.Train.Concat(split.Validation).Order());
        ModelInput[] inputs =
        [
            .. network.NeedsUser ? [new ModelInput("user", ColumnType.Category, TensorType.String, [1])] : Array.Empty<ModelInput>(),
            new ModelInput("seen", ColumnType.Items, TensorType.String, [-1], Categories: [.. events.Items.Take(MostSuggested)]),
            new ModelInput("top", ColumnType.Integer, TensorType.Int64, [1], 1, events.Items.Count),
        ];
        network.eval();
        var range = (network as Factorization)?.Range;
        return ModelPackage.Write(
            folder,
            new PackageContent(ModelTask.Recommendation, RecommendationGraph.Of(network, events), network, spec, inputs, null, spec.Rating is { } rating && network is Factorization ? rating : spec.Item, metrics, lineage,
                SavedNetwork.Json(new Learned(network.NeedsUser ? events.Users : [], events.Items, range?.Low, range?.High)), variant),
            users.Length, [Sample(network.NeedsUser, events, users[0], seen[users[0]])], served => Difference(served, network, events, users, seen, token));
    }

    /// <summary>What training left, from a package's folder: users and items without their events.</summary>
    /// <exception cref="UserError">The weights file is not one of a recommender.</exception>
    public static (RecommendationTraining Training, Events Events, Recommender Network) Load(string folder)
    {
        using var saved = SavedNetwork.Read(folder);
        return Load(saved);
    }

    /// <inheritdoc cref="Load(string)"/>
    public static (RecommendationTraining Training, Events Events, Recommender Network) Load(SavedNetwork saved)
    {
        var (training, learned) = (saved.Training<RecommendationTraining>(), saved.Encoder<Learned>());
        var (users, items) = (learned.Users.Count, learned.Items.Count);
        if (items == 0 || learned.Items.Distinct(StringComparer.Ordinal).Count() < items || learned.Users.Distinct(StringComparer.Ordinal).Count() < users)
            throw new UserError($"The encoder of {saved.Name} knows no item, or lists an item or a user twice.");
        var events = new Events(learned.Users, learned.Items, [], [], null);
        Recommender network = training.Network switch
        {
            BiasedFactorization biased => new Factorization(users, items, biased.Factors, learned is { Low: { } low, High: { } high } ? (low, high) : throw new UserError($"The encoder of {saved.Name} does not say the range of the ratings.")),
            BayesianRanking ranking => new Factorization(users, items, ranking.Factors, null),
            NeuralFactorization neural => new NeuralFactorizationNetwork(users, items, neural.Factors),
            PooledHistory pooled => new HistoryNetwork(users, new int[items], pooled.Factors, pooled.History, pooled.Dropout),
            LinearAutoencoder => new ItemWeights(events),
            _ => throw new UserError($"{saved.Name} does not say what kind of network it holds."),
        };
        saved.Into(network);
        return (training, events, network);
    }

    /// <summary>A package from a weights file alone, checked for users who are made up to have seen some items.</summary>
    /// <exception cref="UserError">The weights file is not one of a recommender.</exception>
    public static ModelManifest Rebuild(string folder, SavedNetwork saved, Lineage lineage, CancellationToken token)
    {
        const int asking = 64, seen = 8;
        var (training, known, network) = Load(saved);
        var users = known.Users.Count > 0 ? known.Users : [.. Enumerable.Range(0, asking).Select(number => $"user {number}")];
        var random = new SplitMix64(1);
        int[] user = [.. Enumerable.Range(0, Math.Min(asking, users.Count)).SelectMany(_ => Enumerable.Repeat(random.Below(users.Count), seen))];
        var events = new Events(users, known.Items, user, [.. user.Select(_ => random.Below(known.Items.Count))], null);
        var split = new EventSplit([.. Enumerable.Range(0, user.Length).Where(row => row % seen > 0)], [], [.. Enumerable.Range(0, user.Length).Where(row => row % seen == 0)]);
        return Write(folder, network, events, split, training, ModelMetrics.None, lineage, token);
    }

    private static Dictionary<string, JsonElement> Sample(bool needsUser, Events events, int user, int[] seen)
    {
        var row = new Dictionary<string, JsonElement>();
        if (needsUser)
            row["user"] = JsonSerializer.SerializeToElement(events.Users[user]);
        row["seen"] = JsonSerializer.SerializeToElement(seen.TakeLast(MostShownInSample).Select(item => events.Items[item]));
        row["top"] = JsonSerializer.SerializeToElement(Top);
        return row;
    }

    /// <summary>Largest difference of a recommended item's score, and of the score at each place; a seen item is infinitely far off.</summary>
    private static double Difference(Model served, Recommender network, Events events, int[] users, int[][] seen, CancellationToken token)
    {
        var numberOf = events.Items.Select((item, number) => (item, number)).ToDictionary(known => known.item, known => known.number, StringComparer.Ordinal);
        using var quiet = no_grad();
        var worst = 0.0;
        foreach (var user in users)
        {
            token.ThrowIfCancellationRequested();
            using var scope = NewDisposeScope();
            var device = network.parameters().Concat(network.buffers()).First().device;
            var scores_I = network.Scores(tensor(new[] { (long)user }, device: device), network.Recent([new ArraySegment<int>(seen[user])], device)).cpu()[0];
            scores_I.index_fill_(0, tensor(Array.ConvertAll(seen[user], item => (long)item)), float.NegativeInfinity);
            var trained = scores_I.data<float>().ToArray();
            var best = trained.OrderDescending().Take(Top).ToArray();
            var answer = served.Recommend(events.Users[user], [.. seen[user].Select(item => events.Items[item])], Top);
            for (var place = 0; place < best.Length; place++)
            {
                var (item, score) = answer[place];
                if (!float.IsFinite(score) && !float.IsFinite(best[place]))
                    continue;
                var found = Math.Max(Math.Abs(score - trained[numberOf[item]]), Math.Abs(score - best[place]));
                worst = double.IsFinite(found) ? Math.Max(worst, found) : double.PositiveInfinity;
            }
        }
        return worst;
    }

    /// <param name="Users">None where who asks does not count.</param>
    /// <param name="Low">Of the ratings that are predicted, with <paramref name="High"/>.</param>
    private sealed record Learned(IReadOnlyList<string> Users, IReadOnlyList<string> Items, float? Low, float? High);
}
