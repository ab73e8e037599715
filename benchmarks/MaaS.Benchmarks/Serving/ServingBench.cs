// The serving bars: `./maas bench serving` measures every group, `./maas bench serving tiny large` only those. Load comes from another
// process; figures are the server's processor time for a request, medians of five; what they are compared with is measured in the same run.
namespace MaaS.Benchmarks.Serving;

internal static class ServingBench
{
    private static readonly Dictionary<string, Func<ServingRig, Results, Task>> s_groups = new(StringComparer.Ordinal)
    {
        ["tiny"] = TinyBench.Measure,
        ["node"] = NodePeer.Measure,
        ["large"] = LargeBench.Measure,
        ["deploy"] = DeployBench.Measure,
        ["switch"] = SwitchBench.Measure,
        ["unload"] = MemoryBench.Unload,
        ["isolation"] = MemoryBench.Isolation,
        ["db_outage"] = OutageBench.Measure,
    };

    public static async Task<int> Run(IReadOnlyCollection<string> chosen)
    {
        if (chosen.FirstOrDefault(name => !s_groups.ContainsKey(name)) is { } unknown)
        {
            Console.Error.WriteLine($"There is no group called '{unknown}'. There are: {string.Join(", ", s_groups.Keys)}.");
            return 2;
        }
        var results = new Results("serving").KeepEarlier();
        await using var rig = await ServingRig.Start();
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
