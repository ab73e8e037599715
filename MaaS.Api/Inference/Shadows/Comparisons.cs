// The comparisons of all shadows of this process, and their way to PostgreSQL: every second, and once more at the end. While it is away
// they are counted on.
using System.Collections.Concurrent;
using MaaS.Catalog;
using MaaS.Catalog.Deployments;

namespace MaaS.Api.Inference.Shadows;

internal sealed class Comparisons(ComparisonStore store, TimeProvider clock, ILogger<Comparisons> logger) : PeriodicStore(TimeSpan.FromSeconds(1), clock)
{
    private readonly ConcurrentDictionary<ComparisonKey, ComparisonCount> _counts = new();

    public IEnumerable<ComparisonCount> All => _counts.Values;

    public ComparisonCount Of(ComparisonKey key) => _counts.GetOrAdd(key, made => new(made));

    /// <summary>The deployment is gone, and what was counted of it with it.</summary>
    public void Forget(Guid deploymentId)
    {
        foreach (var key in _counts.Keys.Where(key => key.DeploymentId == deploymentId))
            _counts.TryRemove(key, out _);
    }

    protected override async Task Store(CancellationToken token)
    {
        var due = _counts.Values.Select(count => count.Collect()).OfType<(ComparisonRow New, Action Stored)>().ToList();
        if (due.Count == 0)
            return;
        try
        {
            await store.Add([.. due.Select(one => one.New)], token);
            due.ForEach(one => one.Stored());
        }
        catch (Exception error) when (error is not OperationCanceledException)
        {
            if (!Outage.Is(error))
                logger.LogError(error, "Comparisons could not be stored; they are kept for the next time");
        }
    }
}
