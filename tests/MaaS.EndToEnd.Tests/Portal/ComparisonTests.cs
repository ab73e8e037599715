// Runs over one another in a real browser, with real trainings behind them; and a training that is stopped and goes on.
using MaaS.Contracts;
using MaaS.Contracts.Datasets;
using MaaS.Contracts.Events;
using MaaS.Contracts.Jobs;
using MaaS.Contracts.Training;
using MaaS.EndToEnd.Tests.AppHost;
using static Microsoft.Playwright.Assertions;

namespace MaaS.EndToEnd.Tests.Portal;

public sealed class ComparisonTests : IDisposable
{
    private const string Email = "admin@example.com";
    private const string Password = "a password for a test";

    private readonly string _data = Directory.CreateTempSubdirectory("maas-test-").FullName;

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    public void Dispose() => Directory.Delete(_data, recursive: true);

    [Fact]
    public async Task A_person_compares_runs_in_every_way_and_takes_the_pictures_along()
    {
        await using var browser = await Browser.Open();
        await using var run = await AppHostRun.Up(_data, ("MAAS_ADMIN_EMAIL", Email), ("MAAS_ADMIN_PASSWORD", Password));
        var client = await SignedIn(run);
        var data = await Data(client);
        var runs = new List<Guid>();
        foreach (var (seed, rate) in new[] { (1, 0.001), (2, 0.001), (3, 0.03) })
        {
            var training = new TabularTraining(SampleData.Churn.Target) { Optimizer = new AdamSpec { LearningRate = rate }, Seed = seed, Epochs = 8 };
            runs.Add((await Ended(client, (await client.Submit(new TrainJob(data, training), Token)).Id)).RunId!.Value);
        }
        var at = await browser.Page(run.Address("web"));
        await at.Goto("/");
        await at.Id("email").FillAsync(Email);
        await at.Id("password").FillAsync(Password);
        await at.Id("sign-in").ClickAsync();
        await Expect(at.Id("sign-in-form")).ToBeHiddenAsync();

        var address = $"/compare?{string.Join('&', runs.Select(id => $"run={id}"))}";
        await at.Goto(address);
        var charts = at.Id("compare-charts");
        await Expect(charts.Locator(".js-plotly-plot .js-line").First).ToBeVisibleAsync();
        await Expect(at.Id("legend").Locator("li")).ToHaveCountAsync(3);
        await at.Shot("compare");

        // One chart is hovered, and all show what they were there; one is zoomed, and all are, and stay so when they are drawn anew.
        var other = charts.Locator(".js-plotly-plot").Nth(1);
        await Until(async () =>
        {
            // A pointer moves; one that only appears is not seen.
            foreach (var x in new[] { 60, 100 })
                await charts.Locator(".js-plotly-plot .nsewdrag").First.HoverAsync(new() { Position = new() { X = x, Y = 40 } });
            return await other.EvaluateAsync<bool>("chart => chart.querySelector('.hoverlayer .legend') !== null");
        });
        await charts.Locator(".js-plotly-plot").First.EvaluateAsync("chart => Plotly.relayout(chart, { 'xaxis.range[0]': 100, 'xaxis.range[1]': 300 })");
        const string range = "chart => chart._fullLayout.xaxis.range.join(' ')";
        await Until(async () => await other.EvaluateAsync<string>(range) == "100 300");
        await at.Id("smoothing").FillAsync("0.6");
        await Until(async () => await other.EvaluateAsync<int>("chart => chart.data.length") == 6);
        Assert.Equal("100 300", await other.EvaluateAsync<string>(range));
        Assert.Contains("smooth=0.6", at.Address, StringComparison.Ordinal);

        await at.Id("group-by").SelectOptionAsync("optimizer.learning_rate");
        await Expect(at.Id("legend").Locator("li")).ToHaveCountAsync(2);
        await at.Shot("compare-grouped");

        await at.Goto($"{address}&key=val_loss");
        await Expect(charts.Locator(".js-line")).ToHaveCountAsync(3);
        Assert.Equal([0x89, (byte)'P', (byte)'N', (byte)'G'], (await File.ReadAllBytesAsync(await at.Saved("save-png"), Token)).Take(4));
        Assert.StartsWith("<svg", await File.ReadAllTextAsync(await at.Saved("save-svg"), Token), StringComparison.Ordinal);
        Assert.StartsWith("\"curve\",\"step\",\"value\"", await File.ReadAllTextAsync(await at.Saved("save-csv"), Token), StringComparison.Ordinal);

        foreach (var (show, seen) in new[] { ("table", "comparison"), ("parallel", "parallel"), ("scatter", "scatter"), ("outcomes", "confusion") })
        {
            await at.Id($"show-{show}").PressAsync("Enter");
            await Expect(at.Id(seen).First).ToBeVisibleAsync();
            await at.Shot($"compare-{show}");
        }
        await at.Goto($"/runs/{runs[0]}");
        await Expect(at.Id("lineage").Locator("li")).ToHaveCountAsync(2);
        await at.Id("find-log").FillAsync("EPOCH 2");
        await Expect(at.Id("log").Locator("mark").First).ToHaveTextAsync("epoch 2");
        await at.Id("files").Locator("li", new() { HasText = "model.json" }).GetByRole(AriaRole.Button).ClickAsync();
        await Expect(at.Id("preview").Locator("pre")).ToContainTextAsync("\"format\": 1");
        await at.Shot("run-detail");
        Assert.True(at.Complaints.Count == 0, string.Join(Environment.NewLine, at.Complaints));
    }

    [Fact]
    public async Task A_training_that_was_stopped_goes_on_and_measures_every_epoch_once()
    {
        const int epochs = 150;
        await using var run = await AppHostRun.Up(_data, ("MAAS_ADMIN_EMAIL", Email), ("MAAS_ADMIN_PASSWORD", Password), ("Worker__CheckpointSeconds", "0.2"));
        var client = await SignedIn(run);
        var training = new TabularTraining(SampleData.Churn.Target) { Epochs = epochs, Patience = 0 };
        var job = await client.Submit(new TrainJob(await Data(client), training), Token);
        await foreach (var (_, item) in client.FollowJob(job.Id, token: Token))
            if (item is JobStateEvent { Job.Progress: > 0.2 })
                break;
        await client.CancelJob(job.Id, Token);
        var stopped = await Ended(client, job.Id);
        Assert.Equal((JobState.Canceled, true), (stopped.State, stopped.Resumable));
        var before = (await client.Metrics(job.RunId!.Value, ["val_loss"], token: Token))[0].Count;

        await client.ResumeJob(job.Id, Token);
        var done = await Ended(client, job.Id);

        Assert.Equal((JobState.Succeeded, 2, null), (done.State, done.Attempt, done.Error));
        Assert.InRange(before, 1, epochs - 1);
        var series = (await client.Metrics(job.RunId.Value, ["val_loss"], token: Token))[0];
        Assert.Equal(Enumerable.Range(1, epochs).Select(epoch => epoch * series.Points[0].Step), series.Points.Select(point => point.Step));
    }

    private static async Task Until(Func<Task<bool>> condition)
    {
        for (var tries = 0; !await condition(); tries++)
        {
            Assert.True(tries < 300, "It did not happen.");
            await Task.Delay(100, Token);
        }
    }

    private static async Task<MaaSClient> SignedIn(AppHostRun run)
    {
        var http = new HttpClient { BaseAddress = run.Address("api") };
        var client = new MaaSClient(http);
        http.DefaultRequestHeaders.Authorization = new("Bearer", (await client.SignIn(new(Email, Password), Token)).Token);
        return client;
    }

    private static async Task<Guid> Data(MaaSClient client)
    {
        var csv = new StringWriter();
        SampleData.Churn.Write(csv, rows: 3000);
        var dataset = await client.UploadDataset("Customers", "customers.csv", new MemoryStream(System.Text.Encoding.UTF8.GetBytes($"{csv}")), Token);
        Assert.Equal(JobState.Succeeded, (await Ended(client, dataset.Latest!.ProfileJobId!.Value)).State);
        return dataset.Latest.Id;
    }

    private static async Task<JobView> Ended(MaaSClient client, Guid job)
    {
        await foreach (var _ in client.FollowJob(job, token: Token)) { }
        return await client.Job(job, Token);
    }
}
