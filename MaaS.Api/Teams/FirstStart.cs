// Makes an empty installation usable: a team, and its administrator or a one-time link that makes one.
// Idempotent, and safe when several replicas start at once.
using MaaS.Catalog;
using MaaS.Catalog.Teams;
using MaaS.Contracts.Teams;
using Microsoft.EntityFrameworkCore;

namespace MaaS.Api.Teams;

internal sealed class FirstStart(
    IDbContextFactory<CatalogContext> contexts, IConfiguration configuration, Passwords passwords, Vault vault, TimeProvider clock, ILogger<FirstStart> logger)
{
    private const string TeamName = "default";
    private const long Gigabyte = 1L << 30;

    // Any number will do, as long as nothing else takes it.
    private const long LockId = 0x4D616153;

    public async Task Run(CancellationToken token)
    {
        await using var context = await contexts.CreateDbContextAsync(token);
        await using var transaction = await context.Database.BeginTransactionAsync(token);
        await context.Database.ExecuteSqlAsync($"select pg_advisory_xact_lock({LockId})", token);

        // The first use makes the key; two servers that did so at the same moment would not know each other's.
        await vault.Protect(Vault.Authenticators, []);
        var team = await context.Teams.OrderBy(row => row.CreatedAt).FirstOrDefaultAsync(token)
            ?? context.Teams.Add(new() { Name = TeamName, StorageQuotaBytes = Quota() }).Entity;
        var link = configuration["MAAS_ADMIN_EMAIL"] is { Length: > 0 } email && configuration["MAAS_ADMIN_PASSWORD"] is { Length: > 0 } password
            ? await MakeAdmin(context, team, email.ToLowerInvariant(), password, token)
            : await MakeLink(context, team, token);
        await context.SaveChangesAsync(token);
        // Still under the lock: of two replicas, the one whose link counts is also the last to write it down.
        if (link is not null)
            Announce(link);
        await transaction.CommitAsync(token);
    }

    private long Quota() => (long)(configuration.GetValue("Teams:StorageQuotaGb", 50.0) * Gigabyte);

    /// <summary>An account that exists keeps the password its owner may have changed.</summary>
    private async Task<string?> MakeAdmin(CatalogContext context, Team team, string email, string password, CancellationToken token)
    {
        if (await context.Users.AnyAsync(row => row.Email == email, token))
            return null;
        var user = context.Users.Add(new() { Email = email, PasswordHash = passwords.Hash(password) }).Entity;
        context.Members.Add(new() { TeamId = team.Id, UserId = user.Id, Role = Role.Admin });
        logger.LogInformation("Made the administrator {Email}", email);
        return null;
    }

    /// <summary>While nobody can sign in, each start replaces the link: the old one's token cannot be shown again.</summary>
    private async Task<string?> MakeLink(CatalogContext context, Team team, CancellationToken token)
    {
        if (await context.Members.AnyAsync(row => row.TeamId == team.Id && row.Role == Role.Admin, token))
            return null;
        await context.Invitations.Where(row => row.TeamId == team.Id && row.Email == null).ExecuteDeleteAsync(token);
        var secret = Secrets.New(Secrets.Invitation);
        context.Invitations.Add(new()
        {
            TokenHash = Secrets.Hash(secret),
            TeamId = team.Id,
            Role = Role.Admin,
            ExpiresAt = clock.GetUtcNow() + TimeSpan.FromDays(7),
        });
        return secret;
    }

    private void Announce(string secret)
    {
        logger.LogInformation("Nobody can sign in yet. Make the first administrator in the portal at /setup?token={Token}", secret);
        if (configuration["MAAS_SETUP_LINK_FILE"] is not { Length: > 0 } path)
            return;
        var options = new FileStreamOptions { Mode = FileMode.Create, Access = FileAccess.Write };
        if (!OperatingSystem.IsWindows())
            options.UnixCreateMode = UnixFileMode.UserRead | UnixFileMode.UserWrite;
        using var writer = new StreamWriter(path, options);
        writer.Write(secret);
    }
}
