// Whose account it is that somebody signs in to through a provider, who gets one, and what protects it all the same.
using MaaS.Catalog.Teams;
using MaaS.Contracts.Teams;
using MaaS.Platform.Tests.Api;
using Microsoft.EntityFrameworkCore;
using Xunit;

namespace MaaS.Platform.Tests.Teams;

public sealed class OidcAccountTests(ApiServer api, OidcServers servers) : OidcTest(api, servers)
{
    [Fact]
    public async Task Who_has_an_account_is_linked_by_the_verified_address_and_known_by_the_subject_from_then_on()
    {
        var joined = await Join();
        var person = Somebody(joined.Caller.Name.ToUpperInvariant());

        var first = await Enter(person);
        var later = await Enter(person with { Email = $"{Guid.NewGuid():n}@example.com", EmailVerified = false });

        Assert.Equal((joined.Caller.UserId, joined.Caller.UserId), (first.Caller.UserId, later.Caller.UserId));
        Assert.Equal(3, (await Client(first).Sessions(Token)).Count);
        Assert.Equal("Harbour ID", (await Invited.Oidc(Token)).Name);
        var audit = (await Admin.Audit(new(Actor: joined.Caller.Name), token: Token)).Items.Select(row => $"{row.Action} {row.Noun} {row.Detail}");
        Assert.Equal(["signed_in session through Harbour ID", "signed_in session through Harbour ID", $"linked account {Provider.Address}", "signed_in session ", "joined member member"], audit);
    }

    [Theory]
    [InlineData(false)]
    [InlineData("false")]
    public async Task An_address_that_the_provider_did_not_verify_is_nobodys(object verified)
    {
        var joined = await Join();

        var refused = await Refused(() => Enter(Somebody(joined.Caller.Name) with { EmailVerified = verified }));
        var nameless = await Refused(() => Enter(new($"{Guid.NewGuid():n}", null)));

        Assert.Equal((403, "email_not_verified"), (refused.Status, refused.Code));
        Assert.Equal($"Harbour ID has not verified the e-mail address {joined.Caller.Name}, so it cannot say whose account this is. Verify it there, then sign in again.", refused.Detail);
        Assert.Equal("Harbour ID has not verified an e-mail address of yours, so it cannot say whose account this is. Verify it there, then sign in again.", nameless.Detail);
    }

    [Fact]
    public async Task An_address_that_is_not_in_the_token_is_asked_for()
    {
        var joined = await Join();

        Assert.Equal(joined.Caller.UserId, (await Enter(Somebody(joined.Caller.Name) with { AskForEmail = true, EmailVerified = "true" })).Caller.UserId);
        Assert.Equal("email_not_verified", (await Refused(() => Enter(Somebody() with { AskForEmail = true, EmailVerified = false }))).Code);
    }

    [Fact]
    public async Task Who_has_no_account_needs_an_invitation()
    {
        var person = Somebody();

        var refused = await Refused(() => Enter(person));

        Assert.Equal((403, "no_account", $"{person.Email} has no account here. Follow the link of your invitation and continue through Harbour ID there, or ask an admin for one."), (refused.Status, refused.Code, refused.Detail));
    }

    [Fact]
    public async Task An_invitation_is_accepted_by_signing_in_once_and_by_whom_it_is_for()
    {
        var person = Somebody();
        var invitation = await Admin.Invite(new(person.Email!, Role.Viewer), Token);

        var other = await Refused(() => Enter(Somebody(), invitation: invitation.Token));
        var joined = await Enter(person, invitation: invitation.Token);
        var again = await Refused(() => Enter(person, invitation: invitation.Token));

        Assert.Equal((422, "invitation_for_another"), (other.Status, other.Code));
        Assert.Equal((Team.Id, Role.Viewer, person.Email), (joined.Caller.Team.Id, joined.Caller.Role, joined.Caller.Name));
        Assert.Equal("invitation_not_valid", again.Code);
        Assert.Equal(joined.Caller.UserId, (await Enter(person)).Caller.UserId);
        // It has a password that nobody knows.
        Assert.Equal("sign_in_failed", (await Refused(() => SignIn(person.Email!))).Code);
    }

    [Fact]
    public async Task An_account_joins_another_team_by_its_invitation()
    {
        var joined = await Join();
        var other = await TestTeam.Create(Api, $"z other {Guid.NewGuid()}");

        var session = await Enter(Somebody(joined.Caller.Name), invitation: (await other.Client(Role.Admin).Invite(new(joined.Caller.Name, Role.Admin), Token)).Token);

        Assert.Equal((other.Id, Role.Admin, joined.Caller.UserId), (session.Caller.Team.Id, session.Caller.Role, session.Caller.UserId));
        Assert.Equal([Team.Id, other.Id], session.Caller.Teams.Select(team => team.Id));
    }

    [Fact]
    public async Task People_of_a_domain_join_the_team_that_the_operator_named_and_others_do_not()
    {
        var unnamed = await Refused(() => Enter(Somebody(), Joining));
        var team = await TestTeam.Create(Api, JoinTeam);
        var person = Somebody($"{Guid.NewGuid():n}@Example.ORG");

        var sessions = await Task.WhenAll(Enter(person, Joining), Enter(person, Joining));
        var stranger = await Refused(() => Enter(Somebody($"{Guid.NewGuid():n}@sub.example.com"), Joining));

        Assert.Equal("join_team_missing", unnamed.Code);
        Assert.All(sessions, session => Assert.Equal((team.Id, Role.Member, person.Email!.ToLowerInvariant()), (session.Caller.Team.Id, session.Caller.Role, session.Caller.Name)));
        Assert.Single(sessions.Select(session => session.Caller.UserId).Distinct());
        Assert.Equal((403, "domain_not_allowed"), (stranger.Status, stranger.Code));
        Assert.EndsWith("only addresses of example.com, example.org.", stranger.Detail, StringComparison.Ordinal);
        // Who was removed stays removed.
        await team.Client(Role.Admin).RemoveMember(sessions[0].Caller.UserId!.Value, Token);
        Assert.Equal("no_team", (await Refused(() => Enter(person, Joining))).Code);
    }

    [Fact]
    public async Task A_locked_account_stays_locked_whichever_door_is_tried()
    {
        var joined = await Join();
        await using (var context = Api.Context())
            await context.Users.Where(row => row.Id == joined.Caller.UserId).ExecuteUpdateAsync(row => row.SetProperty(user => user.LockedUntil, DateTimeOffset.UtcNow.AddMinutes(1)), Token);

        var refused = await Refused(() => Enter(Somebody(joined.Caller.Name)));

        Assert.Equal((401, "account_locked"), (refused.Status, refused.Code));
    }

    [Fact]
    public async Task Who_has_an_authenticator_app_is_asked_for_its_code_and_ten_wrong_ones_lock()
    {
        var joined = await Join();
        var setup = await Client(joined).BeginAuthenticator(new(Password), Token);
        var recovery = (await Client(joined).ConfirmAuthenticator(new(Totp.Code(AuthenticatorTests.Decoded(setup.Secret), Totp.Step(DateTimeOffset.UtcNow))), Token)).Codes;
        var person = Somebody(joined.Caller.Name);

        var begun = await Invited.BeginOidc(new(), Token);
        var (state, code) = Provider.SignIn(begun.Address, person);
        var early = await Refused(() => Invited.FinishOidc(new OidcCode(begun.Flow, recovery[0]), Token));
        var needed = await Refused(() => Invited.FinishOidc(new FinishOidc(begun.Flow, state, code), Token));
        var wrong = await Refused(() => Invited.FinishOidc(new OidcCode(begun.Flow, "000000"), Token));
        Assert.Empty(await Client(joined).Identities(Token)); // linked only when all of it is right
        var session = await Invited.FinishOidc(new OidcCode(begun.Flow, recovery[0]), Token);
        var again = await Refused(() => Invited.FinishOidc(new OidcCode(begun.Flow, recovery[1]), Token));

        Assert.Equal(["oidc_not_begun", "code_needed", "code_refused", "oidc_not_begun"], [early.Code, needed.Code, wrong.Code, again.Code]);
        Assert.Equal(joined.Caller.UserId, session.Caller.UserId);
        Assert.Equal(Provider.Address, Assert.Single(await Client(joined).Identities(Token)).Issuer);

        var guessed = await Invited.BeginOidc(new(), Token);
        (state, code) = Provider.SignIn(guessed.Address, person);
        await Refused(() => Invited.FinishOidc(new FinishOidc(guessed.Flow, state, code), Token));
        for (var i = 0; i < 10; i++)
            await Refused(() => Invited.FinishOidc(new OidcCode(guessed.Flow, "000000"), Token));
        Assert.Equal("account_locked", (await Refused(() => Invited.FinishOidc(new OidcCode(guessed.Flow, recovery[1]), Token))).Code);
    }

    [Fact]
    public async Task Another_account_at_the_provider_with_the_same_address_waits_until_the_first_is_unlinked()
    {
        var joined = await Join();
        await Enter(Somebody(joined.Caller.Name));
        var successor = Somebody(joined.Caller.Name);

        var refused = await Refused(() => Enter(successor));
        var link = Assert.Single(await Client(joined).Identities(Token));
        Assert.Equal("identity_not_found", (await Refused(() => Member.Unlink(link.Id, Token))).Code);
        await Client(joined).Unlink(link.Id, Token);

        Assert.Equal((409, "linked_to_another"), (refused.Status, refused.Code));
        Assert.Equal(joined.Caller.UserId, (await Enter(successor)).Caller.UserId);
    }

    [Fact]
    public async Task Without_a_provider_the_door_is_said_not_to_be_there()
    {
        Assert.Equal((409, "oidc_not_configured"), (await Refused(() => Nobody.Oidc(Token))) is var view ? (view.Status, view.Code) : default);
        Assert.Equal("oidc_not_configured", (await Refused(() => Nobody.BeginOidc(new(), Token))).Code);
        Assert.Equal("oidc_not_configured", (await Refused(() => Nobody.FinishOidc(new FinishOidc("mo_1", "state", "code"), Token))).Code);
        Assert.Equal("oidc_not_configured", (await Refused(() => Nobody.FinishOidc(new OidcCode("mo_1", "123456"), Token))).Code);
    }
}
