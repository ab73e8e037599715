// Runs chosen by click, by range and by key, and what is then done to them: valid, invalid, refused, pressed twice, undone.
using System.Net;
using Bunit;
using MaaS.Contracts;
using MaaS.Contracts.Experiments;
using MaaS.Contracts.Teams;
using MaaS.Web.Experiments;
using MudBlazor;

namespace MaaS.Web.Tests.Experiments;

public sealed class RunBatchTests
{
    [Fact]
    public async Task A_click_chooses_one_and_shift_a_range()
    {
        await using var portal = Rows.Scripted();
        var page = Table(portal);
        Assert.Empty(page.FindAll("[data-testid=batch]"));

        await Choose(page, 2);
        await Choose(page, 5, shift: true);
        Assert.Equal([2, 3, 4, 5], Chosen(page));

        await Choose(page, 4);
        await Choose(page, 3, shift: true);
        Assert.Equal([2, 5], Chosen(page));
        Assert.Equal("2 chosen", page.Find("[data-testid=chosen]").TextContent);
    }

    [Fact]
    public async Task Arrows_go_from_run_to_run_with_shift_they_choose_a_takes_all_and_escape_none()
    {
        await using var portal = Rows.Scripted();
        var page = Table(portal);
        var grid = page.FindComponent<RunGrid>();
        async Task Press(string key, bool shift = false) => await grid.InvokeAsync(() => grid.Instance.Press(key, shift));

        await Press("ArrowDown");
        await Press("ArrowDown");
        Assert.Empty(Chosen(page));
        await Press("ArrowDown", shift: true);
        await Press("ArrowDown", shift: true);
        Assert.Equal([1, 2, 3], Chosen(page));
        await Press("ArrowUp", shift: true);
        Assert.Equal([1, 2], Chosen(page));
        await Press(" ");
        Assert.Equal([1], Chosen(page));
        await Press("a");
        Assert.Equal(Enumerable.Range(0, 12), Chosen(page));
        await Press("Escape");
        Assert.Empty(Chosen(page));
    }

    [Fact]
    public async Task What_is_deleted_once_however_often_it_is_pressed_is_brought_back_by_undo()
    {
        await using var portal = Rows.Scripted();
        var deleted = new TaskCompletionSource<HttpResponseMessage>();
        portal.Api.On("POST /api/runs/delete", _ => deleted.Task).On("POST /api/runs/restore", _ => Done());
        var snackbars = portal.Render<MudSnackbarProvider>();
        var page = Table(portal);
        await Choose(page, 1);
        await Choose(page, 2);

        var first = page.Find("[data-testid=delete-runs]").ClickAsync();
        var second = page.Find("[data-testid=delete-runs]").ClickAsync();
        deleted.SetResult(new(HttpStatusCode.NoContent));
        await Task.WhenAll(first, second);

        var body = $"{{\"run_ids\":[\"{Rows.All[1].Id}\",\"{Rows.All[2].Id}\"]}}";
        Assert.Equal([body], portal.Api.BodiesOf("POST /api/runs/delete"));
        Assert.Empty(page.FindAll("[data-testid=batch]"));
        await snackbars.WaitForAssertionAsync(() => Assert.Contains("2 runs deleted.", snackbars.Markup, StringComparison.Ordinal));
        await snackbars.FindAll("button").Single(button => button.TextContent.Trim() == "Undo").ClickAsync();
        Assert.Equal([body], portal.Api.BodiesOf("POST /api/runs/restore"));
    }

    [Fact]
    public async Task A_deletion_that_is_refused_says_why_and_keeps_the_choice()
    {
        await using var portal = Rows.Scripted();
        portal.Api.Refuses("POST /api/runs/delete", new(409, "run_under_way", "Conflict", "\"run-0\" is running; cancel its job or wait."));
        var page = Table(portal);
        await Choose(page, 0);

        await page.Find("[data-testid=delete-runs]").ClickAsync();

        Assert.Equal("\"run-0\" is running; cancel its job or wait.", page.Find("[data-testid=batch] [role=alert] span").TextContent);
        Assert.Equal([0], Chosen(page));
    }

    [Fact]
    public async Task Runs_are_tagged_and_a_tag_without_a_value_is_taken_away()
    {
        await using var portal = Rows.Scripted();
        portal.Api.Refuses("POST /api/runs/tag", new(422, "tags_not_allowed", "Invalid", "tags has 51 entries; up to 50 are allowed."));
        var page = Table(portal);
        await Choose(page, 1);
        await page.Find("[data-testid=tag]").ClickAsync();
        Assert.True(page.Find("[data-testid=tag-runs]").HasAttribute("disabled"));

        await page.Find("[data-testid=tag-name]").ChangeAsync("stage");
        await page.Find("[data-testid=tag-value]").ChangeAsync("candidate");
        await page.Find("[data-testid=tag-runs]").ClickAsync();
        Assert.Contains("tags has 51 entries", page.Markup, StringComparison.Ordinal);

        portal.Api.Answers("POST /api/runs/tag", new TaggedRuns([]));
        await page.Find("[data-testid=tag-value]").ChangeAsync("");
        await page.Find("[data-testid=tag-runs]").ClickAsync();
        Assert.Equal(
            [
                $"{{\"run_ids\":[\"{Rows.All[1].Id}\"],\"set\":{{\"stage\":\"candidate\"}}}}",
                $"{{\"run_ids\":[\"{Rows.All[1].Id}\"],\"remove\":[\"stage\"]}}",
            ], portal.Api.BodiesOf("POST /api/runs/tag"));
        Assert.Empty(page.FindAll("[data-testid=batch]"));
    }

    [Fact]
    public async Task Runs_are_moved_to_another_experiment()
    {
        await using var portal = Rows.Scripted();
        var moved = new TaskCompletionSource<HttpResponseMessage>();
        var other = new ExperimentView(Guid.CreateVersion7(), "Leavers", null, DateTimeOffset.UnixEpoch, 3, null, "people");
        portal.Api.Answers("GET /api/experiments", new Page<ExperimentView>([other, other with { Id = Examples.ExperimentId, Name = "Customers 2026" }])).On("POST /api/runs/move", _ => moved.Task);
        var snackbars = portal.Render<MudSnackbarProvider>();
        var page = Table(portal);
        await Choose(page, 1);

        await page.Find("[data-testid=move]").ClickAsync();
        Assert.Equal(["people/Leavers"], page.FindAll("[data-testid=target] option").Select(option => option.TextContent));
        var both = Task.WhenAll(page.Find("[data-testid=move-runs]").ClickAsync(), page.Find("[data-testid=move-runs]").ClickAsync());
        moved.SetResult(ScriptedApi.Json(HttpStatusCode.OK, new MovedRuns([new([Rows.All[1].Id], Examples.ExperimentId)])));
        await both;

        Assert.Equal([$"{{\"run_ids\":[\"{Rows.All[1].Id}\"],\"experiment_id\":\"{other.Id}\"}}"], portal.Api.BodiesOf("POST /api/runs/move"));
        await snackbars.WaitForAssertionAsync(() => Assert.Contains("1 run moved.", snackbars.Markup, StringComparison.Ordinal));
        await snackbars.FindAll("button").Single(button => button.TextContent.Trim() == "Undo").ClickAsync();
        Assert.Equal($"{{\"run_ids\":[\"{Rows.All[1].Id}\"],\"experiment_id\":\"{Examples.ExperimentId}\"}}", portal.Api.BodiesOf("POST /api/runs/move").Last());
    }

    [Fact]
    public async Task A_view_is_kept_under_a_name_once()
    {
        await using var portal = Rows.Scripted();
        var page = Table(portal);
        await page.Find("[data-testid=save-view]").ClickAsync();
        await page.Find("[data-testid=keep-view]").ClickAsync();
        Assert.Equal("true", page.Find("[data-testid=view-name]").GetAttribute("aria-invalid"));

        portal.Api.Refuses("POST /api/views", new(409, "view_name_taken", "Conflict", "A view named \"Best\" exists already; choose another name."));
        await page.Find("[data-testid=view-name]").ChangeAsync("Best");
        await page.Find("[data-testid=keep-view]").ClickAsync();
        Assert.Contains("exists already", page.Find(".view-form [role=alert] span").TextContent, StringComparison.Ordinal);

        var kept = new TaskCompletionSource<HttpResponseMessage>();
        portal.Api.On("POST /api/views", _ => kept.Task);
        await page.Find("[data-testid=view-name]").ChangeAsync("Better");
        var both = Task.WhenAll(page.Find("[data-testid=keep-view]").ClickAsync(), page.Find("[data-testid=keep-view]").ClickAsync());
        kept.SetResult(ScriptedApi.Json(HttpStatusCode.OK, new SavedView(Guid.CreateVersion7(), "Better", Examples.ExperimentId, new(Search: "name ~ a"), "ada@example.com", DateTimeOffset.UnixEpoch)));
        await both;

        Assert.Equal(2, portal.Api.BodiesOf("POST /api/views").Count());
        Assert.Equal(["Saved views…", "Better"], page.FindAll("[data-testid=views] option").Select(option => option.TextContent));
    }

    [Fact]
    public async Task A_viewer_compares_and_changes_nothing()
    {
        await using var portal = Rows.Scripted(Role.Viewer);
        var page = Table(portal);
        await Choose(page, 1);
        await Choose(page, 2);

        Assert.Equal($"/compare?run={Rows.All[1].Id}&run={Rows.All[2].Id}", page.Find("[data-testid=compare]").GetAttribute("href"));
        foreach (var action in new[] { "delete-runs", "archive", "tag", "move", "save-view" })
            Assert.Empty(page.FindAll($"[data-testid={action}]"));
    }

    private static Task<HttpResponseMessage> Done() => Task.FromResult(new HttpResponseMessage(HttpStatusCode.NoContent));

    private static IRenderedComponent<RunsTable> Table(Portal portal) => portal.Page<RunsTable>(builder => builder.Add(table => table.ExperimentId, Examples.ExperimentId));

    private static Task Choose(IRenderedComponent<RunsTable> page, int place, bool shift = false) =>
        page.FindAll("[data-testid=runs] tbody input")[place].ClickAsync(new() { ShiftKey = shift });

    private static IEnumerable<int> Chosen(IRenderedComponent<RunsTable> page) =>
        page.FindAll("[data-testid=runs] tbody input").Select((box, place) => (box, place)).Where(row => row.box.HasAttribute("checked")).Select(row => row.place);
}
