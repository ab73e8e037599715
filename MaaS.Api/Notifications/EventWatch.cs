// Finds what happened in rows that others write anyway: jobs that ended, revisions that guards made, counts that drifted. Of several
// servers one reads a source at a time: it holds the source's cursor, and the others pass by. It looks some time behind the cursor again,
// because a row that was written earlier can become visible later; the unique source of an event makes that harmless.
using MaaS.Catalog;
using MaaS.Catalog.Notifications;
using Microsoft.EntityFrameworkCore;

namespace MaaS.Api.Notifications;

/// <summary>One kind of row that events come from.</summary>
internal interface IEventSource
{
    string Name { get; }

    /// <summary>How often it is read.</summary>
    TimeSpan Pause { get; }

    /// <param name="since">Rows from then on; some may have been seen before.</param>
    Task<IReadOnlyList<Found>> Read(CatalogContext context, DateTimeOffset since, CancellationToken token);
}

/// <param name="StartedBy">Of a run: who hears of it when they want to hear of their own only. Of an approval: who requested it.</param>
internal sealed record Found(TeamEvent Event, string? StartedBy = null);

internal sealed class EventWatch(
    IDbContextFactory<CatalogContext> contexts, IEnumerable<IEventSource> sources, CatalogMigrations migrations, IConfiguration configuration,
    TimeProvider clock, ILogger<EventWatch> logger) : BackgroundService
{
    private static readonly TimeSpan s_overlap = TimeSpan.FromMinutes(2);
    private static readonly TimeSpan s_idle = TimeSpan.FromSeconds(30);

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        await PoolThreads.Enter();
        await migrations.WaitUntilApplied(stoppingToken);
        using var timer = new PeriodicTimer(TimeSpan.FromSeconds(configuration.GetValue("Notifications:PollSeconds", 2.0)), clock);
        do
        {
            foreach (var source in sources)
            {
                try
                {
                    await Look(source, stoppingToken);
                }
                catch (Exception error) when (error is not OperationCanceledException)
                {
                    if (!Outage.Is(error))
                        logger.LogError(error, "Reading what happened to {Source} failed; it is tried again", source.Name);
                }
            }
        }
        while (await timer.WaitForNextTickAsync(stoppingToken));
    }

    private async Task Look(IEventSource source, CancellationToken token)
    {
        await using var context = await contexts.CreateDbContextAsync(token);
        var now = clock.GetUtcNow();
        // What happened before there was anybody to tell it is history.
        await context.Database.ExecuteSqlAsync($"insert into event_cursors (source, position) values ({source.Name}, {now}) on conflict do nothing", token);
        await using var transaction = await context.Database.BeginTransactionAsync(token);
        if (await context.EventCursors.FromSql($"select * from event_cursors where source = {source.Name} for update skip locked").SingleOrDefaultAsync(token) is not { } cursor
            || now - cursor.Position < source.Pause)
            return;
        var found = await New(context, await source.Read(context, cursor.Position - s_overlap, token), token);
        await Audience.Add(context, found, now, token);
        // Not at every look, when there is nothing to see.
        if (found.Count > 0 || now - cursor.Position > s_idle)
            cursor.Position = now;
        await context.SaveChangesAsync(token);
        await transaction.CommitAsync(token);
    }

    private static async Task<IReadOnlyList<Found>> New(CatalogContext context, IReadOnlyList<Found> found, CancellationToken token)
    {
        if (found.Count == 0)
            return found;
        var names = found.Select(one => one.Event.Source).ToList();
        var known = await context.Events.Where(row => names.Contains(row.Source)).Select(row => row.Source).ToListAsync(token);
        return [.. found.ExceptBy(known, one => one.Event.Source)];
    }
}
