// What streams of events say of runs: that the record is another. PostgreSQL keeps with every row the transaction that wrote it last.
using MaaS.Api.Events;
using MaaS.Catalog;
using MaaS.Contracts.Events;
using Microsoft.EntityFrameworkCore;

namespace MaaS.Api.Experiments;

internal static class RunNews
{
    public static async Task<IEnumerable<(Source, LiveEvent)>> Changes(CatalogContext context, IReadOnlyList<Source> sources, CancellationToken token)
    {
        var ids = sources.Select(source => source.Id).ToArray();
        var rows = await context.Database.SqlQuery<RowVersion>($"select id, xmin::text as version from runs where id = any({ids}) and deleted_at is null").ToListAsync(token);
        return rows.Select(row => (new Source(TopicKind.Run, row.Id), (LiveEvent)new ChangedEvent($"{Topic.Run(row.Id)}", row.Version)));
    }

    private sealed record RowVersion(Guid Id, string Version);
}
