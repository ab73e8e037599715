// Mails links to new passwords, after the request for one is answered: an address that is nobody's is answered as fast as one that is.
// What waits here is lost when the server stops; the person asks again.
using System.Threading.Channels;
using MaaS.Api.Notifications;
using MaaS.Catalog;
using Microsoft.EntityFrameworkCore;

namespace MaaS.Api.Teams;

internal sealed class ResetMails(IDbContextFactory<CatalogContext> contexts, Mail mail, TimeProvider clock, ILogger<ResetMails> logger) : BackgroundService
{
    private static readonly TimeSpan s_life = TimeSpan.FromHours(1);

    /// <summary>Nobody's mailbox is filled by pressing a button.</summary>
    private static readonly TimeSpan s_pause = TimeSpan.FromMinutes(1);

    /// <summary>At once, of one person: each of them works.</summary>
    private const int Most = 5;

    private readonly Channel<string> _wanted = Channel.CreateBounded<string>(new BoundedChannelOptions(1000) { FullMode = BoundedChannelFullMode.DropWrite });

    public void Send(string email) => _wanted.Writer.TryWrite(email);

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        await PoolThreads.Enter();
        await foreach (var email in _wanted.Reader.ReadAllAsync(stoppingToken))
        {
            try
            {
                await Send(email, stoppingToken);
            }
            catch (Exception error) when (error is not OperationCanceledException)
            {
                logger.LogError(error, "The link to a new password could not be mailed");
            }
        }
    }

    private async Task Send(string email, CancellationToken token)
    {
        await using var context = await contexts.CreateDbContextAsync(token);
        var now = clock.GetUtcNow();
        if (await context.Users.AsNoTracking().SingleOrDefaultAsync(row => row.Email == email, token) is not { } user)
            return;
        var mailed = await context.PasswordResets.AsNoTracking().Where(row => row.UserId == user.Id && row.TeamId == null && row.ExpiresAt > now).ToListAsync(token);
        if (mailed.Any(row => row.CreatedAt > now - s_pause) || mailed.Count(row => row.UsedAt == null) >= Most)
            return;
        var (secret, _) = PasswordResets.Add(context, user.Id, null, now, s_life);
        await context.SaveChangesAsync(token);
        await mail.Send(email, "A new password for MaaS",
            $"""
            Somebody, we hope you, asked for a new password for {email}.

            {mail.Address($"/reset?token={secret}")}

            The link works once and for an hour. Setting a password signs you out everywhere. If it was not you, do nothing.
            """, token);
    }
}
