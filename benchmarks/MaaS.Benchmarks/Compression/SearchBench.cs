// Compress for me, as a customer asks it: a source, a time and a bound, and nothing said of how.
using MaaS.Benchmarks.Training;
using MaaS.Contracts.Compression;
using MaaS.Inference;

namespace MaaS.Benchmarks.Compression;

internal static class SearchBench
{
    private const double Minutes = 10, StoppedMinutes = 2, MaxLoss = 0.5;

    public static void Measure(Results results) => Images.WithData(data =>
    {
        var source = Sources.Package("fashion_cnn", Sources.Images("fashion_cnn"), data);
        var plan = new SearchPlan(LanguageBench.IsShort ? 1 : Minutes, MaxLoss);
        var report = Plans.Run(plan, source, data);
        var best = report.Variants.Single(variant => variant.Number == report.Best);
        LanguageBench.Add(results, "search.fashion_cnn", (double)report.Source.Figures.Bytes / best.Figures.Bytes, "times", ">= 8 smaller, or .latency >= 2.5");
        LanguageBench.Add(results, "search.fashion_cnn.latency", report.Variants.Where(variant => report.Lost(variant) <= MaxLoss).Max(variant => CompressionReport.Faster(variant, report.Source)), "times", "p50 lower");
        LanguageBench.Add(results, "search.fashion_cnn.lost", report.Lost(best), "points", "<= 0.5");

        using var stop = new CancellationTokenSource(TimeSpan.FromMinutes(LanguageBench.IsShort ? 0.5 : StoppedMinutes));
        var loaded = 0;
        var stopped = Plans.Run(plan, source, data, made =>
        {
            using var model = Model.Load(made.Folder);
            loaded++;
        }, stop.Token);
        LanguageBench.Add(results, "search.fashion_cnn.stopped", stopped.Best is null ? 0 : loaded, "variants", ">= 1 that loads, and a best, after 2 minutes");
    });
}
