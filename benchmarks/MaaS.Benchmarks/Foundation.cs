// The Foundation's measured bars, each through the API as a customer would see it. Times are medians.
// Real datasets are read from ../shared/data and their cases left out, with a word, where that is absent.
using System.Diagnostics;
using System.Text.Json;
using MaaS.Contracts;
using MaaS.Contracts.Datasets;
using MaaS.Contracts.Deployments;
using MaaS.Contracts.Inference;
using MaaS.Contracts.Events;
using MaaS.Contracts.Jobs;
using MaaS.Contracts.Models;
using MaaS.Contracts.Training;

namespace MaaS.Benchmarks;

internal static class Foundation
{
    public static async Task<int> Run()
    {
        var results = new Results("foundation");
        var client = await Platform.SignIn();
        if (SharedData.Find("adult") is { } adult)
            await Adult(client, adult, results);
        if (SharedData.Find("california-housing", "housing.csv") is { } housing)
            await Housing(client, housing, results);
        var churn = await Platform.Profiled(client, (await client.SampleDataset("churn")).Latest!);
        await DeployToFirstPrediction(client, churn, results);
        await CancelToEnd(client, churn, results);
        await MetricRows.Measure(client, churn, results);
        if (Environment.GetEnvironmentVariable("MAAS_SECOND_START_SECONDS") is { } seconds)
            results.Add("up.second_start_s", double.Parse(seconds, System.Globalization.CultureInfo.InvariantCulture), "s", "<= 20");
        results.Save();
        return 0;
    }

    /// <summary>The customary split: the test file is a dataset version of its own, read once at the end.</summary>
    private static async Task Adult(MaaSClient client, string data, Results results)
    {
        var reading = new ReadingOptions(Header: false);
        var train = await Platform.Upload(client, Unique("adult train"), Path.Combine(data, "adult-train.csv"), reading);
        // The customary test file's labels end with a full stop; the training file's do not.
        var path = Path.Combine(Path.GetTempPath(), $"adult-test-{Guid.NewGuid():n}.csv");
        await File.WriteAllLinesAsync(path, (await File.ReadAllLinesAsync(Path.Combine(data, "adult-test.csv"))).Select(line => line.TrimEnd().TrimEnd('.')));
        DatasetVersionView test;
        try { test = await Platform.Upload(client, Unique("adult test"), path, reading); }
        finally { File.Delete(path); }

        var training = new TabularTraining("column_15", Split: new SplitSpec(TestDatasetVersionId: test.Id));
        var (manifest, seconds) = await Train(client, train, training, null);
        results.Add("adult.accuracy", manifest.Metrics.Values["accuracy"], "share", ">= 0.853");
        results.Add("adult.auc", manifest.Metrics.Values["roc_auc"], "area", ">= 0.908");
        results.Add("adult.train_s", seconds, "s", "<= 300");
    }

    private static async Task Housing(MaaSClient client, string path, Results results)
    {
        var version = await Platform.Upload(client, Unique("california housing"), path);
        var (manifest, seconds) = await Train(client, version, new TabularTraining("median_house_value"), null);
        results.Add("housing.rmse", manifest.Metrics.Values["rmse"], "dollar", "<= 52,000");
        results.Add("housing.train_s", seconds, "s", "none");
    }

    /// <summary>From the click to the first correct answer, five times over, each a new deployment.</summary>
    private static async Task DeployToFirstPrediction(MaaSClient client, DatasetVersionView churn, Results results)
    {
        var model = $"bench-{DateTimeOffset.UtcNow.ToUnixTimeSeconds()}";
        await Train(client, churn, new TabularTraining("churned", Network: new LinearNetwork()), model);
        await using var file = await client.ModelFile(model, 1, "sample.json");
        var sample = (await JsonSerializer.DeserializeAsync<ModelSample>(file, MaaSJson.Options))!;

        var times = new List<double>();
        for (var i = 0; i < 5; i++)
        {
            var watch = Stopwatch.StartNew();
            var deployment = await client.Deploy(new CreateDeployment($"{model}-{i}", [new TrafficShare(model, 1)]));
            var answer = await client.Predict(deployment.Name, new PredictRequest(sample.Rows));
            times.Add(watch.Elapsed.TotalMilliseconds);
            if (answer.Predictions[0].Label != sample.Predictions[0].Label)
                throw new InvalidOperationException($"The first prediction was {answer.Predictions[0].Label}, at export it was {sample.Predictions[0].Label}.");
        }
        results.Add("deploy.first_prediction_ms", times.Order().ElementAt(times.Count / 2), "ms", "<= 2,000");
    }

    /// <summary>From asking a busy training to stop until its process is gone and the queue says so, three times over.</summary>
    private static async Task CancelToEnd(MaaSClient client, DatasetVersionView churn, Results results)
    {
        var times = new List<double>();
        for (var i = 0; i < 3; i++)
        {
            var job = await client.Submit(new TrainJob(churn.Id, new TabularTraining("churned") { Epochs = 100_000, Patience = 0 }));
            await foreach (var (_, happened) in client.FollowJob(job.Id))
                if (happened is JobMetricsEvent)
                    break;
            var watch = Stopwatch.StartNew();
            for (job = await client.CancelJob(job.Id); job.State == JobState.Running; job = await client.Job(job.Id))
                await Task.Delay(10);
            times.Add(watch.Elapsed.TotalMilliseconds);
        }
        results.Add("cancel.ended_ms", times.Order().ElementAt(times.Count / 2), "ms", "<= 2,000");
    }

    private static async Task<(ModelManifest Manifest, double Seconds)> Train(MaaSClient client, DatasetVersionView version, TrainingSpec training, string? registerAs)
    {
        var job = await client.Submit(new TrainJob(version.Id, training, RegisterAs: registerAs));
        job = await Platform.Finished(client, job.Id);
        var run = await client.Run(job.RunId!.Value);
        return (run.Outcome!.Manifest, (job.FinishedAt!.Value - job.StartedAt!.Value).TotalSeconds);
    }

    private static string Unique(string name) => $"{name} {DateTimeOffset.UtcNow:yyyy-MM-dd HH:mm:ss.fff}";
}
