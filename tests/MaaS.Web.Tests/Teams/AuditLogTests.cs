// The audit log in the portal: searched, paged, taken along; and a link to a new password for a member.
using Bunit;
using MaaS.Contracts;
using MaaS.Contracts.Teams;
using MaaS.Web.Teams;

namespace MaaS.Web.Tests.Teams;

public sealed class AuditLogTests
{
    private static readonly AuditEventView s_event = new(7, DateTimeOffset.UnixEpoch, "ada@example.com", "deleted", "model", "churn", "version 3");

    [Fact]
    public async Task What_is_typed_is_searched_for_and_the_file_holds_the_same()
    {
        await using var portal = new Portal(Role.Admin);
        portal.Api.Answers("GET /api/audit", new Page<AuditEventView>([s_event]));
        var page = portal.Page<AuditLog>();
        Assert.EndsWith("/download/audit.csv", page.Find("[data-testid=audit-file]").GetAttribute("href"), StringComparison.Ordinal);

        portal.Api.Answers("GET /api/audit", new Page<AuditEventView>([]));
        await page.Find("[data-testid=audit-actor]").ChangeAsync("ada");
        await page.Find("[data-testid=audit-until]").ChangeAsync("2026-11-05");

        Assert.Equal("Nothing fits what you ask for.", page.Find("[data-testid=audit-empty]").TextContent);
        Assert.EndsWith("/download/audit.csv?actor=ada&until=2026-11-06T00%3A00%3A00.0000000Z", page.Find("[data-testid=audit-file]").GetAttribute("href"), StringComparison.Ordinal);
        Assert.Equal("?limit=50&actor=ada&until=2026-11-06T00%3A00%3A00.0000000Z", portal.Api.Queries[^1].Query);
        portal.Api.Answers("GET /api/audit", new Page<AuditEventView>([s_event]));
        await page.FindAll("button").Single(button => button.TextContent.Trim() == "Show everything").ClickAsync();
        Assert.Equal("model churn", page.FindAll("[data-testid=audit] td")[3].TextContent);
    }

    [Fact]
    public async Task A_refused_search_says_why()
    {
        await using var portal = new Portal(Role.Admin);
        portal.Api.Refuses("GET /api/audit", new Problem(503, "database_unavailable", "Unavailable", "The database does not answer."));

        Assert.Contains("The database does not answer.", portal.Page<AuditLog>().Find("[role=alert]").TextContent, StringComparison.Ordinal);
    }

    [Fact]
    public async Task An_admin_makes_a_link_to_a_new_password_and_sees_why_when_it_cannot_be()
    {
        await using var portal = new Portal(Role.Admin);
        var bob = new MemberView(Guid.CreateVersion7(), "bob@example.com", Role.Member, false, DateTimeOffset.UnixEpoch, Authenticator: true);
        portal.Api.Answers("GET /api/team/members", new[] { bob, new MemberView(Guid.Empty, "eve@example.com", Role.Viewer, true, DateTimeOffset.UnixEpoch) });
        portal.Api.Answers($"POST /api/team/members/{bob.UserId}/password-reset", new PasswordResetLink(bob.Email, "mr_1", DateTimeOffset.UnixEpoch));
        portal.Api.On($"DELETE /api/team/members/{bob.UserId}/authenticator", _ => Task.FromResult(new HttpResponseMessage(System.Net.HttpStatusCode.NoContent)));
        var dialogs = portal.Dialogs();
        var page = portal.Page<Members>();

        await Assert.Single(page.FindAll("[data-testid=reset-password]")).ClickAsync(); // none for who is only invited
        Assert.Equal("http://localhost/reset?token=mr_1", page.Find("[data-testid=reset-link]").TextContent);
        portal.Api.Refuses($"POST /api/team/members/{bob.UserId}/password-reset", new Problem(409, "account_not_the_teams_alone", "Conflict", "Only they can do this."));
        await page.Find("[data-testid=reset-password]").ClickAsync();
        Assert.Contains("Only they can do this.", page.Markup, StringComparison.Ordinal);

        var remove = page.Find("[data-testid=remove-authenticator]").ClickAsync(); // ends with the answer to the dialog
        await (await dialogs.WaitForElementAsync("[data-testid=confirm]")).ClickAsync();
        await remove;
        Assert.Single(portal.Api.BodiesOf($"DELETE /api/team/members/{bob.UserId}/authenticator"));
    }
}
