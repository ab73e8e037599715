// The table of runs: what it shows, that its address is its state, and how a search that is wrong is answered.
using Bunit;
using MaaS.Contracts.Experiments;
using MaaS.Web.Experiments;
using Microsoft.AspNetCore.Components;
using Microsoft.Extensions.DependencyInjection;

namespace MaaS.Web.Tests.Experiments;

public sealed class RunsTableTests
{
    [Fact]
    public async Task Runs_are_shown_by_their_figures_and_by_the_settings_that_tell_them_apart()
    {
        await using var portal = Rows.Scripted();
        var page = Table(portal);

        Assert.Equal(
            ["name", "state", "metrics.test_accuracy", "metrics.val_loss", "params.lr", "duration", "created"],
            page.FindAll("[data-testid=runs] thead th[title]").Select(head => head.GetAttribute("title")));
        Assert.Equal("12 runs", page.Find("[data-testid=found]").TextContent);
        Assert.Equal(
            ["run-1", "succeeded", "–", "1.5", "0.02", "1.0 s", "1 Jan 1970"],
            page.FindAll("[data-testid=runs] tbody tr")[2].QuerySelectorAll("td").Skip(1).Select(cell => cell.TextContent.Trim()));
        Assert.Equal(
            ["column=state", "column=metrics.test_accuracy", "column=metrics.val_loss", "column=params.lr", "column=duration", "column=created"],
            Asked(portal).Split('&').Where(part => part.StartsWith("column", StringComparison.Ordinal)));
    }

    [Fact]
    public async Task A_search_is_in_the_address_and_asked_of_the_api()
    {
        await using var portal = Rows.Scripted();
        var page = Table(portal);

        await page.Find("[data-testid=search]").ChangeAsync("metrics.val_loss < 0.3 and state = running");
        await page.Find("form.run-search").SubmitAsync();

        Assert.Equal("?search=metrics.val_loss < 0.3 and state = running", Query(portal));
        Assert.Contains("&search=metrics.val_loss < 0.3 and state = running&", Asked(portal), StringComparison.Ordinal);
        await page.Find("[data-testid=clear-search]").ClickAsync();
        Assert.Equal("", Query(portal));
    }

    [Fact]
    public async Task A_mistake_in_a_search_is_shown_at_its_place_and_asked_of_nobody()
    {
        await using var portal = Rows.Scripted();
        var page = Table(portal);
        var before = portal.Api.Calls.Count;

        await page.Find("[data-testid=search]").ChangeAsync("metrics.val_loss < low");
        await page.Find("form.run-search").SubmitAsync();

        Assert.Equal("At character 20: Expected a number; there is low.", page.Find("[data-testid=mistake]").TextContent);
        Assert.Equal(("l", "metrics.val_loss < low"), (page.Find("[data-testid=mistake-place] mark").TextContent, page.Find("[data-testid=mistake-place]").TextContent));
        Assert.Equal("true", page.Find("[data-testid=search]").GetAttribute("aria-invalid"));
        Assert.Equal((before, ""), (portal.Api.Calls.Count, Query(portal)));
    }

    [Fact]
    public async Task A_refusal_is_said_and_can_be_tried_again()
    {
        await using var portal = Rows.Scripted();
        portal.Api.Refuses("GET /api/runs/rows", new(503, "database_unavailable", "Unavailable", "The database does not answer at the moment; try again shortly."));
        var page = Table(portal);
        Assert.Equal("The database does not answer at the moment; try again shortly.", page.Find("[data-testid=error] span").TextContent);

        portal.Api.Answers("GET /api/runs/rows", new RunRows(Rows.All, Rows.All.Count));
        await page.Find("[data-testid=error] button").ClickAsync();

        Assert.Empty(page.FindAll("[data-testid=error]"));
        Assert.Equal("12 runs", page.Find("[data-testid=found]").TextContent);
    }

    [Fact]
    public async Task An_address_is_a_whole_table()
    {
        await using var portal = Rows.Scripted();
        portal.Services.GetRequiredService<NavigationManager>().NavigateTo(
            "/runs?search=name+~+run&sort=best.val_loss&order=asc&column=state&column=best.val_loss&column=metrics.test_accuracy&column=nonsense&pin=best.val_loss&differing=true&show=archived");
        var page = Table(portal);

        // Pinned first; what is the same everywhere left out.
        Assert.Equal(["name", "best.val_loss", "state"], page.FindAll("[data-testid=runs] thead th[title]").Select(head => head.GetAttribute("title")));
        Assert.Equal("ascending", page.Find("th[title='best.val_loss']").GetAttribute("aria-sort"));
        Assert.Contains("grid-pinned", page.Find("th[title='best.val_loss']").ClassName, StringComparison.Ordinal);
        Assert.Contains("&search=name ~ run&sort=best.val_loss&order=asc&show=archived&column=best.val_loss&column=state", Asked(portal), StringComparison.Ordinal);
        Assert.Equal("0.25", page.FindAll("[data-testid=runs] tbody tr")[1].QuerySelectorAll("td")[2].TextContent.Trim());
    }

    [Fact]
    public async Task A_click_on_a_head_sorts_by_it_and_another_turns_it_round()
    {
        await using var portal = Rows.Scripted();
        var page = Table(portal);

        await page.Find("[data-testid='sort-metrics.val_loss']").ClickAsync();
        Assert.Equal("?sort=metrics.val_loss", Query(portal));
        await page.Find("[data-testid='sort-metrics.val_loss']").ClickAsync();
        Assert.Equal("?sort=metrics.val_loss&order=asc", Query(portal));
        await page.Find("[data-testid='sort-name']").ClickAsync();
        Assert.Equal("?sort=name&order=asc", Query(portal));
    }

    [Fact]
    public async Task Columns_are_added_pinned_and_removed()
    {
        await using var portal = Rows.Scripted();
        portal.Services.GetRequiredService<NavigationManager>().NavigateTo("/runs?column=state");
        var page = Table(portal);
        await page.Find("[data-testid=columns]").ClickAsync();

        await page.Find("[data-testid=column-filter]").InputAsync("loss");
        Assert.Equal(
            ["+ metrics.val_loss", "+ best.val_loss", "+ min.val_loss", "+ max.val_loss"], page.FindAll("[data-testid=column-offers] button").Select(offer => offer.TextContent));
        await page.Find("[data-testid='add-best.val_loss']").ClickAsync();
        await page.Find("[data-testid='pin-best.val_loss']").ClickAsync();
        Assert.Equal("?column=state&column=best.val_loss&pin=best.val_loss", Query(portal));
        await page.Find("[data-testid='remove-state']").ClickAsync();
        await page.Find("[data-testid=only-differing]").ChangeAsync(true);
        Assert.Equal("?column=best.val_loss&pin=best.val_loss&differing=true", Query(portal));
    }

    [Fact]
    public async Task Nothing_found_says_what_to_think_of_it()
    {
        await using var portal = Rows.Scripted();
        portal.Api.Answers("GET /api/runs/rows", new RunRows([], 0));
        Assert.Contains("No runs yet", Table(portal).Find("[data-testid=empty]").TextContent, StringComparison.Ordinal);

        portal.Services.GetRequiredService<NavigationManager>().NavigateTo("/runs?search=name+%3D+a");
        Assert.Contains("No runs found", Table(portal).Find("[data-testid=empty]").TextContent, StringComparison.Ordinal);
    }

    private static IRenderedComponent<RunsTable> Table(Portal portal) => portal.Page<RunsTable>(builder => builder.Add(table => table.ExperimentId, Examples.ExperimentId));

    private static string Query(Portal portal) => Uri.UnescapeDataString(new Uri(portal.Services.GetRequiredService<NavigationManager>().Uri).Query.Replace("+", " ", StringComparison.Ordinal));

    private static string Asked(Portal portal) => Uri.UnescapeDataString(portal.Api.Queries.Last(made => made.Call == "GET /api/runs/rows").Query);
}
