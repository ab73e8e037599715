// Signing in, being locked out, inviting, switching teams; and keys, which are callers too.
using System.Net;
using System.Security.Cryptography;
using System.Text;
using MaaS.Contracts.Teams;
using Microsoft.EntityFrameworkCore;
using Xunit;

namespace MaaS.Platform.Tests.Api;

public sealed class SignInTests(ApiServer api) : ApiTest(api)
{
    private const string Password = "correct horse 9";

    [Fact]
    public async Task An_invited_person_sets_a_password_signs_in_and_out()
    {
        var email = $"{Guid.NewGuid():n}@example.com";
        var invitation = await Admin.Invite(new(email.ToUpperInvariant(), Role.Viewer), Token);
        var joined = await Api.Client(null).AcceptInvitation(new(invitation.Token, Password), Token);
        var again = await Refused(() => Api.Client(null).AcceptInvitation(new(invitation.Token, Password), Token));
        var session = await Api.Client(null).SignIn(new(email, Password), Token);
        var caller = await Api.Client(session.Token).WhoAmI(Token);
        await Api.Client(session.Token).SignOut(Token);
        var gone = await Refused(() => Api.Client(session.Token).WhoAmI(Token));

        Assert.Equal("invitation_not_valid", again.Code);
        Assert.Equal((Team.Id, Role.Viewer, email), (caller.Team.Id, caller.Role, caller.Name));
        Assert.Equal(caller.UserId, joined.Caller.UserId);
        Assert.Equal((401, "unauthenticated"), (gone.Status, gone.Code));
        Assert.StartsWith("ms_", session.Token, StringComparison.Ordinal);
    }

    [Fact]
    public async Task The_first_start_without_an_administrator_leaves_a_one_time_link_that_only_its_owner_can_read()
    {
        Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite, File.GetUnixFileMode(Api.SetupLinkFile));
        var token = await File.ReadAllTextAsync(Api.SetupLinkFile, Token);
        var nameless = await Refused(() => Api.Client(null).AcceptInvitation(new(token, Password), Token));
        var first = await Api.Client(null).AcceptInvitation(new(token, Password, $"{Guid.NewGuid():n}@example.com"), Token);

        Assert.Equal("email_missing", nameless.Code);
        Assert.Equal(("default", Role.Admin), (first.Caller.Team.Name, first.Caller.Role));
        Assert.Equal(50L << 30, first.Caller.Team.StorageQuotaBytes);
    }

    [Fact]
    public async Task Ten_wrong_passwords_lock_the_account_and_nobody_can_tell_whether_it_exists()
    {
        var email = $"{Guid.NewGuid():n}@example.com";
        var invitation = await Admin.Invite(new(email), Token);
        await Api.Client(null).AcceptInvitation(new(invitation.Token, Password), Token);
        for (var i = 0; i < 10; i++)
            await Refused(() => Api.Client(null).SignIn(new(email, "wrong"), Token));

        var locked = await Refused(() => Api.Client(null).SignIn(new(email, Password), Token));
        var unknown = await Refused(() => Api.Client(null).SignIn(new($"{Guid.NewGuid():n}@example.com", Password), Token));

        Assert.Equal(locked with { TraceId = null }, unknown with { TraceId = null });
        await using (var context = Api.Context())
            await context.Users.Where(row => row.Email == email).ExecuteUpdateAsync(row => row.SetProperty(u => u.LockedUntil, DateTimeOffset.UtcNow.AddSeconds(-1)), Token);
        Assert.Equal(email, (await Api.Client(null).SignIn(new(email, Password), Token)).Caller.Name);
    }

    [Fact]
    public async Task An_existing_account_joins_another_team_only_with_its_own_password_and_can_switch()
    {
        var email = $"{Guid.NewGuid():n}@example.com";
        await Api.Client(null).AcceptInvitation(new((await Admin.Invite(new(email), Token)).Token, Password), Token);
        var other = await TestTeam.Create(Api, $"z other {Guid.NewGuid()}");
        var invitation = await other.Client(Role.Admin).Invite(new(email, Role.Admin), Token);

        var stolen = await Refused(() => Api.Client(null).AcceptInvitation(new(invitation.Token, "another password"), Token));
        var session = await Api.Client(null).AcceptInvitation(new((await other.Client(Role.Admin).Invite(new(email, Role.Admin), Token)).Token, Password), Token);
        var switched = await Api.Client(session.Token).SwitchTeam(new(Team.Id), Token);

        Assert.Equal("account_exists", stolen.Code);
        Assert.Equal((Team.Id, Role.Member), (switched.Team.Id, switched.Role));
        Assert.Equal([Team.Id, other.Id], switched.Teams.Select(team => team.Id));
        Assert.Equal(switched.Team, (await Api.Client(session.Token).WhoAmI(Token)).Team);
    }

    [Fact]
    public async Task A_removed_member_is_signed_out()
    {
        await Admin.RemoveMember(Team.Users[Role.Member], Token);

        await Task.Delay(TimeSpan.FromSeconds(2), Token); // longer than a session that was looked up is remembered
        Assert.Equal(401, (await Refused(() => Member.WhoAmI(Token))).Status);
    }

    [Fact]
    public async Task Only_an_admin_sees_invitations_keys_and_the_audit_log()
    {
        await Admin.Invite(new("newcomer@example.com"), Token);
        Assert.Contains(await Admin.Members(Token), member => member.Pending);
        foreach (var role in new[] { Role.Viewer, Role.Member })
        {
            var client = Team.Client(role);
            Assert.DoesNotContain(await client.Members(Token), member => member.Pending);
            Assert.Equal("role_missing", (await Refused(() => client.ApiKeys(Token))).Code);
            Assert.Equal("role_missing", (await Refused(() => client.Audit(token: Token))).Code);
        }
        var refused = await Refused(() => Team.Client(Role.Viewer).CreateExperiment(new("mine"), Token));

        Assert.Equal("Your role is viewer; this needs member. An admin of the team can change it.", refused.Detail);
    }

    [Fact]
    public async Task A_key_is_shown_once_does_what_its_role_may_and_stops_when_it_is_deleted()
    {
        var made = await Admin.CreateApiKey(new("nightly", Role.Viewer), Token);
        var program = Api.Client(made.Secret);
        var caller = await program.WhoAmI(Token);
        var refused = await Refused(() => program.CreateExperiment(new("mine"), Token));
        var listed = await Admin.ApiKeys(Token);
        await Admin.DeleteApiKey(made.Key.Id, Token);

        Assert.Equal((Team.Id, Role.Viewer, "key nightly", made.Key.Id), (caller.Team.Id, caller.Role, caller.Name, caller.KeyId));
        Assert.Equal("role_missing", refused.Code);
        Assert.Equal((made.Key.Id, "nightly", made.Key.Prefix), (listed.Single().Id, listed[0].Name, listed[0].Prefix));
        Assert.NotNull(listed[0].LastUsedAt);
        Assert.Equal(401, (await Refused(() => program.WhoAmI(Token))).Status);
        await using var context = Api.Context();
        Assert.False(await context.ApiKeys.AnyAsync(row => row.SecretHash == SHA256.HashData(Encoding.UTF8.GetBytes(made.Secret)), Token));
    }

    [Fact]
    public async Task A_key_that_has_expired_is_no_key()
    {
        var made = await Admin.CreateApiKey(new("short", Role.Viewer, DateTimeOffset.UtcNow.AddSeconds(1)), Token);
        await Task.Delay(TimeSpan.FromSeconds(1.1), Token); // beyond its end

        Assert.Equal(401, (await Refused(() => Api.Client(made.Secret).WhoAmI(Token))).Status);
    }

    [Theory]
    [InlineData("Basic YTpi")]
    [InlineData("Bearer")]
    [InlineData("Bearer ms_unknown")]
    [InlineData("Bearer mk_unknown")]
    public async Task Anything_else_in_the_header_is_nobody(string header)
    {
        using var request = new HttpRequestMessage(HttpMethod.Get, "api/session");
        request.Headers.TryAddWithoutValidation("Authorization", header);
        using var answer = await Api.Http(null).SendAsync(request, Token);

        Assert.Equal(HttpStatusCode.Unauthorized, answer.StatusCode);
        Assert.Equal("Bearer", answer.Headers.WwwAuthenticate.ToString());
    }

    [Fact]
    public async Task The_audit_log_says_who_did_what()
    {
        var experiment = await Member.CreateExperiment(new("prices"), Token);
        await Admin.DeleteExperiment(experiment.Id, Token);
        var events = (await Admin.Audit(token: Token)).Items;

        Assert.Equal(["deleted experiment prices", "created experiment prices"], events.Select(item => $"{item.Action} {item.Noun} {item.NounName}"));
        Assert.StartsWith("member-", events[1].Actor, StringComparison.Ordinal);
    }
}
