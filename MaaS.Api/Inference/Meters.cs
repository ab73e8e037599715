// The meters of all who call, and what they counted on its way to PostgreSQL: every two seconds, and once more at the end. While it is away
// they count on.
using System.Collections.Concurrent;
using MaaS.Catalog;
using MaaS.Catalog.Teams;
using MaaS.Contracts.Teams;

namespace MaaS.Api.Inference;

internal sealed class Meters(UsageStore store, TimeProvider clock, ILogger<Meters> logger) : PeriodicStore(TimeSpan.FromSeconds(2), clock)
{
    private readonly TimeProvider _clock = clock;
    private readonly ConcurrentDictionary<(Guid Team, Guid Key), Meter> _keys = new();
    private readonly ConcurrentDictionary<Guid, Meter> _teams = new();
    private DateOnly _day;

    /// <param name="key">Null for people signed in, who share one meter; they are limited by their team's limits alone.</param>
    public Usage Of(Guid team, UsageLimits teamLimits, (Guid Id, string Name, UsageLimits Limits)? key)
    {
        var all = _teams.GetOrAdd(team, _ => new("the team"));
        var own = _keys.GetOrAdd((team, key?.Id ?? Guid.Empty), _ => new(key is { Name: var name } ? $"the key \"{name}\"" : "the team's people"));
        (own.Limits, all.Limits) = (key?.Limits ?? new(), teamLimits);
        return new(own, all);
    }

    protected override async Task Store(CancellationToken token)
    {
        var today = DateOnly.FromDateTime(_clock.GetUtcNow().UtcDateTime);
        // Where a day is limited the other processes' counts matter, even when nothing was asked here.
        var due = _keys.Select(meter => (meter.Key, Meter: meter.Value, Requests: meter.Value.Collect()))
            .Where(one => one.Requests > 0 || today != _day || (one.Meter.Limits.RequestsPerDay ?? _teams[one.Key.Team].Limits.RequestsPerDay) is not null).ToList();
        if (due.Count == 0)
            return;
        try
        {
            var sums = await store.Add(today, [.. due.Select(one => (one.Key.Team, one.Key.Key, one.Requests))], token);
            foreach (var one in due)
                one.Meter.Stored(sums.GetValueOrDefault(one.Key));
            foreach (var team in due.Select(one => one.Key.Team).Distinct())
            {
                _teams[team].Collect();
                _teams[team].Stored(sums.Where(sum => sum.Key.Team == team).Sum(sum => sum.Value));
            }
            _day = today;
        }
        catch (Exception error)
        {
            due.ForEach(one => one.Meter.PutBack(one.Requests));
            if (error is not OperationCanceledException && !Outage.Is(error))
                logger.LogError(error, "Usage could not be stored; it is kept for the next time");
        }
    }
}
