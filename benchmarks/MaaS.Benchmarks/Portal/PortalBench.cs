// The portal's bars, seen from a real browser: `./maas bench portal` measures every group, `./maas bench portal keys_5000` only that.
// Runs are made by hand in the catalog, since nobody trains a hundred for this, and are removed afterwards.
namespace MaaS.Benchmarks.Portal;

internal static class PortalBench
{
    private static readonly Dictionary<string, Func<PortalRig, Results, Task>> s_groups = new(StringComparer.Ordinal)
    {
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
