// A run of very many series: the page asks for those it draws and for no other.
using System.Text.Json;
using Bunit;
using MaaS.Contracts;
using MaaS.Contracts.Events;
using MaaS.Contracts.Experiments;
using MaaS.Contracts.Jobs;
using MaaS.Web.Experiments;
using MaaS.Web.Shared;

namespace MaaS.Web.Tests.Experiments;

public sealed class WideRunTests
{
    private static readonly string[] s_keys = [.. Enumerable.Range(0, 5000).Select(i => $"layer_{i:d4}/norm"), "val_loss", "train_loss", "test_accuracy", "system/cpu_percent"];

    [Fact]
    public async Task Twenty_charts_are_drawn_loss_first_and_only_their_points_are_fetched()
    {
        await using var portal = Scripted(JobState.Succeeded);

        var page = portal.Page<RunPage>(builder => builder.Add(p => p.Id, Examples.RunId));

        await page.WaitForAssertionAsync(() => Assert.Equal(20, page.FindComponents<PlotChart>().Count));
        Assert.Equal("Loss", page.FindComponent<PlotChart>().Instance.Title);
        var asked = Asked(portal);
        Assert.Equal(21, asked.Count);
        Assert.Contains("train_loss", asked);
        Assert.DoesNotContain("test_accuracy", asked);
        Assert.DoesNotContain("system/cpu_percent", asked);
    }

    [Fact]
    public async Task A_measure_is_found_by_what_is_typed_drawn_when_checked_and_gone_when_not()
    {
        await using var portal = Scripted(JobState.Succeeded);
        portal.Api.Answers($"GET /api/runs/{Examples.RunId}/metrics/keys", new Page<MetricKey>([new("layer_4711/norm", 2, 2, 0.5)]));
        var page = portal.Page<RunPage>(builder => builder.Add(p => p.Id, Examples.RunId));

        await page.Find("[data-testid=metric-picker]").TriggerEventAsync("ontoggle", EventArgs.Empty);
        await page.Find("[data-testid=find-metric]").InputAsync("4711");
        await page.WaitForElementAsync(".picker-list input");
        await page.Find(".picker-list input").ChangeAsync(true);

        await page.WaitForAssertionAsync(() => Assert.Equal(21, page.FindComponents<PlotChart>().Count));
        Assert.Equal("Layer 4711 norm", page.FindComponents<PlotChart>()[^1].Instance.Title);
        Assert.Equal(22, Asked(portal).Count);
        await page.Find(".picker-list input").ChangeAsync(false);
        await page.WaitForAssertionAsync(() => Assert.Equal(20, page.FindComponents<PlotChart>().Count));
    }

    [Fact]
    public async Task The_machines_series_are_fetched_when_they_are_opened()
    {
        await using var portal = Scripted(JobState.Succeeded);
        var page = portal.Page<RunPage>(builder => builder.Add(p => p.Id, Examples.RunId));

        await page.FindAll("details").Single(fold => fold.TextContent.Contains("The machine while it worked", StringComparison.Ordinal)).TriggerEventAsync("ontoggle", EventArgs.Empty);

        await page.WaitForElementAsync("[data-testid=machine] figure");
        Assert.Contains("system/cpu_percent", Asked(portal));
    }

    [Fact]
    public async Task While_it_runs_only_the_drawn_series_are_followed()
    {
        await using var portal = Scripted(JobState.Running);
        var events = new EventScript(portal.Api);
        var page = portal.Page<RunPage>(builder => builder.Add(p => p.Id, Examples.RunId));
        await page.WaitForAssertionAsync(() => Assert.Equal(20, page.FindComponents<PlotChart>().Count));

        await events.Say(new JobMetricsEvent(Examples.RunId, [new("val_loss", 9, 0.125, DateTimeOffset.UnixEpoch), new("layer_4999/norm", 9, 7, DateTimeOffset.UnixEpoch)]));

        await page.WaitForAssertionAsync(() => Assert.Equal([0.5, 0.4, 0.125], page.FindComponent<PlotChart>().Instance.Lines.Single(line => line.Name == "validation").Y));
        Assert.Equal(20, page.FindComponents<PlotChart>().Count);
    }

    private static List<string> Asked(Portal portal) =>
        [.. portal.Api.BodiesOf("POST /api/runs/metrics").SelectMany(body => JsonSerializer.Deserialize<QueryMetrics>(body, MaaSJson.Options)!.Keys)];

    private static Portal Scripted(JobState state)
    {
        var portal = new Portal();
        portal.Api.Answers($"GET /api/runs/{Examples.RunId}", Examples.Run(Examples.Job(state)) with { Metrics = s_keys.ToDictionary(key => key, _ => 0.5) })
            .Answers($"GET /api/runs/{Examples.RunId}/log", new Page<LogLine>([]))
            .Answers($"GET /api/runs/{Examples.RunId}/artifacts", Array.Empty<ArtifactView>())
            .Answers($"GET /api/runs/{Examples.RunId}/lineage", new RunLineage(null, null, [], []))
            .Answers($"GET /api/dataset-versions/{Examples.VersionId}", Examples.Version)
            .On("POST /api/runs/metrics", body => Task.FromResult(ScriptedApi.Json(System.Net.HttpStatusCode.OK, new[]
            {
                new RunSeries(Examples.RunId, [.. JsonSerializer.Deserialize<QueryMetrics>(body, MaaSJson.Options)!.Keys
                    .Select(key => new MetricSeries(key, 2, [new(1, 0.5, DateTimeOffset.UnixEpoch), new(2, 0.4, DateTimeOffset.UnixEpoch)]))]),
            })));
        return portal;
    }
}
