// The team's experiments, all of them, and the tree of folders they stand in.
using MaaS.Contracts;
using MaaS.Contracts.Experiments;

namespace MaaS.Web.Experiments;

internal static class ExperimentTree
{
    private const int PageSize = 200;

    // A tree of more is no tree that anybody looks at.
    private const int Most = 5000;

    public static async Task<IReadOnlyList<ExperimentView>> All(MaaSClient api, CancellationToken token = default)
    {
        var all = new List<ExperimentView>();
        string? after = null;
        do
        {
            var page = await api.Experiments(PageSize, after, token);
            all.AddRange(page.Items);
            after = page.Next;
        }
        while (after is not null && all.Count < Most);
        return all;
    }

    /// <summary>Every folder that something is in, and those above it, by their paths.</summary>
    public static IReadOnlyList<string> Folders(IEnumerable<ExperimentView> experiments) =>
    [
        .. experiments.Select(experiment => experiment.Folder).Distinct(StringComparer.Ordinal).SelectMany(folder => Above(folder).Append(folder))
            .Where(folder => folder.Length > 0).Distinct(StringComparer.Ordinal).Order(StringComparer.OrdinalIgnoreCase),
    ];

    /// <summary><c>vision</c> and <c>vision/fashion</c> of <c>vision/fashion/old</c>.</summary>
    public static IEnumerable<string> Above(string folder)
    {
        for (var at = folder.IndexOf('/', StringComparison.Ordinal); at >= 0; at = folder.IndexOf('/', at + 1))
            yield return folder[..at];
    }

    public static bool IsIn(string folder, string above) =>
        above.Length == 0 || folder == above || folder.StartsWith(above + "/", StringComparison.Ordinal);

    public static string Address(string folder) => folder.Length == 0 ? "/experiments" : $"/experiments?folder={Uri.EscapeDataString(folder)}";
}
