// What a test of the API starts from: a team of its own, and callers of every role, made in the database so that signing in costs nothing.
using System.Security.Cryptography;
using System.Text;
using MaaS.Catalog.Teams;
using MaaS.Contracts;
using MaaS.Contracts.Teams;
using Microsoft.Extensions.DependencyInjection;
using Npgsql;
using Xunit;

namespace MaaS.Platform.Tests.Api;

[Collection(ApiCollection.Name)]
public abstract class ApiTest(ApiServer api) : IAsyncLifetime
{
    protected static CancellationToken Token => TestContext.Current.CancellationToken;

    protected ApiServer Api => api;
    protected TestTeam Team { get; private set; } = null!;
    protected MaaSClient Admin => Team.Client(Role.Admin);
    protected MaaSClient Member => Team.Client(Role.Member);

    public virtual async ValueTask InitializeAsync()
    {
        Assert.SkipWhen(PostgresServer.Missing is not null, PostgresServer.Missing ?? "");
        Team = await TestTeam.Create(api, $"team {Guid.NewGuid()}");
    }

    public ValueTask DisposeAsync()
    {
        GC.SuppressFinalize(this);
        return ValueTask.CompletedTask;
    }

    /// <summary>The problem that a refused call ends with.</summary>
    protected static async Task<Problem> Refused(Func<Task> call) => (await Assert.ThrowsAsync<ProblemException>(call)).Problem;
}

/// <summary>A team with one person of each role, each signed in.</summary>
public sealed record TestTeam(ApiServer Api, Guid Id, IReadOnlyDictionary<Role, string> Secrets, IReadOnlyDictionary<Role, Guid> Users)
{
    public static async Task<TestTeam> Create(ApiServer api, string name, long quota = 1L << 30)
    {
        await using var context = api.Context();
        var team = context.Teams.Add(new() { Name = name, StorageQuotaBytes = quota }).Entity;
        var secrets = new Dictionary<Role, string>();
        var users = new Dictionary<Role, Guid>();
        foreach (var role in Enum.GetValues<Role>())
        {
            var user = context.Users.Add(new() { Email = $"{role}-{Guid.NewGuid():n}@example.com".ToLowerInvariant(), PasswordHash = "none" }).Entity;
            context.Members.Add(new() { TeamId = team.Id, UserId = user.Id, Role = role });
            secrets[role] = $"ms_{Guid.NewGuid():n}{Guid.NewGuid():n}";
            users[role] = user.Id;
            context.Sessions.Add(new Session
            {
                TokenHash = SHA256.HashData(Encoding.UTF8.GetBytes(secrets[role])),
                UserId = user.Id,
                TeamId = team.Id,
                ExpiresAt = DateTimeOffset.UtcNow.AddDays(14),
            });
        }
        await context.SaveChangesAsync(TestContext.Current.CancellationToken);
        return new(api, team.Id, secrets, users);
    }

    public MaaSClient Client(Role role) => Api.Client(Secrets[role]);

    public HttpClient Http(Role role) => Api.Http(Secrets[role]);

    /// <summary>Every row of every table that belongs to the team, as text: the same before and after when nothing was changed.</summary>
    public async Task<IReadOnlyList<string>> Rows()
    {
        // How often deployments were asked, and what happened, is written by the server a moment later, whatever a request came to.
        var database = Api.Catalog.GetRequiredService<NpgsqlDataSource>();
        var tables = await Read(database, "select table_name from information_schema.columns where table_schema = 'public' and column_name = 'team_id' and table_name not in ('usage_counts', 'events') order by 1");
        var rows = new List<string>();
        foreach (var table in tables)
            rows.AddRange((await Read(database, $"select t::text from {table} t where team_id = '{Id}' order by 1")).Select(row => $"{table}: {row}"));
        return rows;
    }

    private static async Task<IReadOnlyList<string>> Read(NpgsqlDataSource database, string sql)
    {
        var token = TestContext.Current.CancellationToken;
        await using var command = database.CreateCommand(sql);
        await using var reader = await command.ExecuteReaderAsync(token);
        var texts = new List<string>();
        while (await reader.ReadAsync(token))
            texts.Add(reader.GetString(0));
        return texts;
    }
}
