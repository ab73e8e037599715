// Tables beyond the Foundation: the same splits, learned by the engine itself, without the platform around it.
using MaaS.Contracts.Datasets;
using MaaS.Contracts.Training;
using MaaS.Engine.Data;

namespace MaaS.Benchmarks.Training;

internal static class Tables
{
    /// <summary>Two choices away from the default: pairs of columns, and an ensemble.</summary>
    private static readonly MlpNetwork s_network = new() { Ensemble = 8, Pairs = true };

    public static void Measure(Results results)
    {
        if (SharedData.Find("california-housing", "housing.csv") is { } housing)
            Housing(housing, results);
        WithAdult((training, data, test) =>
        {
            var (manifest, seconds) = Trainings.Run(training, data, test);
            results.Add("adult.auc", manifest.Metrics.Values["roc_auc"], "area", ">= 0.919");
            results.Add("adult.accuracy", manifest.Metrics.Values["accuracy"], "share", ">= 0.865");
            results.Add("adult.train_s", seconds, "s", "<= 300");
        });
    }

    private static void Housing(string path, Results results)
    {
        var (manifest, seconds) = Trainings.Run(
            new TabularTraining("median_house_value", Network: s_network) { Epochs = 16, Patience = 0, Schedule = new CosineSchedule() }, Trainings.File(path));
        results.Add("housing.rmse", manifest.Metrics.Values["rmse"], "dollar", "<= 44,500");
        results.Add("housing.train_s", seconds, "s", "<= 300");
    }

    /// <summary>The customary training and test files, of one form.</summary>
    public static void WithAdult(Action<TabularTraining, DataFile, DataFile> work)
    {
        if (SharedData.Find("adult") is not { } data)
            return;
        var reading = new ReadingOptions(Header: false);
        // The customary test file's labels end with a full stop; the training file's do not.
        var path = Path.Combine(Path.GetTempPath(), $"adult-test-{Guid.NewGuid():n}.csv");
        File.WriteAllLines(path, File.ReadLines(Path.Combine(data, "adult-test.csv")).Select(line => line.TrimEnd().TrimEnd('.')));
        try
        {
            var training = new TabularTraining("column_15", Network: s_network, Split: new SplitSpec(TestDatasetVersionId: Guid.NewGuid()));
            work(training, Trainings.File(Path.Combine(data, "adult-train.csv"), reading), Trainings.File(path, reading));
        }
        finally
        {
            File.Delete(path);
        }
    }
}
