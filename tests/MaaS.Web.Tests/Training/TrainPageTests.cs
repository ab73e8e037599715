using System.Text.Json;
using Bunit;
using MaaS.Contracts;
using MaaS.Contracts.Datasets;
using MaaS.Contracts.Experiments;
using MaaS.Contracts.Jobs;
using MaaS.Contracts.Training;
using MaaS.Web.Training;
using Microsoft.AspNetCore.Components;
using Microsoft.Extensions.DependencyInjection;

namespace MaaS.Web.Tests.Training;

public sealed class TrainPageTests
{
    [Fact]
    public async Task A_target_is_all_a_person_must_choose_and_the_run_opens()
    {
        await using var portal = Scripted();
        portal.Api.Answers("POST /api/jobs", Examples.Job(JobState.Queued));
        var page = portal.Page<TrainPage>();

        await page.Find("[data-testid=target]").ChangeAsync("leaves");
        await page.Find("form").SubmitAsync();

        Assert.Equal(new TrainJob(Examples.VersionId, new TabularTraining("leaves"), RegisterAs: "customers-2026"), Sent(portal));
        Assert.Equal($"http://localhost/runs/{Examples.RunId}", portal.Services.GetRequiredService<NavigationManager>().Uri);
    }

    [Fact]
    public async Task Every_dial_a_person_turns_reaches_the_job()
    {
        await using var portal = Scripted();
        portal.Api.Answers("POST /api/jobs", Examples.Job(JobState.Queued));
        var page = portal.Page<TrainPage>();

        await page.Find("[data-testid=target]").ChangeAsync("leaves");
        await page.Find("[data-testid=network]").ChangeAsync("Linear");
        await page.Find("[data-testid=optimizer]").ChangeAsync("AdamW");
        await page.Find("[data-testid=learning-rate]").ChangeAsync("0.01");
        await page.Find("[data-testid=epochs]").ChangeAsync("7");
        await page.Find("[data-testid=register-as]").ChangeAsync("");
        await page.Find("form").SubmitAsync();

        var expected = new TabularTraining("leaves", Network: new LinearNetwork()) { Optimizer = new AdamWSpec { LearningRate = 0.01 }, Epochs = 7 };
        Assert.Equal(new TrainJob(Examples.VersionId, expected), Sent(portal));
    }

    [Fact]
    public async Task A_form_without_a_target_says_so_at_the_field_and_sends_nothing()
    {
        await using var portal = Scripted();
        var page = portal.Page<TrainPage>();

        await page.Find("[data-testid=epochs]").ChangeAsync("0");
        await page.Find("form").SubmitAsync();

        Assert.Equal(["Target is required.", "Epochs must be between 1 and 100000."], page.FindAll(".field-error").Select(error => error.TextContent));
        Assert.Empty(portal.Api.BodiesOf("POST /api/jobs"));
    }

    [Fact]
    public async Task A_refusal_by_the_API_is_shown_at_its_field_and_above_the_button()
    {
        await using var portal = Scripted();
        portal.Api.Refuses("POST /api/jobs", new(400, "validation_failed", "Bad request", "training.optimizer.learning_rate must be between 1E-09 and 100.",
            new Dictionary<string, string[]> { ["training.optimizer.learning_rate"] = ["It must be between 1E-09 and 100."] }));
        var page = portal.Page<TrainPage>();

        await page.Find("[data-testid=target]").ChangeAsync("leaves");
        await page.Find("[data-testid=optimizer]").ChangeAsync("Adam");
        await page.Find("form").SubmitAsync();

        Assert.Equal("It must be between 1E-09 and 100.", page.Find(".field-error").TextContent);
        Assert.Equal("training.optimizer.learning_rate must be between 1E-09 and 100.", page.Find(".error-note span").TextContent);
        Assert.False(page.Find("[data-testid=train]").HasAttribute("disabled"));
    }

    [Fact]
    public async Task A_refusal_that_begins_with_a_field_is_shown_there()
    {
        await using var portal = Scripted();
        portal.Api.Refuses("POST /api/jobs", new(400, "target_not_trainable", "Bad request", "training.target is \"leaves\", which has 1 distinct values; there must be at least 2 to tell apart."));
        var page = portal.Page<TrainPage>();

        await page.Find("[data-testid=target]").ChangeAsync("leaves");
        await page.Find("form").SubmitAsync();

        Assert.Equal("training.target is \"leaves\", which has 1 distinct values; there must be at least 2 to tell apart.", page.Find(".field-error").TextContent);
        Assert.Equal("true", page.Find("[data-testid=target]").GetAttribute("aria-invalid"));
    }

    [Fact]
    public async Task A_double_click_queues_one_job()
    {
        await using var portal = Scripted();
        var answer = new TaskCompletionSource<HttpResponseMessage>();
        portal.Api.On("POST /api/jobs", _ => answer.Task);
        var page = portal.Page<TrainPage>();
        await page.Find("[data-testid=target]").ChangeAsync("leaves");

        var form = page.Find("form");
        var (first, second) = (form.SubmitAsync(), form.SubmitAsync());
        answer.SetResult(ScriptedApi.Json(System.Net.HttpStatusCode.Created, Examples.Job(JobState.Queued)));
        await Task.WhenAll(first, second);

        Assert.Single(portal.Api.BodiesOf("POST /api/jobs"));
    }

    [Fact]
    public async Task The_settings_of_a_run_can_be_taken_up_again()
    {
        await using var portal = Scripted();
        var spec = Examples.Train with { Training = new TabularTraining("leaves") { Epochs = 12, Optimizer = new MomentumSpec(0.8) { LearningRate = 0.1 } } };
        portal.Api.Answers($"GET /api/runs/{Examples.RunId}", Examples.Run(Examples.Job(JobState.Succeeded) with { Spec = spec }))
            .Answers($"GET /api/dataset-versions/{Examples.VersionId}", Examples.Version)
            .Answers("POST /api/jobs", Examples.Job(JobState.Queued));
        portal.Services.GetRequiredService<NavigationManager>().NavigateTo($"/train?from={Examples.RunId}");

        await portal.Page<TrainPage>().Find("form").SubmitAsync();

        var training = Assert.IsType<TabularTraining>(Sent(portal).Training);
        Assert.Equal((12, new MomentumSpec(0.8) { LearningRate = 0.1 }), (training.Epochs, training.Optimizer));
    }

    private static TrainJob Sent(Portal portal) =>
        Assert.IsType<TrainJob>(JsonSerializer.Deserialize<JobSpec>(Assert.Single(portal.Api.BodiesOf("POST /api/jobs")), MaaSJson.Options));

    private static Portal Scripted()
    {
        var portal = new Portal();
        portal.Api.Answers("GET /api/datasets", new Page<DatasetView>([Examples.Dataset]))
            .Answers("GET /api/experiments", new Page<ExperimentView>([]))
            .Answers($"GET /api/datasets/{Examples.DatasetId}/versions", new Page<DatasetVersionView>([Examples.Version]))
            .Answers($"GET /api/datasets/{Examples.DatasetId}/versions/3/profile", Examples.Profile);
        return portal;
    }
}
