// The bars of compression: `./maas bench compression` measures every case, `./maas bench compression int8.adult int4.gpt` only those; figures
// of cases that are not measured again stay in the file. Sources are trained once and kept under artifacts/bench/sources. Times are of a
// machine that should do nothing else. MAAS_BENCH_SHORT=1 trains sources for a moment and writes nothing, to see that everything works.
using MaaS.Benchmarks.Training;

namespace MaaS.Benchmarks.Compression;

internal static class CompressionBench
{
    private static readonly Dictionary<string, Action<Results>> s_cases = new(StringComparer.Ordinal)
    {
        ["int8.speedup"] = Int8Speed.Measure,
        ["int8.lenet300"] = results => Int8Quality.Images("lenet300", results),
        ["int8.adult"] = Int8Quality.Adult,
        ["int8.fashion_cnn"] = results => Int8Quality.Images("fashion_cnn", results),
        ["int8.resnet"] = results => Int8Quality.Images("resnet", results),
        ["int4.gpt"] = Int4Language.Measure,
        ["prune.lenet300"] = PruningBench.LeNet,
        ["binary.lenet300"] = PruningBench.Binary,
        ["deep.lenet300"] = PruningBench.Deep,
        ["prune.structured.cnn"] = PruningBench.Structured,
        ["distill.fashion"] = DistillationBench.All,
        ["distill.fashion.few_labels"] = DistillationBench.FewLabels,
        ["search.fashion_cnn"] = SearchBench.Measure,
        ["calibration.fashion_cnn"] = TrustBench.Measure,
        ["integer_kernels"] = Int8Quality.Kernels,
    };

    public static int Run(IReadOnlyCollection<string> chosen)
    {
        if (chosen.FirstOrDefault(name => !s_cases.ContainsKey(name)) is { } unknown)
        {
            Console.Error.WriteLine($"There is no case called '{unknown}'. There are: {string.Join(", ", s_cases.Keys)}.");
            return 2;
        }
        var results = new Results("compression").KeepEarlier();
        foreach (var (name, measure) in s_cases)
        {
            if (chosen.Count > 0 && !chosen.Contains(name))
                continue;
            measure(results);
            if (!LanguageBench.IsShort)
                results.Save(); // a long measurement that is interrupted keeps what it has
        }
        return 0;
    }
}
