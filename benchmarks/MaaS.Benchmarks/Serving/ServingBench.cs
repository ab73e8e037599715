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

    public static Task<int> Run(IReadOnlyCollection<string> chosen) => Groups.Run("serving", s_groups, chosen, ServingRig.Start);
}
