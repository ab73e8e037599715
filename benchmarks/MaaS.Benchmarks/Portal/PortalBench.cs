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
    };

    public static async Task<int> Run(IReadOnlyCollection<string> chosen)
    {
        if (chosen.FirstOrDefault(name => !s_groups.ContainsKey(name)) is { } unknown)
        {
            Console.Error.WriteLine($"There is no group called '{unknown}'. There are: {string.Join(", ", s_groups.Keys)}.");
            return 2;
        }
        var results = new Results("portal").KeepEarlier();
        await using var rig = await PortalRig.Start();
        foreach (var (name, measure) in s_groups)
        {
            if (chosen.Count > 0 && !chosen.Contains(name))
                continue;
            await measure(rig, results);
            results.Save(); // a long measurement that is interrupted keeps what it has
        }
        return 0;
    }
}
