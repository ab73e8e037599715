// The engine's bars: `./maas bench training` measures every family, `./maas bench training fashion.cnn texts` only those.
// Figures of families that are not measured again stay in the file.
namespace MaaS.Benchmarks.Training;

internal static class TrainingBench
{
    /// <summary>Measured in this process.</summary>
    private static readonly Dictionary<string, Action<Results>> s_families = new(StringComparer.Ordinal)
    {
        ["fashion.mlp"] = results => Images.Measure("mlp", results),
        ["fashion.cnn"] = results => Images.Measure("cnn", results),
        ["fashion.resnet"] = results => Images.Measure("resnet", results),
        ["language"] = LanguageBench.Run,
        ["speed"] = LanguageSpeed.Run,
        ["recommendation"] = Recommendations.Measure,
        ["tables"] = Tables.Measure,
        ["texts"] = Texts.Measure,
    };

    /// <summary>Measured on the platform.</summary>
    private static readonly Dictionary<string, Func<Results, Task>> s_platform = new(StringComparer.Ordinal)
    {
        ["resume"] = Resume.Measure,
    };

    public static async Task<int> Run(IReadOnlyCollection<string> chosen)
    {
        if (chosen.FirstOrDefault(name => !s_families.ContainsKey(name) && !s_platform.ContainsKey(name)) is { } unknown)
        {
            Console.Error.WriteLine($"There is no family called '{unknown}'. There are: {string.Join(", ", s_families.Keys.Concat(s_platform.Keys))}, sweep.");
            return 2;
        }
        var results = new Results("training").KeepEarlier();
        foreach (var (name, measure) in s_families)
        {
            if (chosen.Count > 0 && !chosen.Contains(name))
                continue;
            Trainings.MaxDifference = 0;
            measure(results);
            if (!LanguageBench.IsShort)
                AddDifference(results, name);
            results.Save(); // a long measurement that is interrupted keeps what it has
        }
        foreach (var (name, measure) in s_platform)
        {
            if (chosen.Count > 0 && !chosen.Contains(name))
                continue;
            await measure(results);
            results.Save();
        }
        return 0;
    }

    /// <summary>Of this family, and of all that were ever measured: probabilities, scores, or values in standard deviations of the target.</summary>
    private static void AddDifference(Results results, string family)
    {
        if (Trainings.MaxDifference == 0)
            return; // speed trains nothing that is exported
        results.Add($"export.max_difference_{family}", Trainings.MaxDifference, "", "<= 1e-4 on 1,000 held-out examples");
        results.Add("export.max_difference", s_families.Keys.Max(name => results[$"export.max_difference_{name}"] ?? 0), "", "<= 1e-4 over all families");
    }
}
