using Bunit;
using MaaS.Contracts;
using MaaS.Contracts.Datasets;
using MaaS.Contracts.Jobs;
using MaaS.Contracts.Models;
using MaaS.Web.Experiments;
using MaaS.Web.Models;
using Microsoft.AspNetCore.Components;
using Microsoft.Extensions.DependencyInjection;

namespace MaaS.Web.Tests.Models;

public sealed class ScoreFormTests
{
    private static ScoreJob Score { get; } = new(Examples.VersionId, Examples.ModelVersion.Id, AnswerFormat.Parquet, WithInputs: false);

    private static JobView Job(JobState state) => Examples.Job(state) with { Kind = JobKind.Score, Spec = Score };

    [Fact]
    public async Task A_dataset_is_chosen_and_the_jobs_run_is_opened()
    {
        await using var portal = Scripted();
        portal.Api.Answers("POST /api/jobs", Job(JobState.Queued));
        var form = portal.Page<ScoreForm>(builder => builder.Add(one => one.Version, Examples.ModelVersion));
        Assert.True(form.Find("[data-testid=score]").HasAttribute("disabled"));

        await form.Find("[data-testid=score-dataset]").ChangeAsync($"{Examples.VersionId}");
        await form.Find("[data-testid=score-format]").ChangeAsync("Parquet");
        await form.Find("[data-testid=score-inputs]").ChangeAsync(false);
        await form.Find("form").SubmitAsync();

        Assert.Equal(
            $$"""{"kind":"score","dataset_version_id":"{{Examples.VersionId}}","version_id":"{{Examples.ModelVersion.Id}}","format":"parquet","with_inputs":false,"top":10,"priority":0}""",
            Assert.Single(portal.Api.BodiesOf("POST /api/jobs")));
        Assert.Equal($"http://localhost/runs/{Examples.RunId}", portal.Services.GetRequiredService<NavigationManager>().Uri);
    }

    [Fact]
    public async Task A_refusal_is_said_at_the_form()
    {
        await using var portal = Scripted();
        portal.Api.Refuses("POST /api/jobs", new(422, "columns_missing", "Unprocessable", "The dataset lacks a column that the model reads: age. Its own are x."));
        var form = portal.Page<ScoreForm>(builder => builder.Add(one => one.Version, Examples.ModelVersion));

        await form.Find("[data-testid=score-dataset]").ChangeAsync($"{Examples.VersionId}");
        await form.Find("form").SubmitAsync();

        Assert.Equal("The dataset lacks a column that the model reads: age. Its own are x.", form.Find("[role=alert] span").TextContent);
    }

    [Theory]
    [InlineData(ModelTask.LanguageModel, false)]
    [InlineData(ModelTask.Custom, false)]
    [InlineData(ModelTask.Recommendation, true)]
    public void Only_models_that_answer_row_by_row_are_offered(ModelTask task, bool fits) => Assert.Equal(fits, ScoreForm.Fits(Examples.Manifest with { Task = task }));

    [Fact]
    public async Task A_run_that_has_scored_offers_its_file()
    {
        await using var portal = Scripted();
        portal.Api.Answers($"GET /api/model-versions/{Examples.ModelVersion.Id}", Examples.ModelVersion);
        var run = Examples.Run(Job(JobState.Succeeded)) with { Metrics = new Dictionary<string, double> { ["rows"] = 1200, ["refused_rows"] = 3 } };

        var card = portal.Page<ScoreCard>(builder => builder.Add(one => one.Run, run).Add(one => one.Score, Score));

        Assert.Equal($"/download/runs/{Examples.RunId}/answers.parquet", card.Find("[data-testid=download-answers]").GetAttribute("href"));
        Assert.Equal(("1,197", "3"), (card.Find("dd").TextContent, card.Find("[data-testid=refused]").FirstChild!.TextContent));
        Assert.Equal("customers, version 2", card.Find(".actions a:last-child").TextContent);
    }

    private static Portal Scripted()
    {
        var portal = new Portal();
        portal.Api.Answers("GET /api/datasets", new Page<DatasetView>([Examples.Dataset, Examples.Dataset with { Id = Guid.NewGuid(), Latest = null }]));
        return portal;
    }
}
