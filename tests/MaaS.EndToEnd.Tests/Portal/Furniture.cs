// What a member's way leaves empty: a search, a frontier of many points, traffic and what is found in it, keys, notes, data that changed.
// Made by a program, since nobody is watched doing it.
using System.Text;
using System.Text.Json;
using MaaS.Contracts;
using MaaS.Contracts.Compression;
using MaaS.Contracts.Datasets;
using MaaS.Contracts.Jobs;
using MaaS.Contracts.Notifications;
using MaaS.Contracts.Sweeps;
using MaaS.Contracts.Teams;
using MaaS.Contracts.Training;

namespace MaaS.EndToEnd.Tests.Portal;

/// <param name="Model">Of one version, which predicts a number and was compressed.</param>
/// <param name="Dataset">The addresses of what it learned from, of the experiment, the training, a search over its settings and their comparison, its compression.</param>
internal sealed record Furniture(string Model, string Dataset, string Experiment, string Training, string Sweep, string Compare, string Frontier)
{
    private const string Houses = "house-prices";

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    public static async Task<Furniture> Bring(OneTeam team)
    {
        var path = await team.Path("en-GB");
        var client = await team.Client(OneTeam.Admin);
        var csv = new StringWriter();
        SampleData.Prices.Write(csv, rows: 2000);
        var data = await client.UploadDataset("House prices", "house-prices.csv", new MemoryStream(Encoding.UTF8.GetBytes($"{csv}")), Token);
        await Ended(client, await client.Job(data.Latest!.ProfileJobId!.Value, Token));

        var training = await client.Submit(new TrainJob(
            data.Latest.Id, new TabularTraining(SampleData.Prices.Target, Network: new MlpNetwork([96, 96])) { Epochs = 40 }, RunName: "two wide layers", RegisterAs: Houses), Token);
        await Ended(client, training);
        var frontier = await client.Submit(new CompressJob((await client.ModelVersion(Houses, 1, Token)).Id, new SearchPlan(Minutes: 0.5), RunName: "smaller"), Token);
        var sweep = await client.Submit(new SweepJob(
            data.Latest.Id, new TabularTraining(SampleData.Prices.Target) { Epochs = 12, Optimizer = new AdamSpec() },
            new Dictionary<string, SearchRange> { ["optimizer.learning_rate"] = new LogUniformRange(0.0005, 0.02), ["batch_size"] = new IntegerRange(16, 256) }, Runs: 6, RunName: "tuning"), Token);
        await Things(client, path, await client.Dataset(Guid.Parse(path.Dataset.Split('/')[^1]), Token));
        await client.Deploy(new(Houses, [new(Houses, 1)]), Token);
        await Ended(client, sweep);
        await Ended(client, frontier);
        var search = await client.Run(sweep.RunId!.Value, Token);
        var trials = search.Sweep!.Trials.Select(trial => $"run={trial.RunId}");
        return new(
            Houses, $"/datasets/{data.Id}", $"/experiments/{search.ExperimentId}", $"/runs/{training.RunId}", $"/runs/{sweep.RunId}", $"/compare?{string.Join('&', trials)}", $"/runs/{frontier.RunId}");
    }

    private static async Task Things(MaaSClient client, MemberPath path, DatasetView data)
    {
        var csv = new StringWriter();
        SampleData.Churn.Write(csv, rows: 1500);
        var newer = await client.UploadDatasetVersion(data.Id, "customers-newer.csv", new MemoryStream(Encoding.UTF8.GetBytes($"{csv}")), Token);
        await client.CreateApiKey(new("reporting", Role.Viewer, DateTimeOffset.UtcNow.AddDays(90)), Token);
        await client.CreateWebhook(new("on call", "https://example.com/hooks/models", [EventKind.RunFailed, EventKind.DeploymentRolledBack]), Token);
        await client.UpdateModel(path.Model, new("Who is about to leave? Asked by the support desk every morning."), Token);
        await client.SetAlias(path.Model, "champion", new(1), Token);
        await client.RequestApproval(path.Model, 2, new("Half a point better on the newest month."), Token);
        await client.CreateView(new("Best first", new(Sort: "min.val_loss", Descending: false)), Token);
        var run = Guid.Parse(path.Runs[0].Split('/')[^1]);
        await client.UpdateRun(run, new("first try", "## What was learned\n\nFour epochs are **too few**; see [the runs](/runs).\n\n| epochs | enough |\n|---|---|\n| 4 | no |", new Dictionary<string, string> { ["stage"] = "draft" }), Token);

        await client.StartSampling(path.Model, new(Requests: 20), Token);
        for (var request = 0; request < 12; request++)
            await client.Predict(path.Model, new([new Dictionary<string, JsonElement> { ["monthly_price"] = JsonSerializer.SerializeToElement(9 + request * 4), ["plan"] = JsonSerializer.SerializeToElement("basic") }]), Token);
        if (newer.ProfileJobId is { } reading)
            await Ended(client, await client.Job(reading, Token));
    }

    private static async Task Ended(MaaSClient client, JobView job)
    {
        await foreach (var _ in client.FollowJob(job.Id, token: Token)) { }
        var ended = await client.Job(job.Id, Token);
        Assert.True(ended.State == JobState.Succeeded, $"{ended.Kind} {ended.State}: {ended.Error}");
    }
}
