// The run page of a compress job: the frontier to choose from, what was lost in plain words, one click from a variant to an endpoint.
using Bunit;
using MaaS.Contracts;
using MaaS.Contracts.Compression;
using MaaS.Contracts.Deployments;
using MaaS.Contracts.Experiments;
using MaaS.Contracts.Events;
using MaaS.Contracts.Jobs;
using MaaS.Contracts.Teams;
using MaaS.Web.Compression;
using MaaS.Web.Experiments;
using Microsoft.AspNetCore.Components;
using Microsoft.Extensions.DependencyInjection;

namespace MaaS.Web.Tests.Compression;

public sealed class CompressionCardTests
{
    // Variant 2 is beaten by 1 in quality and in bytes, but is the fastest; 3 is worse in everything.
    private static readonly CompressionReport s_report = new(
        "accuracy", true, "a processor, 2 cores", new(0, "the source", [], Figures(0.9, 40_000, 1)),
        [
            Variant(1, "static int8", 0.896, 10_000, 0.8, new StaticQuantization()),
            Variant(2, "dynamic int8", 0.89, 11_000, 0.5, new DynamicQuantization()),
            Variant(3, "pruned", 0.8, 44_000, 2, new Pruning()) with { Remark = "This step did not help." },
            Variant(4, "half", 0.91, 20_000, 1, new HalfPrecision()),
        ],
        Best: 1, Verdict: "Take variant 1: a quarter of the size for 0.4 points.",
        Sensitivity: [new("fc1.weight", 2048, [new(0, 0.9), new(0.5, 0.88), new(0.9, 0.6)])]);

    [Fact]
    public async Task The_best_is_shown_first_and_what_another_beats_in_both_is_faded()
    {
        await using var portal = Scripted(JobState.Succeeded, s_report);
        var page = Page(portal);

        Assert.Equal([("0", true), ("1", false), ("2", true), ("3", true), ("4", false)], Points(page));
        Assert.Equal("1. static int8", page.Find("[data-testid=variant] h3").TextContent);
        Assert.Equal("4.00x smaller, 1.25x faster, 0.40 points lost", page.Find("[data-testid=against]").TextContent);
        Assert.Equal("Take variant 1: a quarter of the size for 0.4 points.", page.Find("[data-testid=verdict]").TextContent);
        Assert.Equal("1", page.Find(".frontier-best").TextContent);
        Assert.Single(page.FindAll("[data-testid=sensitivity] figure"));
    }

    [Fact]
    public async Task The_switch_asks_for_latency_and_then_others_are_beaten()
    {
        await using var portal = Scripted(JobState.Succeeded, s_report);
        var page = Page(portal);

        await page.Find("[data-testid=by-latency]").ClickAsync();

        Assert.Equal([("0", true), ("1", false), ("2", false), ("3", true), ("4", false)], Points(page));
        Assert.Equal("true", page.Find("[data-testid=by-latency]").GetAttribute("aria-pressed"));
    }

    [Fact]
    public async Task A_point_is_chosen_and_tells_what_was_done_and_that_it_did_not_help()
    {
        await using var portal = Scripted(JobState.Succeeded, s_report);
        var page = Page(portal);

        await page.FindAll("[data-testid=point]").Single(point => point.TextContent == "3").ClickAsync();

        Assert.Equal("3. pruned", page.Find("[data-testid=variant] h3").TextContent);
        Assert.Equal("This step did not help.", page.Find("[data-testid=remark]").TextContent);
        Assert.Equal("1.10x larger, 2.00x slower, 10.0 points lost", page.Find("[data-testid=against]").TextContent);
        Assert.Equal(["Pruning (80 % of weights, L1, global, 10 epochs)"], page.FindAll("[data-testid=steps] li").Select(step => step.TextContent));
        Assert.Equal("true", page.FindAll("[data-testid=point]").Single(point => point.TextContent == "3").GetAttribute("aria-pressed"));
    }

    [Fact]
    public async Task The_table_says_gains_and_losses_in_plain_words()
    {
        await using var portal = Scripted(JobState.Succeeded, s_report);
        var page = Page(portal);

        Assert.Equal(
            ["", "0.40 points lost", "1.00 points lost", "10.0 points lost", "1.00 points gained"],
            page.FindAll("[data-testid=lost]").Select(cell => cell.QuerySelector("span")?.TextContent ?? ""));
        Assert.Equal(["worse", "worse", "worse", "better"], page.FindAll("[data-testid=lost] span").Select(cell => cell.ClassName));
        Assert.Equal(["", "4.00x smaller", "3.64x smaller", "1.10x larger", "2.00x smaller"], page.FindAll("[data-testid=smaller]").Select(cell => cell.TextContent.Trim()));
        Assert.Equal(["", "1.25x faster", "2.00x faster", "2.00x slower", "as fast"], page.FindAll("[data-testid=faster]").Select(cell => cell.TextContent.Trim()));
        Assert.Single(page.FindAll("[data-testid=variants] [data-testid=best]"));
    }

    [Fact]
    public async Task A_variant_chosen_in_the_table_is_deployed_with_one_click()
    {
        await using var portal = Scripted(JobState.Succeeded, s_report);
        portal.Api.Answers("GET /api/models/small/versions/2/targets", Array.Empty<DeployTarget>())
            .Answers("POST /api/deployments", Examples.Deployment(Examples.Revision(1, 2)) with { Name = "small" });
        var page = Page(portal);

        await page.FindAll("[data-testid=choose]")[2].ClickAsync();
        Assert.Equal("/models/small/2", page.Find("[data-testid=variant-version]").GetAttribute("href"));
        await page.Find("[data-testid=deploy]").ClickAsync();

        Assert.Equal(["{\"name\":\"small\",\"traffic\":[{\"model\":\"small\",\"version\":2,\"weight\":100}],\"reason\":\"Deploy version 2\"}"], portal.Api.BodiesOf("POST /api/deployments"));
        Assert.Equal("http://localhost/deployments/small", portal.Services.GetRequiredService<NavigationManager>().Uri);
    }

    [Fact]
    public async Task A_deployment_that_is_refused_says_why_beside_the_button()
    {
        await using var portal = Scripted(JobState.Succeeded, s_report);
        portal.Api.Answers("GET /api/models/small/versions/1/targets", new[] { new DeployTarget("small", DeploymentState.Serving, [new("small", 2)], true, []) })
            .Refuses("POST /api/deployments/small/revisions", new(404, "model_version_not_found", "Not found", "There is no model version 1 of \"small\" in this team."));
        var page = Page(portal);

        await page.Find("[data-testid=deploy]").ClickAsync();

        Assert.Equal("There is no model version 1 of \"small\" in this team.", page.Find("[data-testid=variant] [role=alert] span").TextContent);
    }

    [Fact]
    public async Task While_it_runs_variants_appear_as_they_are_found_and_it_can_be_stopped()
    {
        await using var portal = Scripted(JobState.Running, null);
        var events = new EventScript(portal.Api);
        var page = Page(portal);
        Assert.Contains("source is measured first", page.Find("[data-testid=nothing-yet]").TextContent, StringComparison.Ordinal);
        Assert.Equal("Stop", page.Find("[data-testid=cancel]").TextContent.Trim());

        portal.Api.Answers($"GET /api/runs/{Examples.RunId}", Run(JobState.Running, s_report with { Variants = [.. s_report.Variants.Take(2)], Best = null, Verdict = null, Sensitivity = null }));
        await events.Say(new ChangedEvent($"{Topic.Run(Examples.RunId)}", "2"));

        await page.WaitForAssertionAsync(() => Assert.Equal(["0", "1", "2"], page.FindAll("[data-testid=point]").Select(point => point.TextContent)));
        Assert.Equal("2. dynamic int8", page.Find("[data-testid=variant] h3").TextContent);
    }

    [Fact]
    public async Task A_job_that_was_stopped_shows_what_it_found_and_one_that_found_nothing_says_so()
    {
        await using (var portal = Scripted(JobState.Canceled, s_report with { Best = null, Verdict = null }))
            Assert.Equal(5, Page(portal).FindAll("[data-testid=point]").Count);
        await using (var portal = Scripted(JobState.Canceled, s_report with { Variants = [], Best = null, Verdict = null, Sensitivity = [] }))
            Assert.Equal("No variant was made.", Page(portal).Find("[data-testid=no-variants]").TextContent);
        await using (var portal = Scripted(JobState.Failed, null))
            Assert.Equal("It ended before anything was measured.", Page(portal).Find("[data-testid=nothing-yet]").TextContent);
    }

    [Fact]
    public async Task A_viewer_sees_everything_and_deploys_nothing()
    {
        await using var portal = Scripted(JobState.Succeeded, s_report, Role.Viewer);
        var page = Page(portal);

        Assert.Equal(5, page.FindAll("[data-testid=point]").Count);
        Assert.Empty(page.FindAll("[data-testid=deploy]"));
        Assert.Equal(
            [$"/download/compressions/{Examples.RunId}/report.html", $"/download/compressions/{Examples.RunId}/report.json"],
            page.FindAll("[data-testid=download-report],[data-testid=download-json]").Select(link => link.GetAttribute("href")));
    }

    [Fact]
    public void Points_lie_within_the_drawing_and_less_error_lies_above_more()
    {
        var errors = s_report with { Quality = "rmse", HigherIsBetter = false };
        foreach (var report in new[] { s_report, errors, s_report with { Variants = [] } })
            foreach (var cost in Enum.GetValues<Cost>())
            {
                var plot = new FrontierPlot(report, cost);
                Assert.All(plot.Drawn, variant => Assert.True(plot.X(variant) is > 0 and < 1 && plot.Y(variant) is > 0 and < 1));
            }
        var (worse, better) = (s_report.Variants[3], s_report.Variants[2]);
        var drawing = new FrontierPlot(errors, Cost.Bytes);
        Assert.True(drawing.Y(better) < drawing.Y(worse));
        Assert.Equal([1, 3], drawing.Frontier.Where(variant => variant.Number is 1 or 3).Select(variant => variant.Number).Order());
    }

    private static IEnumerable<(string, bool)> Points(IRenderedComponent<RunPage> page) => page.FindAll("[data-testid=point]")
        .Select(point => (point.TextContent, point.ClassList.Contains("frontier-dominated")));

    private static Variant Variant(int number, string name, double quality, long bytes, double p50, CompressionStep step) =>
        new(number, name, [step], Figures(quality, bytes, p50), new(Guid.NewGuid(), "small", number));

    private static VariantFigures Figures(double quality, long bytes, double p50) => new(
        quality, quality - 0.005, quality + 0.005, quality, 6_512, bytes, bytes / 2, 10_000, 10_000, 20_000, p50, 2 * p50, 8 * p50, 4000 / p50, 3_000_000, new(3, 4),
        new Dictionary<string, double> { ["accuracy"] = quality });

    private static IRenderedComponent<RunPage> Page(Portal portal) => portal.Page<RunPage>(builder => builder.Add(p => p.Id, Examples.RunId));

    private static RunView Run(JobState state, CompressionReport? report) =>
        Examples.Run(Examples.Job(state) with { Kind = JobKind.Compress, Spec = new CompressJob(Examples.ModelVersion.Id, new SearchPlan(), RegisterAs: "small") }) with { Compression = report };

    private static Portal Scripted(JobState state, CompressionReport? report, Role role = Role.Member)
    {
        var portal = new Portal(role);
        portal.Api.Answers($"GET /api/runs/{Examples.RunId}", Run(state, report))
            .Answers($"GET /api/runs/{Examples.RunId}/metrics", Array.Empty<MetricSeries>())
            .Answers($"GET /api/runs/{Examples.RunId}/log", new Page<LogLine>([]))
            .Answers($"GET /api/runs/{Examples.RunId}/artifacts", Array.Empty<ArtifactView>())
            .Answers($"GET /api/runs/{Examples.RunId}/lineage", new RunLineage(null, null, [], []))
            .Answers($"GET /api/model-versions/{Examples.ModelVersion.Id}", Examples.ModelVersion)
            .Answers($"GET /api/dataset-versions/{Examples.VersionId}", Examples.Version);
        return portal;
    }
}
