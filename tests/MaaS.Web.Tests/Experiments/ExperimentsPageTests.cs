// Experiments in their folders: the tree, moving several, renaming a folder, making one.
using System.Net;
using Bunit;
using MaaS.Contracts;
using MaaS.Contracts.Experiments;
using MaaS.Contracts.Teams;
using MaaS.Web.Experiments;
using Microsoft.AspNetCore.Components;
using Microsoft.Extensions.DependencyInjection;

namespace MaaS.Web.Tests.Experiments;

public sealed class ExperimentsPageTests
{
    private static readonly ExperimentView[] s_all =
    [
        One("fashion", "vision/clothes", 2), One("digits", "vision", 3), One("adult", "", 5), One("shoes", "vision/clothes", 1), One("old", "visionary", 1),
    ];

    [Fact]
    public async Task Folders_hold_their_experiments_and_folders_and_can_be_folded()
    {
        await using var portal = Scripted();
        var page = portal.Page<ExperimentsPage>();
        Assert.Equal(
            ["vision 3 experiments 6", "clothes 2 experiments 3", "fashion 2", "shoes 1", "digits 3", "visionary 1 experiment 1", "old 1", "adult 5"], Lines(page));

        await page.Find("[aria-label='Fold vision']").ClickAsync();

        Assert.Equal(["vision 3 experiments 6", "visionary 1 experiment 1", "old 1", "adult 5"], Lines(page));
    }

    [Fact]
    public async Task A_folder_has_a_page_of_its_own_with_the_way_back()
    {
        await using var portal = Scripted();
        portal.Services.GetRequiredService<NavigationManager>().NavigateTo("/experiments?folder=vision/clothes");
        var page = portal.Page<ExperimentsPage>();

        Assert.Equal("clothes", page.Find("h1").TextContent.Trim());
        Assert.Equal(["/experiments", "/experiments?folder=vision"], page.FindAll("[data-testid=trail] a").Select(link => link.GetAttribute("href")));
        Assert.Equal(["fashion 2", "shoes 1"], Lines(page));
    }

    [Fact]
    public async Task Several_experiments_move_at_once()
    {
        await using var portal = Scripted();
        portal.Api.Refuses("POST /api/experiments/move", new(400, "validation_failed", "Invalid", "folder must be up to eight names.", new Dictionary<string, string[]> { ["folder"] = ["folder must be up to eight names."] }));
        var page = portal.Page<ExperimentsPage>();
        await page.Find("[aria-label='Choose adult']").ChangeAsync(true);
        await page.Find("[aria-label='Choose digits']").ChangeAsync(true);

        await page.Find("[data-testid=target-folder]").ChangeAsync("/a");
        await page.Find("[data-testid=move-experiments]").ClickAsync();
        Assert.Equal("true", page.Find("[data-testid=target-folder]").GetAttribute("aria-invalid"));
        Assert.Empty(portal.Api.BodiesOf("POST /api/experiments/move"));

        await page.Find("[data-testid=target-folder]").ChangeAsync("tables");
        await page.Find("[data-testid=move-experiments]").ClickAsync();
        Assert.Contains("folder must be up to eight names.", page.Markup, StringComparison.Ordinal);

        var moved = new TaskCompletionSource<HttpResponseMessage>();
        portal.Api.On("POST /api/experiments/move", _ => moved.Task);
        var both = Task.WhenAll(page.Find("[data-testid=move-experiments]").ClickAsync(), page.Find("[data-testid=move-experiments]").ClickAsync());
        moved.SetResult(new(HttpStatusCode.NoContent));
        await both;
        Assert.Equal(2, portal.Api.BodiesOf("POST /api/experiments/move").Count());
        Assert.Equal($"{{\"experiment_ids\":[\"{s_all[2].Id}\",\"{s_all[1].Id}\"],\"folder\":\"tables\"}}", portal.Api.BodiesOf("POST /api/experiments/move").Last());
        Assert.Empty(page.FindAll("[data-testid=batch]"));
    }

    [Fact]
    public async Task A_folder_is_renamed()
    {
        await using var portal = Scripted();
        portal.Api.Refuses("POST /api/folders/rename", new(422, "folder_in_itself", "Invalid", "to is \"vision/a\", which is in \"vision\" itself; choose a path outside of it."));
        var page = portal.Page<ExperimentsPage>();
        await page.Find("[data-testid='rename-vision']").ClickAsync();
        await page.Find("[data-testid=new-path]").ChangeAsync("vision/a");
        await page.Find("[data-testid=rename-folder]").ClickAsync();
        Assert.Contains("choose a path outside of it.", page.Markup, StringComparison.Ordinal);

        portal.Api.On("POST /api/folders/rename", _ => Task.FromResult(new HttpResponseMessage(HttpStatusCode.NoContent)));
        await page.Find("[data-testid=new-path]").ChangeAsync("images");
        await page.Find("[data-testid=rename-folder]").ClickAsync();

        Assert.Equal("{\"folder\":\"vision\",\"to\":\"images\"}", portal.Api.BodiesOf("POST /api/folders/rename").Last());
        Assert.Empty(page.FindAll("[data-testid=new-path]"));
    }

    [Fact]
    public async Task An_experiment_is_made_in_a_folder_once()
    {
        await using var portal = Scripted();
        portal.Services.GetRequiredService<NavigationManager>().NavigateTo("/experiments?folder=vision");
        var page = portal.Page<ExperimentsPage>();
        await page.Find("[data-testid=create-experiment]").ClickAsync();
        Assert.Equal("true", page.Find("[data-testid=experiment-name]").GetAttribute("aria-invalid"));

        portal.Api.Refuses("POST /api/experiments", new(409, "experiment_name_taken", "Conflict", "An experiment named \"letters\" exists already; choose another name."));
        await page.Find("[data-testid=experiment-name]").ChangeAsync("letters");
        await page.Find("[data-testid=create-experiment]").ClickAsync();
        Assert.Contains("exists already", page.Markup, StringComparison.Ordinal);

        var made = new TaskCompletionSource<HttpResponseMessage>();
        portal.Api.On("POST /api/experiments", _ => made.Task);
        var both = Task.WhenAll(page.Find("[data-testid=create-experiment]").ClickAsync(), page.Find("[data-testid=create-experiment]").ClickAsync());
        made.SetResult(ScriptedApi.Json(HttpStatusCode.OK, s_all[0]));
        await both;
        Assert.Equal(["{\"name\":\"letters\",\"folder\":\"vision\"}", "{\"name\":\"letters\",\"folder\":\"vision\"}"], portal.Api.BodiesOf("POST /api/experiments"));
    }

    [Fact]
    public async Task A_viewer_chooses_and_renames_nothing()
    {
        await using var portal = Scripted(Role.Viewer);
        var page = portal.Page<ExperimentsPage>();

        Assert.Empty(page.FindAll("input, .folder-rename, [data-testid=create-experiment]"));
    }

    private static ExperimentView One(string name, string folder, int runs) => new(Guid.CreateVersion7(), name, null, DateTimeOffset.UnixEpoch, runs, DateTimeOffset.UnixEpoch, folder);

    private static Portal Scripted(Role role = Role.Member)
    {
        var portal = new Portal(role);
        portal.Api.Answers("GET /api/experiments", new Page<ExperimentView>(s_all));
        return portal;
    }

    private static IEnumerable<string> Lines(IRenderedComponent<ExperimentsPage> page) => page.FindAll("[data-testid=experiments] tbody tr").Select(line => string.Join(' ',
        line.QuerySelectorAll("td").Skip(1).Take(3).Select((cell, place) => place == 0 ? cell.QuerySelector("a")!.TextContent.Trim() : cell.TextContent.Trim()).Where(text => text.Length > 0)));
}
