// What streams of events say of a team's deployments: what is served, and how much it is asked, as counts that grow.
using MaaS.Api.Events;
using MaaS.Catalog;
using MaaS.Contracts.Deployments;
using MaaS.Contracts.Events;
using Microsoft.EntityFrameworkCore;

namespace MaaS.Api.Deployments;

internal static class DeploymentNews
{
    public static async Task<IEnumerable<(Source, LiveEvent)>> Briefs(CatalogContext context, IReadOnlyList<Source> sources, CancellationToken token)
    {
        var teams = sources.Select(source => source.Id).ToArray();
        var now = DateTimeOffset.UtcNow;
        var hour = new DateTimeOffset(now.Year, now.Month, now.Day, now.Hour, 0, 0, TimeSpan.Zero);
        var rows = await context.Database.SqlQuery<Row>(
            $"""
            select d.team_id, d.name, d.state, newest.number as revision, s.taken as sampled, s.ends_at as sampling_ends_at,
                coalesce((select sum(requests + failures) from traffic_minutes t where t.deployment_id = d.id and t.minute >= {hour}), 0)::bigint as requests,
                coalesce((select sum(agreed + disagreed + failed + dropped) from comparisons c where c.deployment_id = d.id and c.revision_number = newest.number), 0)::bigint as compared
            from deployments d left join samplings s on s.deployment_id = d.id
            cross join lateral (select coalesce(max(number), 0) as number from revisions r where r.deployment_id = d.id) newest
            where d.team_id = any({teams})
            """).ToListAsync(token);
        var briefs = rows.OrderBy(row => row.Name, StringComparer.Ordinal).ToLookup(row => row.TeamId, row => new DeploymentBrief(
            row.Name, Enum.Parse<DeploymentState>(row.State, ignoreCase: true), row.Revision, row.Requests, row.Compared, row.Sampled, row.SamplingEndsAt));
        return sources.Select(source => (source, (LiveEvent)new DeploymentsEvent([.. briefs[source.Id]])));
    }

    private sealed record Row(Guid TeamId, string Name, string State, int Revision, long Requests, long Compared, int? Sampled, DateTimeOffset? SamplingEndsAt);
}
