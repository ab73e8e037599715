// Looks every five minutes whether what deployments were asked in the last day is another population than their training's. One version
// of one deployment is news once a day, however often it is looked at and however many columns moved.
using MaaS.Api.Deployments;
using MaaS.Catalog;
using MaaS.Catalog.Notifications;
using MaaS.Contracts.Deployments;
using MaaS.Contracts.Notifications;
using Microsoft.EntityFrameworkCore;

namespace MaaS.Api.Notifications;

internal sealed class DriftWatch(IConfiguration configuration, TimeProvider clock) : IEventSource
{
    private const int MostColumns = 5;

    public string Name => "drift";

    public TimeSpan Pause { get; } = TimeSpan.FromSeconds(configuration.GetValue("Notifications:DriftSeconds", 300.0));

    public async Task<IReadOnlyList<Found>> Read(CatalogContext context, DateTimeOffset since, CancellationToken token)
    {
        var now = clock.GetUtcNow();
        var day = now.AddDays(-1);
        var asked = await context.Deployments.AsNoTracking()
            .Where(row => context.DriftHours.Any(hour => hour.DeploymentId == row.Id && hour.Hour > day)).ToListAsync(token);
        var found = new List<Found>();
        foreach (var deployment in asked)
            foreach (var version in await DriftOf.Deployment(context, deployment.Id, day, token))
                if (Moved(version) is { Count: > 0 } moved)
                    found.Add(new(new TeamEvent
                    {
                        TeamId = deployment.TeamId,
                        Kind = EventKind.DriftFound,
                        Source = FormattableString.Invariant($"drift/{deployment.Id}/{version.Model}/{version.Version}/{now:yyyy-MM-dd}"),
                        Name = deployment.Name,
                        Detail = $"Version {version.Version} of {version.Model}: {string.Join(", ", moved.Take(MostColumns))}{(moved.Count > MostColumns ? $" and {moved.Count - MostColumns} more" : "")}.",
                        Link = $"/deployments/{deployment.Name}",
                        At = now,
                    }));
        return found;
    }

    private static List<string> Moved(VersionDrift version) =>
    [
        .. version.Columns.Where(column => column.Verdict == DriftVerdict.Shifted).OrderByDescending(column => column.Psi ?? 0).Select(column => column.Column),
        .. version.Answers.Verdict == DriftVerdict.Shifted ? ["the answers"] : Array.Empty<string>(),
    ];
}
