// What a team asked of its deployments and how much it may: valid, invalid, refused, pressed twice.
using System.Net;
using Bunit;
using MaaS.Contracts.Teams;
using MaaS.Web.Teams;

namespace MaaS.Web.Tests.Teams;

public sealed class UsageTests
{
    private static readonly Guid s_key = Guid.CreateVersion7();

    private static readonly UsageView s_usage = new(new(RequestsPerSecond: 20, RequestsPerDay: 5000),
        [new(new(2026, 11, 25), s_key, "shop", 1234), new(new(2026, 11, 25), null, null, 7), new(new(2026, 11, 24), Guid.CreateVersion7(), null, 3)]);

    [Fact]
    public async Task Requests_are_listed_by_day_and_by_whom_and_the_limits_said()
    {
        await using var portal = Scripted(Role.Viewer);
        var page = portal.Page<TeamUsage>();

        Assert.Equal("at most 20 a second, 5,000 a day", page.Find("[data-testid=team-limits]").TextContent);
        Assert.Equal(
            ["2026-11-25 shop 1,234", "2026-11-25 people signed in 7", "2026-11-24 a revoked key 3"],
            page.FindAll("[data-testid=usage] tbody tr").Select(row => string.Join(' ', row.QuerySelectorAll("td").Select(cell => cell.TextContent))));
        Assert.Empty(page.FindAll("[data-testid=limit-team]"));
    }

    [Fact]
    public async Task An_admin_sets_the_teams_limits_once_however_often_the_button_is_pressed()
    {
        await using var portal = Scripted(Role.Admin);
        var answer = new TaskCompletionSource<HttpResponseMessage>();
        portal.Api.On("PUT /api/team/limits", _ => answer.Task);
        var page = portal.Page<TeamUsage>();

        await page.Find("[data-testid=concurrent]").ChangeAsync("4");
        var first = page.Find("[data-testid=limit-team]").ClickAsync();
        var second = page.Find("[data-testid=limit-team]").ClickAsync();
        answer.SetResult(ScriptedApi.Json(HttpStatusCode.OK, new UsageLimits(Concurrent: 4)));
        await Task.WhenAll(first, second);

        Assert.Equal("""{"requests_per_second":20,"concurrent":4,"requests_per_day":5000}""", Assert.Single(portal.Api.BodiesOf("PUT /api/team/limits")));
    }

    [Fact]
    public async Task A_limit_that_cannot_be_is_not_even_sent()
    {
        await using var portal = Scripted(Role.Admin);
        var page = portal.Page<TeamUsage>();

        await page.Find("[data-testid=concurrent]").ChangeAsync("0");
        await page.Find("[data-testid=limit-team]").ClickAsync();

        Assert.Equal("true", page.Find("[data-testid=concurrent]").GetAttribute("aria-invalid"));
        Assert.Empty(portal.Api.BodiesOf("PUT /api/team/limits"));
    }

    [Fact]
    public async Task A_limit_that_is_refused_is_said_beside_its_field()
    {
        await using var portal = Scripted(Role.Admin);
        portal.Api.Refuses("PUT /api/team/limits", new(400, "validation_failed", "Invalid", "concurrent must be from 1 to 100000.", new Dictionary<string, string[]> { ["concurrent"] = ["concurrent must be from 1 to 100000."] }));
        var page = portal.Page<TeamUsage>();

        await page.Find("[data-testid=concurrent]").ChangeAsync("5");
        await page.Find("[data-testid=limit-team]").ClickAsync();

        Assert.Contains("concurrent must be from 1 to 100000.", page.Markup, StringComparison.Ordinal);
        Assert.Equal("true", page.Find("[data-testid=concurrent]").GetAttribute("aria-invalid"));
    }

    private static Portal Scripted(Role role)
    {
        var portal = new Portal(role);
        portal.Api.Answers("GET /api/team/usage", s_usage);
        return portal;
    }
}
