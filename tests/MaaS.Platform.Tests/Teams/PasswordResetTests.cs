// Links to a new password: made by an admin or mailed, used once, and no way into another team.
using System.Text.RegularExpressions;
using MaaS.Contracts;
using MaaS.Contracts.Teams;
using MaaS.Platform.Tests.Api;
using Microsoft.EntityFrameworkCore;
using Xunit;

namespace MaaS.Platform.Tests.Teams;

public sealed class PasswordResetTests(ApiServer api) : AccountTest(api)
{
    private const string Chosen = "a new password";

    [Fact]
    public async Task An_admins_link_sets_a_password_once_lifts_the_lock_and_ends_every_session()
    {
        var (here, there) = await Twice();
        for (var i = 0; i < 10; i++)
            await Refused(() => SignIn(here.Caller.Name, "wrong"));
        var link = await Admin.MakeResetLink(here.Caller.UserId!.Value, Token);
        await Nobody.ResetPassword(new(link.Token, Chosen), Token);
        var twice = await Refused(() => Nobody.ResetPassword(new(link.Token, "another password"), Token));

        Assert.Equal((here.Caller.Name, true), (link.Email, link.ExpiresAt > DateTimeOffset.UtcNow.AddHours(23)));
        Assert.Equal((422, "reset_not_valid"), (twice.Status, twice.Code));
        Assert.Equal((401, 401), (await Status(here), await Status(there)));
        Assert.Equal("sign_in_failed", (await Refused(() => SignIn(here.Caller.Name))).Code);
        Assert.Equal(here.Caller.UserId, (await SignIn(here.Caller.Name, Chosen)).Caller.UserId);
        Assert.Equal(["made_reset_link", "reset_password"], (await Admin.Audit(token: Token)).Items.Select(item => item.Action).Where(action => action.Contains("reset", StringComparison.Ordinal)).Order());
    }

    [Fact]
    public async Task Of_two_who_follow_the_link_at_the_same_moment_one_sets_the_password()
    {
        var session = await Join();
        var link = await Admin.MakeResetLink(session.Caller.UserId!.Value, Token);

        var tries = await Task.WhenAll(Enumerable.Range(0, 4).Select(async i =>
        {
            try
            {
                await Nobody.ResetPassword(new(link.Token, $"{Chosen} {i}"), Token);
                return i;
            }
            catch (ProblemException)
            {
                return -1;
            }
        }));

        var set = Assert.Single(tries, i => i >= 0);
        Assert.Equal(session.Caller.UserId, (await SignIn(session.Caller.Name, $"{Chosen} {set}")).Caller.UserId);
    }

    [Fact]
    public async Task A_link_that_was_replaced_that_is_too_old_or_that_a_new_password_overtook_is_none()
    {
        var session = await Join();
        var user = session.Caller.UserId!.Value;
        var replaced = await Admin.MakeResetLink(user, Token);
        var old = await Admin.MakeResetLink(user, Token);
        await using (var context = Api.Context())
            await context.PasswordResets.Where(row => row.UserId == user).ExecuteUpdateAsync(row => row.SetProperty(r => r.ExpiresAt, DateTimeOffset.UtcNow.AddSeconds(-1)), Token);
        var expired = await Refused(() => Nobody.ResetPassword(new(old.Token, Chosen), Token));
        var overtaken = await Admin.MakeResetLink(user, Token);
        await Client(session).ChangePassword(new(Password, "chosen by myself"), Token);

        Assert.Equal("reset_not_valid", (await Refused(() => Nobody.ResetPassword(new(replaced.Token, Chosen), Token))).Code);
        Assert.Equal("reset_not_valid", expired.Code);
        Assert.Equal("reset_not_valid", (await Refused(() => Nobody.ResetPassword(new(overtaken.Token, Chosen), Token))).Code);
        Assert.Equal(user, (await SignIn(session.Caller.Name, "chosen by myself")).Caller.UserId);
    }

    [Fact]
    public async Task No_admin_opens_the_door_of_another_team_with_a_link()
    {
        var session = await Join();
        var early = await Admin.MakeResetLink(session.Caller.UserId!.Value, Token);
        var other = await TestTeam.Create(Api, $"other {Guid.NewGuid()}");
        await Join(other, session.Caller.Name);

        Assert.Equal((409, "account_not_the_teams_alone"), (await Refused(() => Admin.MakeResetLink(session.Caller.UserId!.Value, Token))) is var refused ? (refused.Status, refused.Code) : default);
        Assert.Equal("reset_not_valid", (await Refused(() => Nobody.ResetPassword(new(early.Token, Chosen), Token))).Code);
        Assert.Equal(session.Caller.UserId, (await SignIn(session.Caller.Name)).Caller.UserId);
    }

    [Fact]
    public async Task A_forgotten_password_is_helped_by_e_mail_and_an_address_of_nobody_is_answered_the_same()
    {
        await using var mails = new MailServer();
        await using var server = await Api.Replica(mails.Settings);
        var session = await Join();
        await Join(await TestTeam.Create(Api, $"other {Guid.NewGuid()}"), session.Caller.Name); // their own mailbox is theirs in every team
        await server.Client(null).ForgetPassword(new($"{Guid.NewGuid():n}@example.com"), Token);
        await server.Client(null).ForgetPassword(new(session.Caller.Name.ToUpperInvariant()), Token);
        await server.Client(null).ForgetPassword(new(session.Caller.Name), Token); // within the minute, so not mailed again

        var mail = await mails.Next(Token);
        Assert.Equal(session.Caller.Name, mail.To);
        var token = Link(mail);
        await Nobody.ResetPassword(new(token, Chosen), Token);

        Assert.Equal(session.Caller.UserId, (await SignIn(session.Caller.Name, Chosen)).Caller.UserId);
        Assert.Equal(401, await Status(session));
        Assert.Equal("reset_not_valid", (await Refused(() => Nobody.ResetPassword(new(token, Chosen), Token))).Code);
        Assert.Equal(0, mails.Waiting);
    }

    [Fact]
    public async Task Who_asks_in_anothers_name_ends_none_of_their_links_and_fills_no_mailbox()
    {
        await using var mails = new MailServer();
        await using var server = await Api.Replica(mails.Settings);
        var (session, other) = (await Join(), await Join());
        var user = session.Caller.UserId!.Value;
        var admins = await Admin.MakeResetLink(user, Token);
        await using var context = Api.Context();
        var links = new List<string>();
        for (var i = 0; i < 5; i++)
        {
            await server.Client(null).ForgetPassword(new(session.Caller.Name), Token);
            links.Add(Link(await mails.Next(Token)));
            await context.PasswordResets.Where(row => row.UserId == user).ExecuteUpdateAsync(row => row.SetProperty(r => r.CreatedAt, DateTimeOffset.UtcNow.AddMinutes(-2)), Token);
        }
        await server.Client(null).ForgetPassword(new(session.Caller.Name), Token);
        await server.Client(null).ForgetPassword(new(other.Caller.Name), Token); // answered in the order in which they were asked
        var next = await mails.Next(Token);
        await Nobody.ResetPassword(new(links[0], Chosen), Token);

        Assert.Equal(other.Caller.Name, next.To);
        Assert.Equal(user, (await SignIn(session.Caller.Name, Chosen)).Caller.UserId);
        // The first that is used ends the others.
        foreach (var link in links.Append(admins.Token))
            Assert.Equal("reset_not_valid", (await Refused(() => Nobody.ResetPassword(new(link, "another password"), Token))).Code);
    }

    [Fact]
    public async Task An_admins_link_outlives_that_somebody_asks_for_one_by_e_mail()
    {
        await using var mails = new MailServer();
        await using var server = await Api.Replica(mails.Settings);
        var session = await Join();
        var link = await Admin.MakeResetLink(session.Caller.UserId!.Value, Token);
        await server.Client(null).ForgetPassword(new(session.Caller.Name), Token);
        await mails.Next(Token);

        await Nobody.ResetPassword(new(link.Token, Chosen), Token);
        Assert.Equal(session.Caller.UserId, (await SignIn(session.Caller.Name, Chosen)).Caller.UserId);
    }

    private static string Link(ReceivedMail mail) =>
        Uri.UnescapeDataString(Regex.Match(mail.Text, "https://maas\\.example\\.com/reset\\?token=(\\S+)").Groups[1].Value);

    private async Task<(SessionCreated, SessionCreated)> Twice()
    {
        var session = await Join();
        return (session, await SignIn(session.Caller.Name));
    }
}
