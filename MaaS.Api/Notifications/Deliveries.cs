// Sends what is due to webhooks and mailboxes, and again later what was not taken. Whoever takes a row pushes its time into the future
// first, so no two servers send it and a server that dies leaves it to be sent later: a delivery may come twice, never not at all.
using MaaS.Catalog;
using MaaS.Catalog.Notifications;
using MaaS.Contracts.Notifications;
using Microsoft.EntityFrameworkCore;

namespace MaaS.Api.Notifications;

internal sealed class Deliveries(
    IDbContextFactory<CatalogContext> contexts, Courier courier, Mail mail, CatalogMigrations migrations, IConfiguration configuration,
    TimeProvider clock, ILogger<Deliveries> logger) : BackgroundService
{
    private const int AtOnce = 20;

    /// <summary>Longer than any one takes.</summary>
    private static readonly TimeSpan s_hold = TimeSpan.FromMinutes(2);

    /// <summary>After the first, the second, ... failure; then it is given up.</summary>
    private static readonly TimeSpan[] s_pauses =
        [TimeSpan.FromSeconds(30), TimeSpan.FromMinutes(2), TimeSpan.FromMinutes(10), TimeSpan.FromHours(1), TimeSpan.FromHours(6)];

    /// <summary>Null when there have been enough.</summary>
    public static TimeSpan? Pause(int attempts) => attempts <= s_pauses.Length ? s_pauses[attempts - 1] : null;

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        await PoolThreads.Enter();
        await migrations.WaitUntilApplied(stoppingToken);
        // Neither waits for the other: a mail server that is away keeps no webhook waiting.
        await Task.WhenAll(
            Repeat(DueWebhooks, courier.Deliver, stoppingToken),
            mail.IsConfigured ? Repeat(DueMails, SendMail, stoppingToken) : Task.CompletedTask);
    }

    private async Task Repeat<T>(Func<CancellationToken, Task<IReadOnlyList<T>>> due, Func<T, CancellationToken, Task> send, CancellationToken token)
    {
        using var timer = new PeriodicTimer(TimeSpan.FromSeconds(configuration.GetValue("Notifications:PollSeconds", 2.0)), clock);
        do
        {
            try
            {
                // All at once, or the last would begin when their time is nearly over.
                await Task.WhenAll((await due(token)).Select(one => Try(() => send(one, token))));
            }
            catch (Exception error) when (error is not OperationCanceledException)
            {
                Tell(error);
            }
        }
        while (await timer.WaitForNextTickAsync(token));
    }

    /// <summary>One that fails is no reason to leave the others; it is due again later.</summary>
    private async Task Try(Func<Task> send)
    {
        try
        {
            await send();
        }
        catch (Exception error) when (error is not OperationCanceledException)
        {
            Tell(error);
        }
    }

    private void Tell(Exception error)
    {
        if (!Outage.Is(error))
            logger.LogError(error, "Delivering notifications failed; it is tried again");
    }

    private async Task<IReadOnlyList<Guid>> DueWebhooks(CancellationToken token)
    {
        await using var context = await contexts.CreateDbContextAsync(token);
        var now = clock.GetUtcNow();
        return await context.Database.SqlQuery<Guid>(
            $"""
            update webhook_deliveries set next_at = {now + s_hold}
            where id in (select id from webhook_deliveries where next_at <= {now} order by next_at limit {AtOnce} for update skip locked)
            returning id
            """).ToListAsync(token);
    }

    private sealed record DueMail(Guid UserId, Guid EventId);

    private async Task<IReadOnlyList<DueMail>> DueMails(CancellationToken token)
    {
        await using var context = await contexts.CreateDbContextAsync(token);
        var now = clock.GetUtcNow();
        return await context.Database.SqlQuery<DueMail>(
            $"""
            update notifications set mail_due_at = {now + s_hold}, mail_attempts = mail_attempts + 1
            where (user_id, event_id) in (select user_id, event_id from notifications where mail_due_at <= {now} order by mail_due_at limit {AtOnce} for update skip locked)
            returning user_id, event_id
            """).ToListAsync(token);
    }

    private async Task SendMail(DueMail due, CancellationToken token)
    {
        await using var context = await contexts.CreateDbContextAsync(token);
        var row = await context.Notifications.Include(row => row.Event.Team).Include(row => row.User)
            .SingleOrDefaultAsync(row => row.UserId == due.UserId && row.EventId == due.EventId, token);
        if (row is null)
            return;
        // Old news, as after a week without a mail server, and news of a team one has left, are not sent.
        var wanted = row.Event.At > clock.GetUtcNow().AddDays(-1) && await context.Members.AnyAsync(member => member.UserId == row.UserId && member.TeamId == row.Event.TeamId, token);
        row.MailDueAt = wanted && !await IsSent(row, token) && Pause(row.MailAttempts) is { } pause ? clock.GetUtcNow() + pause : null;
        await context.SaveChangesAsync(token);
    }

    private async Task<bool> IsSent(Notification row, CancellationToken token)
    {
        var title = EventWords.Of(row.Event.Kind, row.Event.Name);
        try
        {
            await mail.Send(row.User.Email, $"{title} ({row.Event.Team.Name})",
                $"""
                {title}.
                {row.Event.Detail}

                {mail.Address(row.Event.Link)}

                You chose to be told by e-mail: {mail.Address("/notifications")}
                """, token);
            return true;
        }
        catch (Exception error) when (error is not OperationCanceledException)
        {
            logger.LogWarning(error, "A notification could not be mailed, attempt {Attempt}", row.MailAttempts);
            return false;
        }
    }
}
