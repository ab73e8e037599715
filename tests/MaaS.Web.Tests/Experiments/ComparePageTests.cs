// Runs over one another: what the address says is what is drawn, and what is chosen goes into the address.
using System.Net;
using System.Text.Json;
using Bunit;
using MaaS.Contracts;
using MaaS.Contracts.Events;
using MaaS.Contracts.Experiments;
using MaaS.Contracts.Jobs;
using MaaS.Web.Experiments;
using MaaS.Web.Shared;
using Microsoft.AspNetCore.Components;
using Microsoft.Extensions.DependencyInjection;

namespace MaaS.Web.Tests.Experiments;

public sealed class ComparePageTests
{
    private static readonly Guid[] s_ids = [.. Enumerable.Range(1, 4).Select(i => Guid.Parse($"0199d0a0-0000-7000-8000-0000000000{i:d2}"))];

    // Two methods, two seeds of each.
    private static readonly ComparedRun[] s_runs = [.. s_ids.Select((id, i) => new ComparedRun(
        id, $"run-{i}", "Customers", JobState.Succeeded, DateTimeOffset.UnixEpoch, DateTimeOffset.UnixEpoch, DateTimeOffset.UnixEpoch.AddMinutes(1),
        new Dictionary<string, string> { ["optimizer.method"] = i < 2 ? "adam" : "sgd", ["seed"] = $"{i}", ["epochs"] = "40", ["optimizer.learning_rate"] = i < 2 ? "0.001" : "0.1" },
        new Dictionary<string, double> { ["test_accuracy"] = 0.8 + (0.01 * i), ["val_loss"] = 0.5, ["train_loss"] = 0.4, ["system/cpu_percent"] = 9 },
        new Dictionary<string, string>()))];

    [Fact]
    public async Task Each_measure_is_one_chart_of_all_runs_and_one_request_brings_them_all()
    {
        await using var portal = Scripted(s_runs);

        var page = Open(portal);

        await page.WaitForAssertionAsync(() => Assert.Equal(["Loss (validation)", "Loss (training)"], Titles(page)));
        Assert.Equal(["run-0", "run-1", "run-2", "run-3"], Lines(page).Select(line => line.Name));
        var asked = JsonSerializer.Deserialize<QueryMetrics>(portal.Api.BodiesOf("POST /api/runs/metrics").Single(), MaaSJson.Options)!;
        Assert.Equal(s_ids, asked.Runs);
        Assert.Equal(["train_loss", "val_loss"], asked.Keys);
    }

    [Fact]
    public async Task What_is_chosen_goes_into_the_address_and_is_drawn()
    {
        await using var portal = Scripted(s_runs);
        var page = Open(portal);
        await page.WaitForAssertionAsync(() => Assert.Equal(2, Titles(page).Count));

        await page.Find("[data-testid=smoothing]").ChangeAsync("0.6");
        await page.Find("[data-testid=log-y]").ChangeAsync(true);
        await page.Find("[data-testid=x-axis]").ChangeAsync("time");

        Assert.EndsWith("&x=time&smooth=0.6&log=y", Address(portal), StringComparison.Ordinal);
        await page.WaitForAssertionAsync(() => Assert.True(page.FindComponent<PlotChart>().Instance is { LogY: true, LogX: false, XTitle: "seconds since the start" }));
        Assert.Equal([0.0, 2, 4], Lines(page)[0].X);
        Assert.NotNull(Lines(page)[0].Raw);
    }

    [Fact]
    public async Task Runs_of_one_setting_become_a_mean_with_its_spread()
    {
        await using var portal = Scripted(s_runs);

        var page = Open(portal, "&group=optimizer.method&key=val_loss");

        await page.WaitForAssertionAsync(() => Assert.Equal(["optimizer.method = adam (2)", "optimizer.method = sgd (2)"], Lines(page).Select(line => line.Name)));
        // Runs 0 and 1 lie at 0 and 1 above the curve.
        Assert.Equal([1.5, 1, 0.75], Lines(page)[0].Y);
        Assert.Equal(1.5 + Math.Sqrt(0.5), Lines(page)[0].High![0], 1e-9);
        Assert.Equal(["adam", "sgd"], page.FindAll("[data-testid=legend] li > span").Select(name => name.TextContent.Split(' ')[2]));
    }

    [Fact]
    public async Task A_metric_as_x_is_fetched_too_and_points_lie_along_it()
    {
        await using var portal = Scripted(s_runs);

        var page = Open(portal, "&key=val_loss&x=train_loss");

        await page.WaitForAssertionAsync(() => Assert.Equal(Lines(page)[0].Y, Lines(page)[0].X));
        Assert.Equal("Loss (training)", page.FindComponent<PlotChart>().Instance.XTitle);
        Assert.Equal(["train_loss", "val_loss"], JsonSerializer.Deserialize<QueryMetrics>(portal.Api.BodiesOf("POST /api/runs/metrics").Single(), MaaSJson.Options)!.Keys);
    }

    [Fact]
    public async Task A_line_is_hidden_and_a_run_taken_out()
    {
        await using var portal = Scripted(s_runs);
        var page = Open(portal);
        await page.WaitForAssertionAsync(() => Assert.Equal(2, Titles(page).Count));

        await page.Find("[data-testid=legend] input").ChangeAsync(false);
        await page.WaitForAssertionAsync(() => Assert.Equal(["run-1", "run-2", "run-3"], Lines(page).Select(line => line.Name)));
        Assert.Equal([1, 2, 3], Lines(page).Select(line => line.Place));
        await page.FindAll("[data-testid=legend] button")[3].ClickAsync();

        Assert.DoesNotContain($"{s_ids[3]}", Address(portal), StringComparison.Ordinal);
        Assert.Contains($"{s_ids[2]}", Address(portal), StringComparison.Ordinal);
    }

    private static readonly TeamJobsEvent s_news = new([new(Guid.CreateVersion7(), JobKind.Train, JobState.Running, s_ids[1], null, false, 1, 0.5, "learning")], 0);

    [Fact]
    public async Task A_run_under_way_is_looked_at_again_until_it_has_ended()
    {
        await using var portal = Scripted([s_runs[0], s_runs[1] with { State = JobState.Running }]);
        var events = new EventScript(portal.Api);
        var page = Open(portal, "&key=val_loss");
        await page.WaitForAssertionAsync(() => Assert.Equal(2, Lines(page).Count));
        Series(portal, values: 4);
        Runs(portal, [s_runs[1]]);
        await events.Say(s_news);

        await page.WaitForAssertionAsync(() => Assert.Equal([3, 4], Lines(page).Select(line => line.Y.Count)));

        // Only the one that was under way was asked for again.
        Assert.Equal([s_ids[1]], JsonSerializer.Deserialize<QueryMetrics>(portal.Api.BodiesOf("POST /api/runs/metrics").Last(), MaaSJson.Options)!.Runs);
    }

    [Fact]
    public async Task The_table_marks_the_best_and_shows_only_settings_that_differ()
    {
        await using var portal = Scripted(s_runs);

        var page = Open(portal, "&show=table");

        Assert.Equal(["0.83"], page.FindAll("[data-testid=comparison] tr:first-child .better").Select(best => best.TextContent));
        string[] Settings() => [.. page.FindAll("[data-testid=comparison] th.mono").Select(setting => setting.TextContent)];
        Assert.Equal(["optimizer.learning_rate", "optimizer.method", "seed"], Settings());
        await page.Find("[data-testid=all-settings]").ChangeAsync(true);
        Assert.Equal(["epochs", "optimizer.learning_rate", "optimizer.method", "seed"], Settings());
    }

    [Fact]
    public async Task Parallel_coordinates_draw_a_line_a_run_through_what_differs_and_the_figure()
    {
        await using var portal = Scripted(s_runs);

        var page = Open(portal, "&show=parallel");

        Assert.Equal(["optimizer.learning_rate (log)", "optimizer.method", "seed", "Accuracy (test)"], page.FindAll(".parallel-name").Select(name => name.TextContent));
        Assert.Equal("0,100 33.33,100 66.67,100 100,100", page.Find("polyline").GetAttribute("points"));
        Assert.Equal(4, page.FindAll("polyline").Count);
        await page.FindAll("[data-testid=axes] input")[2].ChangeAsync(false);
        Assert.Equal(["optimizer.learning_rate (log)", "optimizer.method", "Accuracy (test)"], page.FindAll(".parallel-name").Select(name => name.TextContent));
        await page.Find(".parallel-runs a").FocusAsync();
        Assert.Single(page.FindAll(".parallel-lit"));
    }

    [Fact]
    public async Task A_point_of_the_scatter_says_what_it_is_and_leads_to_its_run()
    {
        await using var portal = Scripted(s_runs);
        var page = Open(portal, "&show=scatter");

        var point = page.Find(".scatter-point");
        Assert.Equal(("run-0: optimizer.learning_rate 0.001, Accuracy (test) 0.8", $"/runs/{s_ids[0]}"), (point.GetAttribute("aria-label"), point.GetAttribute("href")));
        await page.Find("[data-testid=across]").ChangeAsync("seed");

        Assert.EndsWith("&show=scatter&across=seed&up=test_accuracy", Address(portal), StringComparison.Ordinal);
        await page.WaitForAssertionAsync(() => Assert.StartsWith("run-0: seed 0,", page.Find(".scatter-point").GetAttribute("aria-label"), StringComparison.Ordinal));
    }

    [Theory]
    [InlineData("parallel", "Parallel coordinates", 8, "run,optimizer.learning_rate,")]
    [InlineData("scatter", "Accuracy (test) against optimizer.learning_rate", 1, "run,optimizer.learning_rate,test_accuracy")]
    public async Task What_the_page_draws_itself_is_saved_as_a_picture_and_as_numbers(string show, string title, int lines, string heads)
    {
        await using var portal = Scripted(s_runs);
        var module = portal.JSInterop.SetupModule("./charts.js");
        module.Mode = JSRuntimeMode.Loose;
        var page = Open(portal, $"&show={show}");

        await page.Find("[data-testid=save-svg]").ClickAsync();
        await page.Find("[data-testid=save-csv]").ClickAsync();

        var drawn = module.Invocations["drawing"].Single().Arguments;
        var svg = System.Xml.Linq.XDocument.Parse((string)drawn[2]!).Root!;
        Assert.Equal((title, "svg", lines), (drawn[0], drawn[1], svg.Elements().Count(part => part.Name.LocalName == "polyline")));
        var (name, text) = (module.Invocations["text"].Single().Arguments[0], (string)module.Invocations["text"].Single().Arguments[1]!);
        Assert.Equal($"{title}.csv", name);
        Assert.StartsWith(heads, text.Replace("\"", "", StringComparison.Ordinal), StringComparison.Ordinal);
        Assert.Equal(5, text.Split("\r\n").Length);
    }

    [Fact]
    public async Task Confusion_matrices_stand_side_by_side()
    {
        await using var portal = Scripted([s_runs[0], s_runs[1] with { Labels = ["no", "yes"], ConfusionMatrix = [[9, 1], [2, 8]] }]);

        var page = Open(portal, "&show=outcomes");

        Assert.Equal(["run-1"], page.FindAll("[data-testid=outcomes] h2").Select(name => name.TextContent));
        Assert.NotNull(page.FindComponent<ConfusionMatrix>());
    }

    [Fact]
    public async Task Runs_that_differ_in_nothing_say_so_everywhere()
    {
        var empty = s_runs.Take(2).Select(run => run with { Params = new Dictionary<string, string>(), Metrics = new Dictionary<string, double>() }).ToArray();
        foreach (var show in CompareState.Parts.Select(part => part.Show))
        {
            await using var portal = Scripted(empty);

            var page = Open(portal, $"&show={show}");

            Assert.True(page.FindAll("[data-testid=empty]").Count == 1 || show == CompareState.Table, show);
        }
    }

    [Fact]
    public async Task A_failure_to_fetch_curves_is_said_and_the_page_stays()
    {
        await using var portal = Scripted(s_runs);
        portal.Api.Refuses("POST /api/runs/metrics", new(503, "database_unavailable", "Unavailable", "The database does not answer at the moment; try again shortly."));

        var page = Open(portal);

        await page.WaitForAssertionAsync(() => Assert.Contains("does not answer", page.Find("[role=alert]").TextContent, StringComparison.Ordinal));
        Assert.Equal(4, page.FindAll("[data-testid=legend] li").Count);
    }

    [Fact]
    public async Task What_could_not_be_fetched_is_fetched_with_the_next_change()
    {
        await using var portal = Scripted(s_runs);
        portal.Api.Refuses("POST /api/runs/metrics", new(503, "database_unavailable", "Unavailable", "The database does not answer at the moment; try again shortly."));
        var page = Open(portal);
        await page.WaitForAssertionAsync(() => Assert.Single(page.FindAll("[role=alert]")));
        Series(portal, values: 3);

        await page.Find("[data-testid=smoothing]").ChangeAsync("0.6");

        await page.WaitForAssertionAsync(() => Assert.Equal(2, Titles(page).Count));
        Assert.Empty(page.FindAll("[role=alert]"));
    }

    [Fact]
    public async Task What_could_not_be_fetched_of_runs_under_way_comes_with_the_next_look()
    {
        await using var portal = Scripted([s_runs[0], s_runs[1] with { State = JobState.Running }]);
        var events = new EventScript(portal.Api);
        portal.Api.Refuses("POST /api/runs/metrics", new(503, "database_unavailable", "Unavailable", "The database does not answer at the moment; try again shortly."));
        var page = Open(portal, "&key=val_loss");
        await page.WaitForAssertionAsync(() => Assert.Single(page.FindAll("[role=alert]")));
        Series(portal, values: 3);
        await events.Say(s_news);

        await page.WaitForAssertionAsync(() => Assert.Equal(["run-0", "run-1"], page.FindComponents<PlotChart>().SelectMany(chart => chart.Instance.Lines).Select(line => line.Name)), TimeSpan.FromSeconds(20));
    }

    [Fact]
    public async Task One_run_is_nothing_to_compare()
    {
        await using var portal = new Portal();
        portal.Services.GetRequiredService<NavigationManager>().NavigateTo($"/compare?run={s_ids[0]}&run={s_ids[0]}");

        Assert.Contains("Choose two or more runs", portal.Page<ComparePage>().Find("[data-testid=empty]").TextContent, StringComparison.Ordinal);
    }

    private static string Address(Portal portal) => portal.Services.GetRequiredService<NavigationManager>().Uri;

    private static IReadOnlyList<string> Titles(IRenderedComponent<ComparePage> page) => [.. page.FindComponents<PlotChart>().Select(chart => chart.Instance.Title)];

    private static IReadOnlyList<ChartLine> Lines(IRenderedComponent<ComparePage> page) => page.FindComponent<PlotChart>().Instance.Lines;

    private static IRenderedComponent<ComparePage> Open(Portal portal, string more = "")
    {
        portal.Services.GetRequiredService<NavigationManager>().NavigateTo("/compare?" + string.Join('&', s_ids.Select(id => $"run={id}")) + more);
        return portal.Page<ComparePage>();
    }

    private static Portal Scripted(ComparedRun[] runs)
    {
        var portal = new Portal();
        Runs(portal, runs);
        Series(portal, values: 3);
        return portal;
    }

    private static void Runs(Portal portal, ComparedRun[] runs) => portal.Api.Answers("POST /api/runs/compare", runs);

    /// <summary>Of every run asked for the same falling curve, each the place of the run higher.</summary>
    private static void Series(Portal portal, int values) => portal.Api.On("POST /api/runs/metrics", body =>
    {
        var asked = JsonSerializer.Deserialize<QueryMetrics>(body, MaaSJson.Options)!;
        return Task.FromResult(ScriptedApi.Json(HttpStatusCode.OK, asked.Runs.Select(run => new RunSeries(run, [.. asked.Keys.Select(key => new MetricSeries(key, values,
            [.. Enumerable.Range(0, values).Select(i => new MetricSample(i, Array.IndexOf(s_ids, run) + (1 / Math.Pow(2, i)), DateTimeOffset.UnixEpoch.AddSeconds(2 * i)))]))])).ToArray()));
    });
}
