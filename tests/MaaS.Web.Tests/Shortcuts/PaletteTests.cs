// The palette from the keyboard: what it offers, what it finds, and what it says when it finds nothing.
using Bunit;
using MaaS.Contracts.Search;
using MaaS.Contracts.Teams;
using MaaS.Web.Shortcuts;
using Microsoft.AspNetCore.Components;
using Microsoft.AspNetCore.Components.Web;
using Microsoft.Extensions.DependencyInjection;
using MudBlazor;

namespace MaaS.Web.Tests.Shortcuts;

public sealed class PaletteTests
{
    [Fact]
    public async Task Before_anything_is_typed_it_offers_what_was_visited_then_actions_then_pages()
    {
        await using var portal = new Portal();
        var dialogs = await Open(portal);

        Assert.Equal(["Actions", "Pages"], dialogs.FindAll(".palette-group").Select(group => group.TextContent));
        Assert.Equal("Train a model", dialogs.Find("[data-testid=palette-item] .palette-name").TextContent);
        Assert.Contains("Switch to the theme: Dark", dialogs.Find("[data-testid=palette-list]").TextContent, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_viewer_is_offered_nothing_that_a_viewer_may_not_do()
    {
        await using var portal = new Portal(Role.Viewer);
        var dialogs = await Open(portal);

        Assert.DoesNotContain("Train a model", dialogs.Find("[data-testid=palette-list]").TextContent, StringComparison.Ordinal);
        Assert.Contains("Show the keyboard shortcuts", dialogs.Find("[data-testid=palette-list]").TextContent, StringComparison.Ordinal);
    }

    [Fact]
    public async Task What_is_found_is_reached_with_the_arrows_and_enter()
    {
        await using var portal = new Portal();
        var run = Guid.CreateVersion7();
        portal.Api.Answers("GET /api/search", new SearchHit[] { new(SearchNoun.Model, Guid.CreateVersion7(), "churn", null, DateTimeOffset.UnixEpoch), new(SearchNoun.Run, run, "churn 7", "customers", DateTimeOffset.UnixEpoch) });
        var dialogs = await Open(portal);

        await dialogs.Find("[data-testid=palette-box]").InputAsync("churn");
        await dialogs.WaitForAssertionAsync(() => Assert.Equal(["Models", "Runs"], dialogs.FindAll(".palette-group").Select(group => group.TextContent)));
        Assert.Equal("true", dialogs.FindAll("[data-testid=palette-item]")[0].GetAttribute("aria-selected"));
        await dialogs.Find("[data-testid=palette-box]").KeyDownAsync(new KeyboardEventArgs { Key = "ArrowDown" });
        Assert.Equal(dialogs.FindAll("[data-testid=palette-item]")[1].Id, dialogs.Find("[data-testid=palette-box]").GetAttribute("aria-activedescendant"));
        await dialogs.Find("[data-testid=palette-box]").KeyDownAsync(new KeyboardEventArgs { Key = "Enter" });

        Assert.Equal($"http://localhost/runs/{run}", portal.Services.GetRequiredService<NavigationManager>().Uri);
        Assert.Equal("?text=churn&limit=20", portal.Api.Queries.Single(asked => asked.Call == "GET /api/search").Query);
    }

    [Fact]
    public async Task Where_nothing_is_found_it_says_what_was_looked_for()
    {
        await using var portal = new Portal();
        portal.Api.Answers("GET /api/search", Array.Empty<SearchHit>());
        var dialogs = await Open(portal);

        await dialogs.Find("[data-testid=palette-box]").InputAsync("xyzzy");

        await dialogs.WaitForAssertionAsync(() => Assert.Equal("Nothing is called “xyzzy”, has such a tag, or an id that begins so.", dialogs.Find("[data-testid=palette-status]").TextContent));
        Assert.Empty(dialogs.FindAll("[data-testid=palette-item]"));
    }

    [Fact]
    public async Task An_API_that_does_not_answer_is_said_and_pages_are_found_all_the_same()
    {
        await using var portal = new Portal();
        portal.Api.On("GET /api/search", _ => throw new HttpRequestException("Connection refused."));
        var dialogs = await Open(portal);

        await dialogs.Find("[data-testid=palette-box]").InputAsync("play");

        await dialogs.WaitForAssertionAsync(() => Assert.StartsWith("The API does not answer", dialogs.Find("[data-testid=palette-status]").TextContent, StringComparison.Ordinal));
        Assert.Equal(["Playground"], dialogs.FindAll(".palette-name").Select(name => name.TextContent));
    }

    [Fact]
    public async Task The_help_sheet_lists_exactly_the_shortcuts_that_the_browser_listens_for()
    {
        await using var portal = new Portal();
        var dialogs = portal.Dialogs();
        var keys = portal.Render<PaletteKeys>(builder => builder.Add(one => one.Caller, portal.Caller));
        var listened = Assert.IsAssignableFrom<IEnumerable<string>>(portal.JSInterop.Invocations["maas.listen"].Single().Arguments[1]).ToList();

        await keys.Instance.Pressed("?");

        await dialogs.WaitForElementAsync("[data-testid=shortcuts]");
        var listed = dialogs.FindAll("[data-testid=shortcuts] tbody tr").Select(row => string.Join(' ', row.QuerySelectorAll("kbd").Select(cap => cap.TextContent))).ToList();
        Assert.Equal(listened.Select(pressed => pressed == "mod+k" ? "Ctrl K" : pressed), listed);
        Assert.Equal(listened.Count, listened.Distinct().Count());
    }

    [Fact]
    public async Task A_shortcut_of_two_keys_leads_to_its_page()
    {
        await using var portal = new Portal();
        var keys = portal.Render<PaletteKeys>(builder => builder.Add(one => one.Caller, portal.Caller));

        await keys.Instance.Pressed("g d");

        Assert.Equal("http://localhost/datasets", portal.Services.GetRequiredService<NavigationManager>().Uri);
    }

    private static async Task<IRenderedComponent<MudDialogProvider>> Open(Portal portal)
    {
        var dialogs = portal.Dialogs();
        var keys = portal.Render<PaletteKeys>(builder => builder.Add(one => one.Caller, portal.Caller));
        await keys.Find("[data-testid=palette-open]").ClickAsync();
        await dialogs.WaitForElementAsync("[data-testid=palette-item]");
        return dialogs;
    }
}
