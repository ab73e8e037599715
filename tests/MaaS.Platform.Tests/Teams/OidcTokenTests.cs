// What a provider answers is believed only when it was signed by the provider, for us, for this sign-in, and now.
using MaaS.Contracts.Teams;
using MaaS.Platform.Tests.Api;
using Microsoft.EntityFrameworkCore;
using Microsoft.IdentityModel.Tokens;
using Xunit;

namespace MaaS.Platform.Tests.Teams;

public sealed class OidcTokenTests(ApiServer api, OidcServers servers) : OidcTest(api, servers)
{
    private static readonly Dictionary<string, Func<Person, Person>> s_forgeries = new()
    {
        ["its token was made for another sign-in"] = person => person with { Forge = token => token.Claims["nonce"] = "another" },
        ["its token has expired"] = person => person with { Forge = token => (token.NotBefore, token.Expires) = (DateTime.UtcNow.AddHours(-2), DateTime.UtcNow.AddHours(-1)) },
        ["its token never expires"] = person => person with { Forge = token => token.Expires = null },
        ["its token was made for another application"] = person => person with { Forge = token => token.Audience = "another application" },
        ["its token was made by somebody else"] = person => person with { Forge = token => token.Issuer = "https://login.example.com" },
        ["its token names nobody"] = person => person with { Forge = token => token.Claims.Remove("sub") },
    };

    public static TheoryData<string> Forgeries => [.. s_forgeries.Keys];

    [Theory]
    [MemberData(nameof(Forgeries))]
    public async Task A_token_that_is_not_for_this_sign_in_signs_nobody_in(string why)
    {
        var joined = await Join();

        var refused = await Refused(() => Enter(s_forgeries[why](Somebody(joined.Caller.Name))));

        Assert.Equal((401, "oidc_refused", $"Harbour ID cannot sign you in: {why}. Begin again, or tell the operator."), (refused.Status, refused.Code, refused.Detail));
    }

    [Fact]
    public async Task A_token_for_several_applications_must_name_the_one_that_asked()
    {
        var joined = await Join();

        var other = await Refused(() => Enter(For("another application")));
        var nobody = await Refused(() => Enter(For(null)));
        var ours = await Enter(For(OidcServer.Client));

        Assert.All([other, nobody], refused => Assert.Contains("made for another application", refused.Detail, StringComparison.Ordinal));
        Assert.Equal(joined.Caller.UserId, ours.Caller.UserId);

        Person For(string? party) => Somebody(joined.Caller.Name) with
        {
            Forge = token =>
            {
                token.Audiences.Add("another application");
                if (party is not null)
                    token.Claims["azp"] = party;
            },
        };
    }

    [Theory]
    [InlineData("a key of somebody else")]
    [InlineData("changed after it was signed")]
    [InlineData("not signed at all")]
    [InlineData("signed with what everybody knows")]
    public async Task A_token_that_the_provider_did_not_sign_signs_nobody_in(string how)
    {
        var person = Somebody((await Join()).Caller.Name);

        var refused = await Refused(() => Enter(how switch
        {
            "a key of somebody else" => person with { Forge = token => token.SigningCredentials = new(OidcServer.Stranger, SecurityAlgorithms.RsaSha256) },
            "changed after it was signed" => person with { Tamper = token => Changed(token, text => text.Replace(person.Subject, $"{Guid.NewGuid():n}", StringComparison.Ordinal)) },
            "not signed at all" => person with { Forge = token => token.SigningCredentials = null },
            _ => person with { Forge = token => token.SigningCredentials = new(new SymmetricSecurityKey(System.Text.Encoding.UTF8.GetBytes(OidcServer.Secret + OidcServer.Secret)), SecurityAlgorithms.HmacSha256) },
        }));

        Assert.Equal((401, "oidc_refused", "Harbour ID cannot sign you in: its token is not signed with the provider's key. Begin again, or tell the operator."), (refused.Status, refused.Code, refused.Detail));
    }

    [Fact]
    public async Task What_the_browser_brings_back_works_once_and_only_for_who_began()
    {
        var person = Somebody((await Join()).Caller.Name);
        var (begun, theirs) = (await Invited.BeginOidc(new(), Token), await Invited.BeginOidc(new(), Token));
        var (state, code) = Provider.SignIn(begun.Address, person);

        var mixed = await Refused(() => Invited.FinishOidc(new FinishOidc(theirs.Flow, state, code), Token));
        var invented = await Refused(() => Invited.FinishOidc(new FinishOidc("mo_invented", state, code), Token));
        var session = await Invited.FinishOidc(new FinishOidc(begun.Flow, state, code), Token);
        var again = await Refused(() => Invited.FinishOidc(new FinishOidc(begun.Flow, state, Provider.SignIn(begun.Address, person).Code), Token));

        Assert.Equal(person.Email, session.Caller.Name);
        Assert.All([mixed, invented, again], refused => Assert.Equal((401, "oidc_not_begun"), (refused.Status, refused.Code)));
    }

    [Fact]
    public async Task A_sign_in_that_takes_too_long_is_begun_again()
    {
        var person = Somebody((await Join()).Caller.Name);
        var begun = await Invited.BeginOidc(new(), Token);
        var (state, code) = Provider.SignIn(begun.Address, person);
        await using (var context = Api.Context())
            await context.OidcSignIns.ExecuteUpdateAsync(row => row.SetProperty(flow => flow.ExpiresAt, DateTimeOffset.UtcNow.AddSeconds(-1)), Token);

        Assert.Equal("oidc_not_begun", (await Refused(() => Invited.FinishOidc(new FinishOidc(begun.Flow, state, code), Token))).Code);
    }

    [Fact]
    public async Task A_code_that_the_provider_never_gave_is_refused()
    {
        var begun = await Invited.BeginOidc(new(), Token);
        var (state, _) = Provider.SignIn(begun.Address, Somebody());

        var refused = await Refused(() => Invited.FinishOidc(new FinishOidc(begun.Flow, state, "invented"), Token));

        Assert.Equal((401, "Harbour ID cannot sign you in: it gave no token for the code that came with the browser. Begin again, or tell the operator."), (refused.Status, refused.Detail));
    }

    [Fact]
    public async Task A_provider_that_is_away_is_said_to_be_and_passwords_go_on_working()
    {
        var joined = await Join();
        await using var provider = await OidcServer.Start(Token);
        await using var server = await Api.Replica(provider.Settings);
        var begun = await server.Client(null).BeginOidc(new(), Token);
        var (state, code) = provider.SignIn(begun.Address, Somebody(joined.Caller.Name));
        provider.Status = 503;
        var ill = await Refused(() => server.Client(null).FinishOidc(new FinishOidc(begun.Flow, state, code), Token));
        await using var never = await Api.Replica([.. provider.Settings, ("Oidc__Authority", $"http://127.0.0.1:{FreePort.Any()}")]);
        var gone = await Refused(() => never.Client(null).BeginOidc(new(), Token));

        Assert.All([ill, gone], refused => Assert.Equal(
            (503, "oidc_unreachable", "Harbour ID does not answer as an identity provider right now. Try again in a moment, or sign in with your password."), (refused.Status, refused.Code, refused.Detail)));
        Assert.Equal(joined.Caller.UserId, (await never.Client(null).SignIn(new(joined.Caller.Name, Password), Token)).Caller.UserId);
    }

    private static string Changed(string token, Func<string, string> change)
    {
        var parts = token.Split('.');
        parts[1] = Base64UrlEncoder.Encode(change(Base64UrlEncoder.Decode(parts[1])));
        return string.Join('.', parts);
    }
}
