using System.Text.Json;
using Bunit;
using MaaS.Contracts;
using MaaS.Contracts.Datasets;
using MaaS.Contracts.Experiments;
using MaaS.Contracts.Jobs;
using MaaS.Contracts.Models;
using MaaS.Contracts.Training;
using MaaS.Web.Experiments;
using MaaS.Web.Models;
using MaaS.Web.Sweeps;
using MaaS.Web.Training;
using Microsoft.AspNetCore.Components;
using Microsoft.Extensions.DependencyInjection;

namespace MaaS.Web.Tests.Training;

public sealed class ContinueTests
{
    private static readonly TabularTraining s_trained = new("leaves", ["age", "city"], TabularGoal.Classification, new MlpNetwork([64, 32]) { Dropout = 0.2 }, new SplitSpec(Test: 0.3))
    {
        Optimizer = new AdamWSpec { LearningRate = 0.01 },
        BatchSize = 64,
        Epochs = 12,
    };

    private static readonly LanguageTraining s_language = new(new TokenizerSpec(), new GptNetwork(2, 2, 32, 32, null, GptActivation.SwiGlu, GptPositions.Rotary), 500);

    private static readonly DatasetProfile s_book = new(
        40_000, new(DatasetFormat.PlainText), [new("line", ColumnType.Text, 0, 32_777, true, null, [])], [["First Citizen:"]], [],
        Text: new TextSummary(1_115_394, 202_651, 65));

    [Fact]
    public async Task A_version_leads_to_a_form_with_its_settings_that_goes_on_from_it()
    {
        var source = Version(s_trained);
        await using var portal = Scripted(source, Examples.Profile);
        portal.Api.Answers("GET /api/models/customers/versions/2", source).Answers("GET /api/models/customers/versions/2/exports", Array.Empty<ModelExportView>());
        var card = portal.Page<VersionPage>(builder => builder.Add(p => p.Name, "customers").Add(p => p.Number, 2));
        var address = card.Find("[data-testid=continue-training]").GetAttribute("href")!;
        Assert.Equal($"/train?continue={source.Id}", address);

        portal.Services.GetRequiredService<NavigationManager>().NavigateTo(address);
        var page = portal.Page<TrainPage>();

        Assert.Equal("/models/customers/2", page.Find("[data-testid=source] a").GetAttribute("href"));
        await page.Find("form").SubmitAsync();
        // The method is left to the platform: what suits a beginning makes too large steps now.
        Same(new TrainJob(Examples.VersionId, s_trained with { Optimizer = null, From = source.Id }, RegisterAs: "customers"), Sent(portal));
    }

    [Fact]
    public async Task Another_dataset_does_not_change_what_the_version_reads()
    {
        var source = Version(s_trained);
        var other = Examples.Version with { Id = Guid.NewGuid(), DatasetId = Guid.NewGuid(), DatasetName = "Customers 2027", Number = 1 };
        await using var portal = Scripted(source, Examples.Profile);
        portal.Api.Answers("GET /api/datasets", new Page<DatasetView>([Examples.Dataset, new(other.DatasetId, "Customers 2027", null, DateTimeOffset.UnixEpoch, other)]))
            .Answers($"GET /api/datasets/{other.DatasetId}/versions", new Page<DatasetVersionView>([other]))
            .Answers($"GET /api/datasets/{other.DatasetId}/versions/1/profile", Examples.Profile with { Columns = [.. Examples.Profile.Columns.Reverse()] });
        portal.Services.GetRequiredService<NavigationManager>().NavigateTo($"/train?continue={source.Id}");
        var page = portal.Page<TrainPage>();

        await page.Find("[data-testid=dataset]").ChangeAsync($"{other.DatasetId}");
        await page.Find("form").SubmitAsync();

        Same(new TrainJob(other.Id, s_trained with { Optimizer = null, From = source.Id }, RegisterAs: "customers"), Sent(portal));
    }

    [Fact]
    public async Task A_language_model_can_learn_a_low_rank_change_only()
    {
        var source = Version(s_language);
        await using var portal = Scripted(source, s_book);
        portal.Services.GetRequiredService<NavigationManager>().NavigateTo($"/train?continue={source.Id}");
        var page = portal.Page<TrainPage>();

        await page.Find("[data-testid=lora]").ChangeAsync(true);
        await page.Find("[data-testid=rank]").ChangeAsync("4");
        await page.Find("[data-testid=alpha]").ChangeAsync("8");
        await page.Find("[data-testid=matrices]").ChangeAsync("Attention");
        await page.Find("[data-testid=lora-dropout]").ChangeAsync("0.1");
        await page.Find("form").SubmitAsync();

        Same(new TrainJob(Examples.VersionId, s_language with { From = source.Id, Lora = new LoraSpec(4, 8, LoraMatrices.Attention, 0.1) }, RegisterAs: "customers"), Sent(portal));
    }

    [Fact]
    public async Task A_training_that_begins_anew_is_offered_no_low_rank_change()
    {
        await using var portal = Scripted(Version(s_language), s_book);
        var page = portal.Page<TrainPage>();

        Assert.NotEmpty(page.FindAll("[data-testid=tokens]"));
        Assert.Empty(page.FindAll("[data-testid=lora], [data-testid=source]"));
    }

    [Fact]
    public async Task The_settings_of_a_run_that_went_on_from_a_version_still_do()
    {
        var (source, lora) = (Version(s_language), new LoraSpec(16, 32, LoraMatrices.Mlp, 0.2));
        var job = new TrainJob(Examples.VersionId, s_language with { From = source.Id, Lora = lora });
        await using var portal = Scripted(source, s_book);
        portal.Api.Answers($"GET /api/runs/{Examples.RunId}", Examples.Run(Examples.Job(JobState.Succeeded) with { Spec = job }));
        portal.Services.GetRequiredService<NavigationManager>().NavigateTo($"/train?from={Examples.RunId}");

        await portal.Page<TrainPage>().Find("form").SubmitAsync();

        Same(job, Sent(portal));
    }

    [Fact]
    public async Task A_run_names_the_version_it_went_on_from()
    {
        var source = Version(s_trained);
        await using var portal = Scripted(source, Examples.Profile);
        var job = Examples.Job(JobState.Succeeded) with { Spec = new TrainJob(Examples.VersionId, s_trained with { From = source.Id }) };

        var record = portal.Page<RunRecord>(builder => builder.Add(p => p.Run, Examples.Run(job)));

        Assert.Equal("customers, version 2", record.Find("a[href='/models/customers/2']").TextContent);
    }

    [Fact]
    public async Task A_version_names_its_parent_and_one_that_is_solved_is_not_trained_on()
    {
        var solved = Version(new RecommendationTraining("user", "film", Network: new LinearAutoencoder()));
        var source = solved with { Manifest = solved.Manifest with { Lineage = new(null, null, null, "customers/1") } };
        await using var portal = Scripted(source, Examples.Profile);
        portal.Api.Answers("GET /api/models/customers/versions/2", source).Answers("GET /api/models/customers/versions/2/exports", Array.Empty<ModelExportView>());

        var card = portal.Page<VersionPage>(builder => builder.Add(p => p.Name, "customers").Add(p => p.Number, 2));

        Assert.Equal("customers, version 1", card.Find("a[href='/models/customers/1']").TextContent);
        Assert.Empty(card.FindAll("[data-testid=continue-training]"));
    }

    [Fact]
    public void A_search_from_such_a_run_leaves_the_network_alone()
    {
        var job = new TrainJob(Examples.VersionId, s_language with { From = Guid.NewGuid(), Lora = new(), Optimizer = new AdamWSpec { LearningRate = 0.001 } });

        var form = SearchForm.From(Examples.Run(Examples.Job(JobState.Succeeded) with { Spec = job }))!;

        Assert.Equal(["optimizer.learning_rate"], form.Settings.Select(setting => setting.Path));
        Assert.Contains("lora.rank", form.Paths);
        Assert.DoesNotContain(form.Paths, path => path == "from" || path.StartsWith("network", StringComparison.Ordinal));
    }

    private static ModelVersionView Version(TrainingSpec training) => Examples.ModelVersion with
    {
        Manifest = Examples.Manifest with { Training = training, Files = [new(ModelManifest.Weights, 1, "")] },
    };

    // Lists in records compare by reference; the text of both is what counts.
    private static void Same(JobSpec expected, JobSpec sent) =>
        Assert.Equal(JsonSerializer.Serialize(expected, MaaSJson.Options), JsonSerializer.Serialize(sent, MaaSJson.Options));

    private static JobSpec Sent(Portal portal) => JsonSerializer.Deserialize<JobSpec>(Assert.Single(portal.Api.BodiesOf("POST /api/jobs")), MaaSJson.Options)!;

    private static Portal Scripted(ModelVersionView source, DatasetProfile profile)
    {
        var portal = new Portal();
        portal.Api.Answers("GET /api/datasets", new Page<DatasetView>([Examples.Dataset]))
            .Answers("GET /api/experiments", new Page<ExperimentView>([]))
            .Answers($"GET /api/model-versions/{source.Id}", source)
            .Answers($"GET /api/dataset-versions/{Examples.VersionId}", Examples.Version)
            .Answers($"GET /api/datasets/{Examples.DatasetId}/versions", new Page<DatasetVersionView>([Examples.Version]))
            .Answers($"GET /api/datasets/{Examples.DatasetId}/versions/3/profile", profile)
            .Answers("POST /api/jobs", Examples.Job(JobState.Queued));
        return portal;
    }
}
