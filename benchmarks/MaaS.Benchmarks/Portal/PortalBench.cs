// The portal's bars: `./maas bench portal` measures every group, `./maas bench portal search` only that one. Rows are made in the database
// of the throw-away platform, since nobody trains so many for this; what is timed is the API as a program calls it, or a page in a real browser.
namespace MaaS.Benchmarks.Portal;

internal static class PortalBench
{
    private static readonly Dictionary<string, Func<PortalRig, Results, Task>> s_groups = new(StringComparer.Ordinal)
    {
        ["search"] = SearchBench.Measure,
        ["runs"] = RunsPageBench.Measure,
        ["compare_100"] = CompareBench.Measure,
        ["keys_5000"] = KeysBench.Measure,
        ["live_delay"] = LiveBench.Measure,
        ["page_weight"] = PageWeightBench.Measure,
    };

    public static Task<int> Run(IReadOnlyCollection<string> chosen) => Groups.Run("portal", s_groups, chosen, PortalRig.Start);
}
