// Whether probabilities mean what they say once a temperature is baked into the graph, and whether sets of classes hold the truth as often as asked.
using MaaS.Benchmarks.Training;
using MaaS.Contracts.Compression;
using MaaS.Inference;

namespace MaaS.Benchmarks.Compression;

internal static class TrustBench
{
    public static void Measure(Results results) => Images.WithData(data =>
    {
        var source = Sources.Package("fashion_cnn", Sources.Images("fashion_cnn"), data);
        var test = Int8Quality.Fashion(data).Test;
        var changed = 0;
        var report = Plans.Run(new RecipePlan([new TemperatureScaling()]), source, data, made =>
        {
            using var before = Model.Load(source);
            using var after = Model.Load(made.Folder);
            changed = test.Labels(before).Zip(test.Labels(after)).Count(pair => pair.First != pair.Second);
        });
        var (first, scaled) = (report.Source.Figures.Metrics, report.Variants[0].Figures.Metrics);
        LanguageBench.Add(results, "calibration.fashion_cnn", scaled["calibration_error"], "", "<= 0.015");
        LanguageBench.Add(results, "calibration.fashion_cnn.before", first["calibration_error"], "", "none");
        LanguageBench.Add(results, "calibration.fashion_cnn.changed", changed, "labels", "0");
        LanguageBench.Add(results, "conformal.fashion_cnn", Math.Abs(first["conformal_coverage"] - 0.9), "from 0.9", "<= 0.01");
        LanguageBench.Add(results, "conformal.fashion_cnn.coverage", first["conformal_coverage"], "share", "none");
        LanguageBench.Add(results, "conformal.fashion_cnn.set_size", first["conformal_set_size"], "classes", "none");
    });
}
