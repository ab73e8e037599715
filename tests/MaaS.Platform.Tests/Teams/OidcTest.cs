// What a test of signing in through a provider starts from: one provider, and two servers that let people in through it, shared by all of
// them. One takes only who was invited; at the other, people of example.com join a team by themselves.
using MaaS.Contracts;
using MaaS.Contracts.Teams;
using MaaS.Platform.Tests.Api;
using Xunit;

namespace MaaS.Platform.Tests.Teams;

public sealed class OidcServers(ApiServer api) : IAsyncLifetime
{
    internal OidcServer Provider { get; private set; } = null!;

    public ApiServer Invited { get; private set; } = null!;

    public ApiServer Joining { get; private set; } = null!;

    public string JoinTeam { get; } = $"newcomers {Guid.NewGuid()}";

    public async ValueTask InitializeAsync()
    {
        if (PostgresServer.Missing is not null)
            return;
        Provider = await OidcServer.Start(CancellationToken.None);
        Invited = await api.Replica(Provider.Settings);
        Joining = await api.Replica([.. Provider.Settings, ("Oidc__Domains", "example.com, example.org"), ("Oidc__JoinTeam", JoinTeam), ("Oidc__JoinRole", "member")]);
    }

    public async ValueTask DisposeAsync()
    {
        if (Provider is null)
            return;
        await Invited.DisposeAsync();
        await Joining.DisposeAsync();
        await Provider.DisposeAsync();
    }
}

public abstract class OidcTest(ApiServer api, OidcServers servers) : AccountTest(api), IClassFixture<OidcServers>
{
    private protected OidcServer Provider => servers.Provider;

    protected MaaSClient Invited => servers.Invited.Client(null);

    protected MaaSClient Joining => servers.Joining.Client(null);

    protected string JoinTeam => servers.JoinTeam;

    private protected static Person Somebody(string? email = null) => new($"{Guid.NewGuid():n}", email ?? $"{Guid.NewGuid():n}@example.com");

    /// <summary>The browser's whole way.</summary>
    private protected async Task<SessionCreated> Enter(Person person, MaaSClient? server = null, string? invitation = null)
    {
        var begun = await (server ?? Invited).BeginOidc(new(invitation), Token);
        var (state, code) = Provider.SignIn(begun.Address, person);
        return await (server ?? Invited).FinishOidc(new FinishOidc(begun.Flow, state, code), Token);
    }
}
