// What a test of accounts starts from: a person of the team who has a password, signed in or not.
using MaaS.Contracts;
using MaaS.Contracts.Teams;
using MaaS.Platform.Tests.Api;

namespace MaaS.Platform.Tests.Teams;

public abstract class AccountTest(ApiServer api) : ApiTest(api)
{
    protected const string Password = "correct horse 9";

    protected MaaSClient Nobody => Api.Client(null);

    /// <summary>Invited, and joined with <see cref="Password"/>.</summary>
    protected async Task<SessionCreated> Join(TestTeam? team = null, string? email = null) =>
        await Nobody.AcceptInvitation(new((await (team ?? Team).Client(Role.Admin).Invite(new(email ?? $"{Guid.NewGuid():n}@example.com"), Token)).Token, Password), Token);

    protected Task<SessionCreated> SignIn(string email, string password = Password, string? code = null) => Nobody.SignIn(new(email, password, code), Token);

    protected MaaSClient Client(SessionCreated session) => Api.Client(session.Token);

    protected async Task<int> Status(SessionCreated session)
    {
        using var answer = await Api.Http(session.Token).GetAsync("api/session", Token);
        return (int)answer.StatusCode;
    }
}
