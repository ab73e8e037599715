// An authenticator app beside the password: set up, used, used twice, lost.
using MaaS.Catalog.Teams;
using MaaS.Contracts.Teams;
using MaaS.Platform.Tests.Api;
using Microsoft.EntityFrameworkCore;
using Xunit;

namespace MaaS.Platform.Tests.Teams;

public sealed class AuthenticatorTests(ApiServer api) : AccountTest(api)
{
    private const string Alphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567";

    private readonly long _began = Totp.Step(DateTimeOffset.UtcNow);

    [Fact]
    public async Task Once_a_code_was_given_signing_in_takes_one_and_each_works_once()
    {
        var session = await Join();
        var setup = await Client(session).BeginAuthenticator(new(Password), Token);
        var early = await SignIn(session.Caller.Name); // not in effect yet
        var codes = await Client(session).ConfirmAuthenticator(new(Code(setup)), Token);

        var needed = await Refused(() => SignIn(session.Caller.Name));
        var again = await Refused(() => SignIn(session.Caller.Name, code: Code(setup)));
        var next = Code(setup, 1);
        var second = await SignIn(session.Caller.Name, code: $"{next[..3]} {next[3..]}");
        var twice = await Refused(() => SignIn(session.Caller.Name, code: next));

        Assert.Equal($"otpauth://totp/MaaS:{Uri.EscapeDataString(session.Caller.Name)}?secret={setup.Secret}&issuer=MaaS&algorithm=SHA1&digits=6&period=30", setup.Address);
        Assert.Equal(session.Caller.UserId, early.Caller.UserId);
        Assert.Equal((10, 10), (codes.Codes.Count, codes.Codes.Distinct().Count()));
        Assert.Equal((401, "code_needed"), (needed.Status, needed.Code));
        Assert.Equal("code_refused", again.Code);
        Assert.Equal(session.Caller.UserId, second.Caller.UserId);
        Assert.Equal("code_refused", twice.Code);
        Assert.Equal((true, 10), (await Client(session).Authenticator(Token)) is var view ? (view.On, view.RecoveryCodes) : default);
    }

    [Fact]
    public async Task Of_two_who_send_the_same_code_at_the_same_moment_one_gets_in()
    {
        var (email, setup, _) = await Protected();
        var code = Code(setup, 1);

        var tries = await Task.WhenAll(Enumerable.Range(0, 6).Select(async _ =>
        {
            try
            {
                await SignIn(email, code: code);
                return true;
            }
            catch (Contracts.ProblemException)
            {
                return false;
            }
        }));

        Assert.Single(tries, signedIn => signedIn);
    }

    [Fact]
    public async Task Of_two_who_turn_it_on_at_the_same_moment_one_has_the_recovery_codes()
    {
        var session = await Join();
        var setup = await Client(session).BeginAuthenticator(new(Password), Token);

        var tries = await Task.WhenAll(Enumerable.Range(0, 2).Select(async step =>
        {
            try
            {
                return await Client(session).ConfirmAuthenticator(new(Code(setup, step)), Token);
            }
            catch (Contracts.ProblemException)
            {
                return null;
            }
        }));

        var codes = Assert.Single(tries, codes => codes is not null)!;
        Assert.Equal(session.Caller.UserId, (await SignIn(session.Caller.Name, code: codes.Codes[0])).Caller.UserId);
    }

    [Fact]
    public async Task Without_the_right_password_nobody_learns_that_a_code_is_needed()
    {
        var (email, _, _) = await Protected();

        Assert.Equal("sign_in_failed", (await Refused(() => SignIn(email, "not it at all"))).Code);
    }

    [Fact]
    public async Task A_recovery_code_signs_in_once_and_new_ones_replace_the_old()
    {
        var (email, setup, codes) = await Protected();
        var session = await SignIn(email, code: codes[0].ToUpperInvariant());
        var twice = await Refused(() => SignIn(email, code: codes[0]));
        var left = await Client(session).Authenticator(Token);
        var renewed = await Client(session).RenewRecoveryCodes(new(Code(setup, 1)), Token);
        var old = await Refused(() => SignIn(email, code: codes[1]));

        Assert.Equal("code_refused", twice.Code);
        Assert.Equal(9, left.RecoveryCodes);
        Assert.Equal("code_refused", old.Code);
        Assert.Equal(session.Caller.UserId, (await SignIn(email, code: renewed.Codes[9])).Caller.UserId);
    }

    [Fact]
    public async Task It_is_begun_with_the_password_and_turned_off_with_a_code()
    {
        var session = await Join();
        var stranger = await Refused(() => Client(session).BeginAuthenticator(new("not it at all"), Token));
        var setup = await Client(session).BeginAuthenticator(new(Password), Token);
        var mistyped = await Refused(() => Client(session).ConfirmAuthenticator(new("000000x"), Token));
        await Client(session).ConfirmAuthenticator(new(Code(setup)), Token);
        var over = await Refused(() => Client(session).BeginAuthenticator(new(Password), Token));
        var wrong = await Refused(() => Client(session).TurnOffAuthenticator(new(Code(setup)), Token)); // used already
        await Client(session).TurnOffAuthenticator(new(Code(setup, 1)), Token);

        Assert.Equal(("password_wrong", "code_refused", "authenticator_on", "code_refused"), (stranger.Code, mistyped.Code, over.Code, wrong.Code));
        Assert.Equal(new AuthenticatorView(false, null, 0), await Client(session).Authenticator(Token));
        Assert.Equal(session.Caller.UserId, (await SignIn(session.Caller.Name)).Caller.UserId);
    }

    [Fact]
    public async Task Ten_wrong_codes_lock_the_account()
    {
        var (email, setup, _) = await Protected();
        for (var i = 0; i < 10; i++)
            await Refused(() => SignIn(email, code: "no such code"));

        Assert.Equal("sign_in_failed", (await Refused(() => SignIn(email, code: Code(setup, 1)))).Code);
    }

    [Fact]
    public async Task An_invitation_is_no_way_around_the_code()
    {
        var (email, setup, _) = await Protected();
        var other = await TestTeam.Create(Api, $"other {Guid.NewGuid()}");
        var invitation = await other.Client(Role.Admin).Invite(new(email), Token);

        var needed = await Refused(() => Nobody.AcceptInvitation(new(invitation.Token, Password), Token));
        var joined = await Nobody.AcceptInvitation(new(invitation.Token, Password, Code: Code(setup, 1)), Token);

        Assert.Equal((401, "code_needed"), (needed.Status, needed.Code));
        Assert.Equal(other.Id, joined.Caller.Team.Id);
    }

    [Fact]
    public async Task The_secret_is_not_readable_in_the_database()
    {
        var (email, setup, codes) = await Protected();
        await using var context = Api.Context();
        var user = await context.Users.SingleAsync(row => row.Email == email, Token);
        var keys = await context.ProtectionKeys.ToListAsync(Token);

        Assert.True(user.AuthenticatorSecret.AsSpan().IndexOf(Decoded(setup.Secret)) < 0);
        Assert.True(user.AuthenticatorSecret!.Length > Totp.SecretBytes + 32);
        Assert.NotEmpty(keys);
        Assert.Equal(codes.Count, await context.RecoveryCodes.CountAsync(row => row.UserId == user.Id && row.Hash.Length == 32, Token));
    }

    [Fact]
    public async Task Another_server_reads_the_secret_too()
    {
        var (email, setup, _) = await Protected();
        await using var replica = await Api.Replica();

        Assert.Equal(email, (await replica.Client(null).SignIn(new(email, Password, Code(setup, 1)), Token)).Caller.Name);
    }

    [Fact]
    public async Task An_admin_turns_it_off_for_a_member_who_lost_it_unless_other_teams_rely_on_it()
    {
        var (email, setup, _) = await Protected();
        var member = (await Admin.Members(Token)).Single(one => one.Email == email);
        var other = await TestTeam.Create(Api, $"other {Guid.NewGuid()}");
        await Admin.RemoveAuthenticator(member.UserId, Token);
        var session = await SignIn(email);
        await Join(other, email);

        Assert.True(member.Authenticator);
        Assert.False((await Admin.Members(Token)).Single(one => one.Email == email).Authenticator);
        Assert.Equal("account_not_the_teams_alone", (await Refused(() => Admin.RemoveAuthenticator(member.UserId, Token))).Code);
        Assert.Equal(200, await Status(session));
        Assert.NotEmpty(setup.Secret);
    }

    /// <summary>Somebody whose sign-in takes a code.</summary>
    private async Task<(string Email, AuthenticatorSetup Setup, IReadOnlyList<string> RecoveryCodes)> Protected()
    {
        var session = await Join();
        var setup = await Client(session).BeginAuthenticator(new(Password), Token);
        return (session.Caller.Name, setup, (await Client(session).ConfirmAuthenticator(new(Code(setup)), Token)).Codes);
    }

    /// <summary>What the app shows, so many steps of 30 s from the test's beginning; the server takes one step early and one late.</summary>
    private string Code(AuthenticatorSetup setup, int steps = 0) => Totp.Code(Decoded(setup.Secret), _began + steps);

    internal static byte[] Decoded(string base32)
    {
        var bits = string.Concat(base32.Select(letter => Convert.ToString(Alphabet.IndexOf(letter), 2).PadLeft(5, '0')));
        return [.. Enumerable.Range(0, bits.Length / 8).Select(i => Convert.ToByte(bits.Substring(8 * i, 8), 2))];
    }
}
