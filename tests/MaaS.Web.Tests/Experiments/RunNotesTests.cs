// What a person says of a run, changed where it stands; and that markdown can say nothing to the browser but text.
using System.Net;
using Bunit;
using MaaS.Contracts.Experiments;
using MaaS.Contracts.Jobs;
using MaaS.Contracts.Teams;
using MaaS.Web.Experiments;
using MaaS.Web.Shared;

namespace MaaS.Web.Tests.Experiments;

public sealed class RunNotesTests
{
    private static readonly RunView s_run = Examples.Run(Examples.Job(JobState.Succeeded)) with
    {
        Notes = "**Better** than one.",
        Tags = new Dictionary<string, string> { ["stage"] = "candidate" },
    };

    [Theory]
    [InlineData("**bold** and `code`", "<p><strong>bold</strong> and <code>code</code></p>\n")]
    [InlineData("<script>alert(1)</script>", "<p>&lt;script&gt;alert(1)&lt;/script&gt;</p>\n")]
    [InlineData("<img src=x onerror=alert(1)>", "<p>&lt;img src=x onerror=alert(1)&gt;</p>\n")]
    [InlineData("[x](javascript:alert(1))", "<p>x</p>\n")]
    [InlineData("[x](JaVaScRiPt:alert(1))", "<p>x</p>\n")]
    [InlineData("[x](data:text/html;base64,AAAA)", "<p>x</p>\n")]
    [InlineData("<javascript:alert(1)>", "<p>javascript:alert(1)</p>\n")]
    [InlineData("![x](https://example.com/a.png)", "<p><a href=\"https://example.com/a.png\">x</a></p>\n")]
    [InlineData("[x](/runs/1) https://example.com", "<p><a href=\"/runs/1\">x</a> <a href=\"https://example.com\">https://example.com</a></p>\n")]
    [InlineData("[x][r]\n\n[r]: javascript:alert(1)", "<p>x</p>\n")]
    public void Markdown_becomes_text_and_links_that_lead_somewhere(string written, string html) => Assert.Equal(html, Markdown.Html(written));

    [Fact]
    public async Task Notes_are_shown_and_edited_in_place_once()
    {
        await using var portal = new Portal();
        var answer = new TaskCompletionSource<HttpResponseMessage>();
        portal.Api.On($"PUT /api/runs/{s_run.Id}", _ => answer.Task);
        var page = Page(portal);
        Assert.Equal("Better than one.", page.Find("[data-testid=notes-shown]").TextContent.Trim());

        await page.Find("[data-testid=edit-notes]").ClickAsync();
        await page.Find("[data-testid=notes]").ChangeAsync("*Best*");
        var both = Task.WhenAll(page.Find("[data-testid=save-notes]").ClickAsync(), page.Find("[data-testid=save-notes]").ClickAsync());
        answer.SetResult(ScriptedApi.Json(HttpStatusCode.OK, s_run with { Notes = "*Best*" }));
        await both;

        Assert.Equal(["{\"name\":\"calm-otter\",\"notes\":\"*Best*\"}"], portal.Api.BodiesOf($"PUT /api/runs/{s_run.Id}"));
        Assert.Equal("Best", page.Find("[data-testid=notes-shown] em").TextContent);
    }

    [Fact]
    public async Task A_run_without_a_name_is_not_sent_and_a_refusal_is_said()
    {
        await using var portal = new Portal();
        portal.Api.Refuses($"PUT /api/runs/{s_run.Id}", new(404, "run_not_found", "Not found", "There is no run with this id."));
        var page = Page(portal);
        await page.Find("[data-testid=edit-notes]").ClickAsync();
        await page.Find("[data-testid=run-name]").ChangeAsync("");
        await page.Find("[data-testid=save-notes]").ClickAsync();
        Assert.Equal("true", page.Find("[data-testid=run-name]").GetAttribute("aria-invalid"));
        Assert.Empty(portal.Api.Calls);

        await page.Find("[data-testid=run-name]").ChangeAsync("other");
        await page.Find("[data-testid=save-notes]").ClickAsync();
        Assert.Contains("There is no run with this id.", page.Markup, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Tags_are_added_and_taken_away()
    {
        await using var portal = new Portal();
        portal.Api.Answers("POST /api/runs/tag", new TaggedRuns([]));
        var page = Page(portal);

        await page.Find("[data-testid=tag-name]").ChangeAsync("owner");
        await page.Find("[data-testid=tag-value]").ChangeAsync("ada");
        await page.Find("[data-testid=add-tag]").ClickAsync();
        Assert.Equal(["owner = ada", "stage = candidate"], Tags(page));
        await page.Find("[aria-label='Take the tag stage away']").ClickAsync();

        Assert.Equal(["owner = ada"], Tags(page));
        Assert.Equal(
            [$"{{\"run_ids\":[\"{s_run.Id}\"],\"set\":{{\"owner\":\"ada\"}}}}", $"{{\"run_ids\":[\"{s_run.Id}\"],\"remove\":[\"stage\"]}}"], portal.Api.BodiesOf("POST /api/runs/tag"));

        portal.Api.Refuses("POST /api/runs/tag", new(503, "database_unavailable", "Unavailable", "The database does not answer at the moment."));
        await page.Find("[aria-label='Take the tag owner away']").ClickAsync();
        Assert.Equal(["owner = ada"], Tags(page));
        Assert.Contains("The database does not answer at the moment.", page.Markup, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_viewer_reads()
    {
        await using var portal = new Portal(Role.Viewer);

        Assert.Empty(Page(portal).FindAll("button"));
    }

    private static IRenderedComponent<RunNotes> Page(Portal portal) => portal.Page<RunNotes>(builder => builder.Add(notes => notes.Run, s_run));

    private static IEnumerable<string> Tags(IRenderedComponent<RunNotes> page) => page.FindAll("[data-testid=tags] li span").Select(tag => tag.TextContent);
}
