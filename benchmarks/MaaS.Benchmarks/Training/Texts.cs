// How well texts are told apart. Spam from messages: 30 % of the SMS Spam Collection to learn from, 70 % to test, five seeded splits.
// And the topics of our own sample of letters, where the order of the words decides.
using MaaS.Contracts.Datasets;
using MaaS.Contracts.Training;

namespace MaaS.Benchmarks.Training;

internal static class Texts
{
    private const int Splits = 5;

    private static readonly (string Prefix, TextNetwork Network, string Accuracy, string Mcc)[] s_networks =
    [
        ("", new BagNetwork(), ">= 0.985", ">= 0.935"),
        ("transformer_", new TransformerTextNetwork(), "none: the bag's is 0.985", "none: the bag's is 0.935"),
    ];

    public static void Measure(Results results)
    {
        Topics(results);
        if (SharedData.Find("sms-spam", "SMSSpamCollection.tsv") is not { } path)
            return;
        var data = Trainings.File(path, new ReadingOptions(Header: false, Types: new Dictionary<string, ColumnType> { ["column_2"] = ColumnType.Text }));
        foreach (var (prefix, network, accuracy, mcc) in s_networks)
        {
            var trained = Enumerable.Range(0, Splits)
                .Select(seed => Trainings.Run(new TextTraining("column_2", "column_1", network, new SplitSpec(Validation: 0.03, Test: 0.7, Seed: seed)) { Seed = seed }, data))
                .ToList();
            results.Add($"sms.{prefix}accuracy", trained.Average(one => one.Manifest.Metrics.Values["accuracy"]), "share", accuracy);
            results.Add($"sms.{prefix}mcc", trained.Average(one => one.Manifest.Metrics.Values["mcc"]), "", mcc);
            results.Add($"sms.{prefix}train_s", trained.Average(one => one.Seconds), "s", "none");
        }
    }

    private static void Topics(Results results)
    {
        var path = Path.Combine(Path.GetTempPath(), $"maas-bench-{Guid.NewGuid():n}-{SampleData.Messages.FileName}");
        using (var text = File.CreateText(path))
            SampleData.Messages.Write(text);
        try
        {
            var data = Trainings.File(path);
            foreach (var (prefix, network, _, _) in s_networks)
            {
                var (manifest, seconds) = Trainings.Run(new TextTraining("message", "topic", network), data);
                results.Add($"messages.{prefix}accuracy", manifest.Metrics.Values["accuracy"], "share", "none: one label in fifty is wrong");
                results.Add($"messages.{prefix}train_s", seconds, "s", "none");
            }
        }
        finally
        {
            File.Delete(path);
        }
    }
}
