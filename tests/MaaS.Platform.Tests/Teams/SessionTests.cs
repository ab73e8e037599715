// Where a person is signed in, signing out there, and what a new password does to it.
using MaaS.Contracts.Teams;
using MaaS.Platform.Tests.Api;
using Microsoft.EntityFrameworkCore;
using System.Net.Http.Json;
using Xunit;

namespace MaaS.Platform.Tests.Teams;

public sealed class SessionTests(ApiServer api) : AccountTest(api)
{
    [Fact]
    public async Task Sessions_are_told_apart_by_device_and_address_and_one_of_them_can_be_ended()
    {
        var here = await Join();
        var there = await From("Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0", here.Caller.Name);

        var sessions = await Client(here).Sessions(Token);
        var other = Assert.Single(sessions, session => !session.Current);
        Assert.Equal(("Firefox on Linux", "192.0.2.7", Team.Id), (other.Device, other.Address, here.Caller.Team.Id));
        Assert.Equal(("unknown", "127.0.0.1"), (sessions.Single(session => session.Current).Device, sessions.Single(session => session.Current).Address));
        await Client(here).EndSession(other.Id, Token);

        Assert.Equal((200, 401), (await Status(here), await Status(there)));
        Assert.Equal("session_not_found", (await Refused(() => Client(here).EndSession(other.Id, Token))).Code);
    }

    [Theory]
    [InlineData("Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/140.0.0.0 Safari/537.36 Edg/140.0.0.0", "Edge on Windows")]
    [InlineData("Mozilla/5.0 (iPhone; CPU iPhone OS 18_0 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/18.0 Mobile/15E148 Safari/604.1", "Safari on iPhone")]
    [InlineData("curl/8.5.0", "curl/8.5.0")]
    [InlineData("<script>/1 (Plan9)", "<script>/1")]
    public async Task A_device_is_named_as_its_program_names_itself(string agent, string device)
    {
        var session = await From(agent, (await Join()).Caller.Name);

        Assert.Equal(device, (await Client(session).Sessions(Token)).Single(one => one.Current).Device);
    }

    [Fact]
    public async Task Signing_out_everywhere_ends_this_session_too_and_nobody_elses()
    {
        var here = await Join();
        var there = await SignIn(here.Caller.Name);
        var neighbour = await Join();

        await Client(here).EndSessions(Token);

        Assert.Equal((401, 401, 200), (await Status(here), await Status(there), await Status(neighbour)));
    }

    [Fact]
    public async Task Nobody_ends_a_session_of_somebody_else_in_the_same_team()
    {
        var (mine, theirs) = (await Join(), await Join());
        var id = (await Client(theirs).Sessions(Token)).Single().Id;

        Assert.Equal("session_not_found", (await Refused(() => Client(mine).EndSession(id, Token))).Code);
        Assert.Equal(200, await Status(theirs));
    }

    [Fact]
    public async Task A_session_is_seen_to_the_minute()
    {
        var session = await Join();
        await using var context = Api.Context();
        await context.Sessions.Where(row => row.UserId == session.Caller.UserId).ExecuteUpdateAsync(row => row.SetProperty(s => s.LastSeenAt, DateTimeOffset.UtcNow.AddMinutes(-5)), Token);

        // What the server remembers of a caller it takes from the row again within a second.
        var seen = await Wait.For(async () => (await Client(session).Sessions(Token)).Single().LastSeenAt, at => at > DateTimeOffset.UtcNow.AddMinutes(-1));
        Assert.True(seen <= DateTimeOffset.UtcNow);
    }

    [Fact]
    public async Task A_new_password_needs_the_present_one_and_ends_all_other_sessions()
    {
        var here = await Join();
        var there = await SignIn(here.Caller.Name);

        var wrong = await Refused(() => Client(here).ChangePassword(new("not it at all", "a new password"), Token));
        await Client(here).ChangePassword(new(Password, "a new password"), Token);

        Assert.Equal((422, "password_wrong"), (wrong.Status, wrong.Code));
        Assert.Equal((200, 401), (await Status(here), await Status(there)));
        Assert.Equal("sign_in_failed", (await Refused(() => SignIn(here.Caller.Name))).Code);
        Assert.Equal(here.Caller.UserId, (await SignIn(here.Caller.Name, "a new password")).Caller.UserId);
    }

    [Fact]
    public async Task Guessing_the_password_from_an_open_session_locks_the_account_as_signing_in_does()
    {
        var session = await Join();
        for (var i = 0; i < 10; i++)
            await Refused(() => Client(session).ChangePassword(new("wrong", "a new password"), Token));

        Assert.Equal("password_wrong", (await Refused(() => Client(session).ChangePassword(new(Password, "a new password"), Token))).Code);
        Assert.Equal("sign_in_failed", (await Refused(() => SignIn(session.Caller.Name))).Code);
    }

    [Fact]
    public async Task A_key_has_no_account()
    {
        var key = Api.Client((await Admin.CreateApiKey(new("nightly", Role.Admin), Token)).Secret);

        Assert.Equal((403, "session_needed"), (await Refused(() => key.Sessions(Token))) is var sessions ? (sessions.Status, sessions.Code) : default);
        Assert.Equal("session_needed", (await Refused(() => key.EndSessions(Token))).Code);
        Assert.Equal("session_needed", (await Refused(() => key.Notifications(token: Token))).Code);
    }

    /// <summary>As the portal signs in for a visitor.</summary>
    private async Task<SessionCreated> From(string agent, string email)
    {
        using var request = new HttpRequestMessage(HttpMethod.Post, "api/session") { Content = JsonContent.Create(new SignIn(email, Password), options: Contracts.MaaSJson.Options) };
        request.Headers.TryAddWithoutValidation("User-Agent", agent);
        request.Headers.Add("X-Forwarded-For", "192.0.2.7");
        using var http = Api.Http(null);
        using var answer = await http.SendAsync(request, Token);
        return (await answer.Content.ReadFromJsonAsync<SessionCreated>(Contracts.MaaSJson.Options, Token))!;
    }
}
