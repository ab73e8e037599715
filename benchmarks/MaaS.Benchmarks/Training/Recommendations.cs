// The bars of recommendation, on MovieTweetings 100K: ratings by a random tenth, items by each user's last one.
using MaaS.Contracts.Training;

namespace MaaS.Benchmarks.Training;

internal static class Recommendations
{
    private static readonly (string Name, RecommendationNetwork Network, int Epochs)[] s_rankings =
    [
        ("ease", new LinearAutoencoder(), 1),
        ("history", new PooledHistory(), 12),
        ("bpr", new BayesianRanking(), 20),
    ];

    public static void Measure(Results results)
    {
        if (SharedData.Find("movietweetings-100k", "ratings.dat") is not { } path)
            return;
        var csv = Path.Combine(Path.GetTempPath(), "maas-bench-ratings.csv");
        File.WriteAllLines(csv, File.ReadLines(path).Select(line => line.Replace("::", ",", StringComparison.Ordinal)).Prepend("user_id,movie_id,rating,time"));
        var data = Trainings.File(csv);
        var training = new RecommendationTraining("user_id", "movie_id", "rating", "time");

        var ratings = Enumerable.Range(1, 3).Select(seed => Trainings.Run(training with { Seed = seed }, data)).ToArray();
        results.Add("movietweetings.rmse", ratings.Average(run => run.Manifest.Metrics.Values["rmse"]), "", "<= 1.52, mean of 3 random splits");
        results.Add("movietweetings.rmse_biases_alone", ratings.Average(run => run.Manifest.Metrics.Baseline["rmse"]), "", "tuned, on the same splits");
        results.Add("movietweetings.rmse_seconds", ratings.Average(run => run.Seconds), "s", "a run");

        foreach (var (name, network, epochs) in s_rankings)
        {
            var (manifest, seconds) = Trainings.Run(training with { Rating = null, Network = network, Epochs = epochs }, data);
            results.Add($"movietweetings.hr10_{name}", manifest.Metrics.Values["hr10"], "", ">= 0.160 for the best");
            results.Add($"movietweetings.ndcg10_{name}", manifest.Metrics.Values["ndcg10"], "", ">= 0.080 for the best");
            results.Add($"movietweetings.seconds_{name}", seconds, "s", "a run");
            results.Add("movietweetings.hr10_most_popular", manifest.Metrics.Baseline["hr10"], "", "the same for all");
        }
        File.Delete(csv);
    }
}
