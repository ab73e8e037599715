// What streams of events say of workers: the same as their list.
using MaaS.Api.Events;
using MaaS.Catalog;
using MaaS.Contracts.Events;

namespace MaaS.Api.Workers;

internal static class WorkerNews
{
    public static async Task<IEnumerable<(Source, LiveEvent)>> Beats(CatalogContext context, IReadOnlyList<Source> sources, CancellationToken token)
    {
        var workers = new WorkersEvent(await WorkerEndpoints.All(context, DateTimeOffset.UtcNow, token));
        return sources.Select(source => (source, (LiveEvent)workers));
    }
}
