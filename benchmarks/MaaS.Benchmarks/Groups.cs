// A bench of several groups on one rig: all of them, or those that were named, in their order; each is saved when it is done.
namespace MaaS.Benchmarks;

internal static class Groups
{
    /// <returns>The program's exit code.</returns>
    public static async Task<int> Run<TRig>(
        string name, IReadOnlyDictionary<string, Func<TRig, Results, Task>> groups, IReadOnlyCollection<string> chosen, Func<Task<TRig>> start) where TRig : IAsyncDisposable
    {
        if (chosen.FirstOrDefault(one => !groups.ContainsKey(one)) is { } unknown)
        {
            Console.Error.WriteLine($"There is no group called '{unknown}'. There are: {string.Join(", ", groups.Keys)}.");
            return 2;
        }
        var results = new Results(name).KeepEarlier();
        await using var rig = await start();
        foreach (var (group, measure) in groups)
        {
            if (chosen.Count > 0 && !chosen.Contains(group))
                continue;
            await measure(rig, results);
            results.Save(); // a long measurement that is interrupted keeps what it has
        }
        return 0;
    }
}
