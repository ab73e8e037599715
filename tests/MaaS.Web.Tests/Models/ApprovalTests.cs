// Asking for approval and deciding: valid, invalid, refused, pressed twice; and who is shown what.
using System.Net;
using Bunit;
using MaaS.Contracts;
using MaaS.Contracts.Models;
using MaaS.Contracts.Teams;
using MaaS.Web.Models;
using MaaS.Web.Teams;
using Microsoft.AspNetCore.Components;
using Microsoft.Extensions.DependencyInjection;

namespace MaaS.Web.Tests.Models;

public sealed class ApprovalTests
{
    private const string Requests = "/api/models/customers/versions/2/approvals";
    private const string Decision = "PUT /api/models/customers/versions/2/approvals/pending";

    private static readonly ApprovalView s_pending = new(Guid.NewGuid(), "customers", 2, ApprovalState.Pending, "bo@example.com", DateTimeOffset.UnixEpoch, "better on March");

    private static readonly ApprovalView s_rejected = s_pending with { State = ApprovalState.Rejected, DecidedBy = "ada@example.com", DecidedAt = DateTimeOffset.UnixEpoch, Decision = "Too slow." };

    [Fact]
    public async Task A_member_requests_approval_once_however_often_the_button_is_pressed()
    {
        await using var portal = Scripted(Role.Member);
        var answer = new TaskCompletionSource<HttpResponseMessage>();
        portal.Api.On($"POST {Requests}", _ => answer.Task);
        var card = Card(portal);

        await card.Find("[data-testid=approval-note]").ChangeAsync("better on March");
        var first = card.Find("[data-testid=request-approval]").ClickAsync();
        var second = card.Find("[data-testid=request-approval]").ClickAsync();
        portal.Api.Answers($"GET {Requests}", new[] { s_pending });
        answer.SetResult(ScriptedApi.Json(HttpStatusCode.OK, s_pending));
        await Task.WhenAll(first, second);

        Assert.Equal("""{"note":"better on March"}""", Assert.Single(portal.Api.BodiesOf($"POST {Requests}")));
        Assert.StartsWith("Requested by bo@example.com", card.Find("[data-testid=approvals]").TextContent.Trim(), StringComparison.Ordinal);
        Assert.Contains("An admin of the team decides.", card.Markup, StringComparison.Ordinal);
        Assert.Empty(card.FindAll("[data-testid=request-approval], [data-testid=decide]"));
    }

    [Fact]
    public async Task A_request_without_a_note_is_not_even_sent()
    {
        await using var portal = Scripted(Role.Member);
        var card = Card(portal);

        await card.Find("[data-testid=request-approval]").ClickAsync();

        Assert.Equal("true", card.Find("[data-testid=approval-note]").GetAttribute("aria-invalid"));
        Assert.Empty(portal.Api.BodiesOf($"POST {Requests}"));
    }

    [Fact]
    public async Task A_request_that_is_refused_says_why_and_keeps_the_note()
    {
        await using var portal = Scripted(Role.Member);
        portal.Api.Refuses($"POST {Requests}", new(409, "approval_pending", "Conflict", "bo@example.com has requested it already."));
        var card = Card(portal);

        await card.Find("[data-testid=approval-note]").ChangeAsync("please");
        await card.Find("[data-testid=request-approval]").ClickAsync();

        Assert.Equal("bo@example.com has requested it already.", card.Find("[data-testid=error] span").TextContent);
        Assert.Equal("please", card.Find("[data-testid=approval-note]").GetAttribute("value"));
    }

    [Theory]
    [InlineData("True", "Approve", true)]
    [InlineData("False", "Reject", false)]
    public async Task An_admin_decides_and_the_button_says_what_it_does(string choice, string words, bool approve)
    {
        await using var portal = Scripted(Role.Admin, s_pending);
        portal.Api.Answers(Decision, s_rejected);
        var changes = 0;
        var card = Card(portal, () => changes++);

        await card.Find("[data-testid=decision]").ChangeAsync(choice);
        Assert.Equal(words, card.Find("[data-testid=decide]").TextContent);
        await card.Find("[data-testid=decision-note]").ChangeAsync("Checked.");
        portal.Api.Answers($"GET {Requests}", new[] { s_rejected });
        await card.Find("[data-testid=decide]").ClickAsync();

        Assert.Equal($$"""{"approve":{{(approve ? "true" : "false")}},"note":"Checked."}""", Assert.Single(portal.Api.BodiesOf(Decision)));
        Assert.Equal(1, changes);
        Assert.Contains("Rejected by ada@example.com", card.Find("[data-testid=approvals]").TextContent, StringComparison.Ordinal);
        Assert.NotNull(card.Find("[data-testid=request-approval]")); // once more, when it is better
    }

    [Fact]
    public async Task A_decision_without_a_reason_is_not_sent_and_a_refusal_is_said()
    {
        await using var portal = Scripted(Role.Admin, s_pending);
        portal.Api.Refuses(Decision, new(403, "own_request", "Forbidden", "You requested it yourself; another admin must decide."));
        var card = Card(portal);

        await card.Find("[data-testid=decide]").ClickAsync();
        Assert.Equal("true", card.Find("[data-testid=decision-note]").GetAttribute("aria-invalid"));
        Assert.Empty(portal.Api.BodiesOf(Decision));
        await card.Find("[data-testid=decision-note]").ChangeAsync("Mine.");
        await card.Find("[data-testid=decide]").ClickAsync();

        Assert.Equal("You requested it yourself; another admin must decide.", card.Find("[data-testid=error] span").TextContent);
    }

    [Fact]
    public async Task A_viewer_reads_and_does_nothing()
    {
        await using var portal = Scripted(Role.Viewer, s_rejected);

        Assert.Empty(Card(portal).FindAll("button"));
    }

    [Fact]
    public async Task What_waits_is_listed_where_the_team_wants_approval()
    {
        await using var portal = Scripted(Role.Viewer, s_pending);
        portal.Api.Answers("GET /api/approvals", new Page<ApprovalView>([s_pending]));

        var list = portal.Render<PendingApprovals>(builder => builder.AddCascadingValue(Wanting(portal)));

        Assert.Equal("?limit=50&state=pending", portal.Api.Queries.Single(query => query.Call == "GET /api/approvals").Query);
        Assert.Equal("customers, version 2", list.Find("[data-testid=pending-approvals] a[href='/models/customers/2']").TextContent);
        Assert.Empty(portal.Page<PendingApprovals>().Markup.Trim()); // another team, without the rule
    }

    [Fact]
    public async Task An_admin_sets_the_rule_and_others_read_it()
    {
        await using var portal = Scripted(Role.Admin);
        portal.Api.Answers("PUT /api/team/approval-rule", new ApprovalRule(true));
        var form = portal.Page<ApprovalRuleForm>();

        await form.Find("[data-testid=approval-needed]").ChangeAsync(true);
        await form.Find("[data-testid=save-approval-rule]").ClickAsync();

        Assert.Equal("""{"needed":true}""", Assert.Single(portal.Api.BodiesOf("PUT /api/team/approval-rule")));
        Assert.Equal("http://localhost/team", portal.Services.GetRequiredService<NavigationManager>().Uri);
        await using var member = Scripted(Role.Member);
        Assert.Equal("Versions are deployed without approval.", member.Page<ApprovalRuleForm>().Find("[data-testid=approval-rule]").TextContent);
    }

    [Fact]
    public async Task A_rule_that_cannot_be_saved_says_why_and_is_sent_once()
    {
        await using var portal = Scripted(Role.Admin);
        var answer = new TaskCompletionSource<HttpResponseMessage>();
        portal.Api.On("PUT /api/team/approval-rule", _ => answer.Task);
        var form = portal.Page<ApprovalRuleForm>();

        var first = form.Find("[data-testid=save-approval-rule]").ClickAsync();
        var second = form.Find("[data-testid=save-approval-rule]").ClickAsync();
        answer.SetResult(ScriptedApi.Json(HttpStatusCode.ServiceUnavailable, new Problem(503, "database_away", "Unavailable", "The database does not answer."), "application/problem+json"));
        await Task.WhenAll(first, second);

        Assert.Single(portal.Api.BodiesOf("PUT /api/team/approval-rule"));
        Assert.Equal("The database does not answer.", form.Find("[data-testid=error] span").TextContent);
    }

    private static CallerView Wanting(Portal portal) => portal.Caller with { Team = portal.Caller.Team with { ApprovalNeeded = true } };

    private static IRenderedComponent<ApprovalCard> Card(Portal portal, Action? changed = null) => portal.Page<ApprovalCard>(builder =>
        builder.Add(card => card.Version, Examples.ModelVersion).Add(card => card.Changed, () => changed?.Invoke()));

    private static Portal Scripted(Role role, params ApprovalView[] requests)
    {
        var portal = new Portal(role);
        portal.Api.Answers($"GET {Requests}", requests);
        return portal;
    }
}
