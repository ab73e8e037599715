// The main path from the shell, asserted: upload, train, register, deploy, predict, deploy a better one, roll back.
using System.Diagnostics;
using System.Text.Json;
using MaaS.Contracts.Datasets;
using MaaS.Contracts.Deployments;
using MaaS.Contracts.Inference;
using MaaS.Contracts.Jobs;
using MaaS.Contracts.Models;
using MaaS.Contracts.Training;

namespace MaaS.Benchmarks;

internal static class Demo
{
    private const string Name = "demo-churn";

    /// <returns>0 when every step did what it must, 1 at the first that did not.</returns>
    public static async Task<int> Run()
    {
        var watch = Stopwatch.StartNew();
        try
        {
            var client = await Platform.SignIn();
            Say("signed in");

            var file = Path.Combine(Path.GetTempPath(), $"{Name}-{Guid.NewGuid():n}.csv");
            await using (var writer = File.CreateText(file)) SampleData.Churn.Write(writer, rows: 5_000, seed: 1);
            DatasetVersionView data;
            try { data = await Platform.Upload(client, $"{Name} {DateTimeOffset.UtcNow:yyyy-MM-dd HH:mm:ss}", file); }
            finally { File.Delete(file); }
            Must(data.RowCount == 5_000, $"uploaded {data.Bytes:n0} bytes; profiled {data.RowCount:n0} rows, {data.ColumnCount} columns");

            // Registered by hand, as from the run's page.
            var linear = await client.Submit(new TrainJob(data.Id, new TabularTraining("churned", Network: new LinearNetwork()), RunName: "logistic regression"));
            await Platform.Finished(client, linear.Id);
            var run = await client.Run(linear.RunId!.Value);
            var metrics = run.Outcome!.Manifest.Metrics;
            Must(metrics.Values["roc_auc"] > 0.6, $"trained a logistic regression: test ROC AUC {metrics.Values["roc_auc"]:f3}, accuracy {metrics.Values["accuracy"]:f3} (always the larger class: {metrics.Baseline["accuracy"]:f3})");
            var model = $"{Name}-{DateTimeOffset.UtcNow.ToUnixTimeSeconds()}";
            var first = await client.RegisterVersion(model, new RegisterVersion(run.Id));
            Must(first.Number == 1, $"registered {model} version {first.Number}, {first.Bytes:n0} bytes");

            // Registered by success.
            var mlp = await client.Submit(new TrainJob(data.Id, new TabularTraining("churned"), RunName: "multilayer perceptron", RegisterAs: model));
            await Platform.Finished(client, mlp.Id);
            var second = (await client.Model(model)).Latest!;
            Must(second.Number == 2, $"trained a multilayer perceptron: test ROC AUC {second.Manifest.Metrics.Values["roc_auc"]:f3}; it registered itself as version {second.Number}");

            var row = (await Sample(client, model)).Rows[0];
            watch.Restart();
            var deployment = await client.Deploy(new CreateDeployment(model, [new TrafficShare(model, 1)], "the demo's first"));
            var answer = await client.Predict(model, new PredictRequest([row]));
            Must(answer.Version == 1 && answer.Predictions[0].Label is not null, $"deployed version 1; first prediction {watch.ElapsedMilliseconds} ms after Deploy: {Show(answer)}");

            await client.Revise(model, new CreateRevision([new TrafficShare(model, 2)], "better"));
            answer = await client.Predict(model, new PredictRequest([row]));
            Must(answer is { Version: 2, Revision: 2 }, $"moved all traffic to version 2: {Show(answer)}");

            deployment = await client.RollBack(model, new Rollback(Reason: "the demo rolls back"));
            answer = await client.Predict(model, new PredictRequest([row]));
            Must(answer is { Version: 1, Revision: 3 } && deployment.Revision.RollbackOf == 1, $"rolled back; revision {answer.Revision} serves version {answer.Version}: {Show(answer)}");
            Console.WriteLine("The whole path works.");
            return 0;
        }
        catch (Exception miss) when (miss is InvalidOperationException or Contracts.ProblemException or HttpRequestException)
        {
            Console.Error.WriteLine($"  miss  {miss.Message}");
            return 1;
        }
    }

    private static async Task<ModelSample> Sample(Contracts.MaaSClient client, string model)
    {
        await using var file = await client.ModelFile(model, 1, "sample.json");
        return (await JsonSerializer.DeserializeAsync<ModelSample>(file, Contracts.MaaSJson.Options))!;
    }

    private static string Show(PredictResponse answer) =>
        $"{answer.Predictions[0].Label} ({answer.Predictions[0].Probabilities!.Values.Max():p1})";

    private static void Say(string done) => Console.WriteLine($"  ok    {done}");

    private static void Must(bool held, string done)
    {
        if (!held) throw new InvalidOperationException(done);
        Say(done);
    }
}
