using System.Text.Json;
using Bunit;
using MaaS.Contracts;
using MaaS.Contracts.Experiments;
using MaaS.Contracts.Jobs;
using MaaS.Contracts.Sweeps;
using MaaS.Contracts.Training;
using MaaS.Web.Experiments;
using MaaS.Web.Sweeps;
using Microsoft.AspNetCore.Components;
using Microsoft.Extensions.DependencyInjection;

namespace MaaS.Web.Tests.Sweeps;

public sealed class SearchPageTests
{
    private static readonly TabularTraining s_training = new("leaves", Network: new LinearNetwork()) { Optimizer = new AdamWSpec { LearningRate = 0.01 } };

    [Fact]
    public async Task A_search_begins_with_the_settings_of_a_run_and_its_own_suggestion()
    {
        await using var portal = new Portal();
        var job = Examples.Job(JobState.Succeeded) with { Spec = new TrainJob(Examples.VersionId, s_training, RegisterAs: "customers") };
        portal.Api.Answers($"GET /api/runs/{Examples.RunId}", Examples.Run(job)).Answers("POST /api/jobs", Examples.Job(JobState.Queued));
        portal.Services.GetRequiredService<NavigationManager>().NavigateTo($"/sweeps/new?from={Examples.RunId}");
        var page = portal.Page<SearchPage>();

        await page.Find("[data-testid=add-setting]").ClickAsync();
        await page.FindAll("[data-testid=path]")[1].ChangeAsync("batch_size");
        await page.FindAll("[data-testid=values]")[0].ChangeAsync("32, 64,128");
        await page.Find("[data-testid=runs]").ChangeAsync("12");
        await page.Find("form").SubmitAsync();

        var sent = JsonSerializer.Deserialize<JobSpec>(portal.Api.BodiesOf("POST /api/jobs").Single(), MaaSJson.Options);
        var sweep = Assert.IsType<SweepJob>(sent);
        Assert.Equal((Examples.VersionId, s_training, 12, "customers", new HalvingSpec()), (sweep.DatasetVersionId, sweep.Training, sweep.Runs, sweep.RegisterAs, sweep.Halving));
        Assert.Equal(new LogUniformRange(0.001, 0.1), sweep.Space["optimizer.learning_rate"]);
        Assert.Equal("[32,64,128]", JsonSerializer.Serialize(((ChoiceRange)sweep.Space["batch_size"]).Values));
        Assert.Equal($"http://localhost/runs/{Examples.RunId}", portal.Services.GetRequiredService<NavigationManager>().Uri);
    }

    [Fact]
    public async Task A_sweeps_page_shows_its_runs_best_first()
    {
        await using var portal = new Portal();
        var space = new Dictionary<string, SearchRange> { ["epochs"] = new IntegerRange(1, 9) };
        Trial Trial(int number, TrialState state, double? objective) => new(
            number, Guid.CreateVersion7(), Guid.NewGuid(), $"sweep-1-{number}", new Dictionary<string, JsonElement> { ["epochs"] = JsonSerializer.SerializeToElement(number) }, state, objective, number);
        Trial[] trials = [Trial(1, TrialState.Succeeded, 0.5), Trial(2, TrialState.Succeeded, 0.25), Trial(3, TrialState.Stopped, 0.75), Trial(4, TrialState.Failed, null)];
        var job = Examples.Job(JobState.Succeeded) with { Kind = JobKind.Sweep, Spec = new SweepJob(Examples.VersionId, s_training, space) };
        var run = Examples.Run(job) with { Sweep = new(trials, trials[1].RunId, new Dictionary<string, double> { ["epochs"] = 0.8 }) };
        portal.Api.Answers($"GET /api/runs/{Examples.RunId}", run)
            .Answers($"GET /api/runs/{Examples.RunId}/metrics", Array.Empty<MetricSeries>())
            .Answers($"GET /api/runs/{Examples.RunId}/log", new Page<LogLine>([]))
            .Answers($"GET /api/runs/{Examples.RunId}/artifacts", Array.Empty<ArtifactView>())
            .Answers($"GET /api/runs/{Examples.RunId}/lineage", new RunLineage(null, null, [], []))
            .Answers($"GET /api/dataset-versions/{Examples.VersionId}", Examples.Version);

        var page = portal.Page<RunPage>(builder => builder.Add(p => p.Id, Examples.RunId));

        Assert.Equal(["sweep-1-2best", "sweep-1-1", "sweep-1-3", "sweep-1-4"], page.FindAll("[data-testid=trials] tbody tr td:first-child").Select(cell => cell.TextContent));
        Assert.Equal(["succeeded", "succeeded", "stopped", "failed"], page.FindAll("[data-testid=trial-state]").Select(state => state.TextContent));
        Assert.Contains("80.0 %", page.Find("[data-testid=sweep]").TextContent, StringComparison.Ordinal);
        Assert.Empty(page.FindAll("[data-testid=search-settings]"));
    }
}
