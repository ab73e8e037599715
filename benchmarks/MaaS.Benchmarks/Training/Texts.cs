// How well spam is told from messages: 30 % of the SMS Spam Collection to learn from, 70 % to test, five seeded splits.
using MaaS.Contracts.Datasets;
using MaaS.Contracts.Training;

namespace MaaS.Benchmarks.Training;

internal static class Texts
{
    private const int Splits = 5;

    public static void Measure(Results results)
    {
        if (SharedData.Find("sms-spam", "SMSSpamCollection.tsv") is not { } path)
            return;
        var data = Trainings.File(path, new ReadingOptions(Header: false, Types: new Dictionary<string, ColumnType> { ["column_2"] = ColumnType.Text }));
        var trained = Enumerable.Range(0, Splits)
            .Select(seed => Trainings.Run(new TextTraining("column_2", "column_1", Split: new SplitSpec(Validation: 0.03, Test: 0.7, Seed: seed)) { Seed = seed }, data))
            .ToList();
        results.Add("sms.accuracy", trained.Average(one => one.Manifest.Metrics.Values["accuracy"]), "share", ">= 0.985");
        results.Add("sms.mcc", trained.Average(one => one.Manifest.Metrics.Values["mcc"]), "", ">= 0.935");
        results.Add("sms.train_s", trained.Average(one => one.Seconds), "s", "none");
        results.Add("export.max_difference_texts", trained.Max(one => one.Manifest.ParityMaxDifference), "", "<= 1e-4");
    }
}
