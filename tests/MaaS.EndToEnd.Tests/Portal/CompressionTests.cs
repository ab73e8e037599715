// A model made smaller, as a program does it and as a person does: a version is compressed, its variants are measured, and one serves.
using System.Text.Json;
using MaaS.Contracts;
using MaaS.Contracts.Compression;
using MaaS.Contracts.Datasets;
using MaaS.Contracts.Deployments;
using MaaS.Contracts.Jobs;
using MaaS.Contracts.Training;
using MaaS.EndToEnd.Tests.AppHost;
using static Microsoft.Playwright.Assertions;

namespace MaaS.EndToEnd.Tests.Portal;

public sealed class CompressionTests : IDisposable
{
    private const string Email = "admin@example.com";
    private const string Password = "a password for a test";

    private readonly string _data = Directory.CreateTempSubdirectory("maas-test-").FullName;

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    public void Dispose() => Directory.Delete(_data, recursive: true);

    [Fact]
    public async Task A_program_compresses_a_version_reads_the_report_and_deploys_a_variant()
    {
        await using var run = await AppHostRun.Up(_data, ("MAAS_ADMIN_EMAIL", Email), ("MAAS_ADMIN_PASSWORD", Password));
        var client = await SignedIn(run);
        var source = await Trained(client);

        var job = await client.Submit(new CompressJob(source, new RecipePlan([new DynamicQuantization()]), RegisterAs: "smaller"), Token);
        Assert.Equal((JobState.Succeeded, null), await Ended(client, job.Id) is var ended ? (ended.State, ended.Error) : default);

        var report = await client.Compression(job.RunId!.Value, Token);
        var variant = Assert.Single(report.Variants);
        Assert.Equal(("accuracy", true, "smaller", 1), (report.Quality, report.HigherIsBetter, variant.Version!.Model, variant.Version.Number));
        Assert.True(variant.Figures.Bytes < report.Source.Figures.Bytes, $"{variant.Figures.Bytes} bytes are not fewer than {report.Source.Figures.Bytes}.");
        Assert.Equal(report.Source.Figures.Rows, variant.Figures.Rows);
        var version = await client.ModelVersion("smaller", 1, Token);
        Assert.Equal(("customers/1", job.RunId, variant.Version.Id), (version.Manifest.Lineage.Parent, version.RunId, version.Id));
        await using var page = await client.CompressionPage(job.RunId.Value, Token);
        Assert.Contains(variant.Name, await new StreamReader(page).ReadToEndAsync(Token), StringComparison.Ordinal);

        await client.Deploy(new("smaller", [new TrafficShare("smaller", 1)]), Token);
        var answers = await client.Predict("smaller", new([new Dictionary<string, JsonElement>(), new Dictionary<string, JsonElement>()]), Token);
        Assert.Equal(2, answers.Predictions.Count);
    }

    [Fact]
    public async Task A_person_puts_a_recipe_together_sees_the_frontier_and_deploys_a_point_of_it()
    {
        await using var browser = await Browser.Open();
        await using var run = await AppHostRun.Up(_data, ("MAAS_ADMIN_EMAIL", Email), ("MAAS_ADMIN_PASSWORD", Password));
        await Trained(await SignedIn(run));
        var at = await browser.Page(run.Address("web"));
        await at.Goto("/");
        await at.Id("email").FillAsync(Email);
        await at.Id("password").FillAsync(Password);
        await at.Id("sign-in").ClickAsync();
        await Expect(at.Id("sign-in-form")).ToBeHiddenAsync();

        await at.Goto("/models/customers/1");
        await at.Id("compress-version").ClickAsync();
        await Expect(at.Id("minutes")).ToBeVisibleAsync();
        await at.Shot("compress-search");
        await at.Id("way-preset").ClickAsync();
        await Expect(at.Id("preset-tiny")).ToBeVisibleAsync();
        await at.Shot("compress-preset");
        // By keyboard alone: to the tab, to the list, to the button.
        await at.Id("way-recipe").FocusAsync();
        await at.Id("way-recipe").PressAsync("Enter");
        foreach (var technique in new[] { "Distill", "Prune", "StaticInt8", "DynamicInt8" })
        {
            await at.Id("technique").SelectOptionAsync(technique);
            await at.Id("add-step").PressAsync("Enter");
        }
        await Expect(at.Id("step")).ToHaveCountAsync(4);
        await at.Id("own-student").CheckAsync();
        await at.Id("sparsity").FillAsync("1.2");
        await at.Id("compress").ClickAsync();
        await Expect(at.Id("sparsity")).ToHaveAttributeAsync("aria-invalid", "true");
        await at.Shot("compress-recipe");
        foreach (var left in new[] { 3, 2, 1 })
        {
            await at.Id("remove").First.PressAsync("Enter");
            await Expect(at.Id("step")).ToHaveCountAsync(left);
        }
        await at.Id("register-as").FillAsync("smaller");
        await at.Id("compress").ClickAsync();

        await Expect(at.Id("run-state")).ToHaveTextAsync("succeeded");
        await Expect(at.Id("point")).ToHaveCountAsync(2);
        await at.Id("point").Last.PressAsync("Enter");
        await Expect(at.Id("variant-version")).ToHaveTextAsync("smaller, version 1");
        await at.Id("by-latency").ClickAsync();
        await at.Shot("compression");
        Assert.Contains("<svg", await File.ReadAllTextAsync(await at.Saved("download-report"), Token), StringComparison.Ordinal);
        Assert.Contains("\"variants\"", await File.ReadAllTextAsync(await at.Saved("download-json"), Token), StringComparison.Ordinal);
        await at.Id("deploy").ClickAsync();
        await Expect(at.Id("serving")).ToContainTextAsync("smaller, version 1");
        Assert.True(at.Complaints.Count == 0, string.Join(Environment.NewLine, at.Complaints));
    }

    private static async Task<MaaSClient> SignedIn(AppHostRun run)
    {
        var http = new HttpClient { BaseAddress = run.Address("api") };
        var client = new MaaSClient(http);
        http.DefaultRequestHeaders.Authorization = new("Bearer", (await client.SignIn(new(Email, Password), Token)).Token);
        return client;
    }

    /// <returns>Version 1 of "customers".</returns>
    private static async Task<Guid> Trained(MaaSClient client)
    {
        var csv = new StringWriter();
        SampleData.Churn.Write(csv, rows: 3000);
        var dataset = await client.UploadDataset("Customers", "customers.csv", new MemoryStream(System.Text.Encoding.UTF8.GetBytes($"{csv}")), Token);
        Assert.Equal((JobState.Succeeded, null), await Ended(client, dataset.Latest!.ProfileJobId!.Value) is var read ? (read.State, read.Error) : default);
        var training = new TabularTraining(SampleData.Churn.Target, Network: new MlpNetwork([128, 128])) { Epochs = 3 };
        var job = await client.Submit(new TrainJob(dataset.Latest.Id, training, RegisterAs: "customers"), Token);
        Assert.Equal((JobState.Succeeded, null), await Ended(client, job.Id) is var trained ? (trained.State, trained.Error) : default);
        return (await client.ModelVersion("customers", 1, Token)).Id;
    }

    private static async Task<JobView> Ended(MaaSClient client, Guid job)
    {
        await foreach (var _ in client.FollowJob(job, token: Token)) { }
        return await client.Job(job, Token);
    }
}
