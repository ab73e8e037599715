// The engine's bars: `./maas bench training` measures every family, `./maas bench training fashion sms` only those.
// Figures of families that are not measured again stay in the file.
namespace MaaS.Benchmarks.Training;

internal static class TrainingBench
{
    private static readonly Dictionary<string, Action<Results>> s_families = new(StringComparer.Ordinal)
    {
        ["language"] = LanguageBench.Run,
    };

    public static int Run(IReadOnlyCollection<string> chosen)
    {
        if (chosen.FirstOrDefault(name => !s_families.ContainsKey(name)) is { } unknown)
        {
            Console.Error.WriteLine($"There is no family called '{unknown}'. There are: {string.Join(", ", s_families.Keys)}.");
            return 2;
        }
        var results = new Results("training").KeepEarlier();
        foreach (var (name, measure) in s_families)
        {
            if (chosen.Count > 0 && !chosen.Contains(name))
                continue;
            measure(results);
            results.Save(); // a long measurement that is interrupted keeps what it has
        }
        return 0;
    }
}
