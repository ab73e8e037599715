// Weights that become zero, few values or nothing at all, on Fashion-MNIST: what that loses on the test images, which each finished variant is
// shown once, and what it saves.
using MaaS.Benchmarks.Training;
using MaaS.Contracts.Compression;
using MaaS.Inference;

namespace MaaS.Benchmarks.Compression;

internal static class PruningBench
{
    private static readonly TimeSpan s_timed = TimeSpan.FromSeconds(4);

    private static int Epochs(int epochs) => LanguageBench.IsShort ? 1 : epochs;

    public static void LeNet(Results results) => Images.WithData(data =>
    {
        var source = Sources.Package("lenet300", Sources.Images("lenet300"), data);
        foreach (var (name, sparsity, epochs, bar) in new[] { ("prune.lenet300", 0.9, 10, "<= 0.3 point lost"), ("prune.lenet300.95", 0.95, 20, "<= 0.7 point lost") })
        {
            var report = Plans.Run(new RecipePlan([new Pruning(sparsity, PruningMeasure.Activation, Epochs: Epochs(epochs))]), source, data);
            var figures = report.Variants[0].Figures;
            LanguageBench.Add(results, name, report.Lost(report.Variants[0]), "points", bar);
            LanguageBench.Add(results, $"{name}.zeros", 1 - (double)figures.NonZeros / figures.Parameters, "share", "none");
            LanguageBench.Add(results, $"{name}.at_rest", (double)report.Source.Figures.Bytes / figures.BytesAtRest, "times", "smaller than fp32 as served");
            LanguageBench.Add(results, $"{name}.dense", report.Source.Figures.Quality, "share", ">= 0.902");
        }
        // What as many epochs would do to the network as it is.
        var plain = Plans.Run(new RecipePlan([new FineTuning(Epochs(20))]), source, data);
        LanguageBench.Add(results, "prune.lenet300.fine_tuned", plain.Lost(plain.Variants[0]), "points", "the baseline: trained as long, nothing pruned");
    });

    public static void Binary(Results results) => Images.WithData(data =>
    {
        var report = Plans.Run(new RecipePlan([new BinaryWeights(Epochs(20))]), Sources.Package("lenet300", Sources.Images("lenet300"), data), data);
        LanguageBench.Add(results, "binary.lenet300", report.Lost(report.Variants[0]), "points", "<= 1.0 lost");
        LanguageBench.Add(results, "binary.lenet300.size", (double)report.Source.Figures.Bytes / report.Variants[0].Figures.Bytes, "times", ">= 20 smaller, as it is served");
    });

    /// <summary>Pruned, shared, coded: the mean over three sources that began elsewhere.</summary>
    public static void Deep(Results results) => Images.WithData(data =>
    {
        var (lost, times) = (new List<double>(), new List<double>());
        foreach (var seed in new[] { 42, 43, 44 })
        {
            var name = seed == 42 ? "lenet300" : $"lenet300-{seed}";
            var source = Sources.Package(name, Sources.Images("lenet300") with { Seed = seed }, data);
            var report = Plans.Run(new RecipePlan([new Pruning(0.92, PruningMeasure.Activation, Epochs: Epochs(10)), new WeightSharing(4, Epochs(5))]), source, data);
            lost.Add(report.Lost(report.Variants[^1]));
            times.Add((double)report.Source.Figures.Bytes / report.Variants[^1].Figures.BytesAtRest);
        }
        LanguageBench.Add(results, "deep.lenet300", times.Average(), "times", ">= 40 smaller at rest than fp32");
        LanguageBench.Add(results, "deep.lenet300.lost", lost.Average(), "points", "<= 0.3, mean of three seeds");
    });

    public static void Structured(Results results) => Images.WithData(data =>
    {
        var source = Sources.Package("fashion_cnn", Sources.Images("fashion_cnn"), data);
        RecipePlan plan = new([new StructuredPruning(0.5, PruningMeasure.Activation, Epochs: Epochs(24))]);
        var speed = 0.0;
        var report = Plans.Run(plan, source, data, made =>
        {
            using var before = Model.Load(source);
            using var after = Model.Load(made.Folder);
            var pixels = new byte[Measurement.BatchRows * 28 * 28];
            new Random(1).NextBytes(pixels);
            var times = Measurement.Of([before, after], [pixels], Measurement.BatchRows, s_timed);
            speed = times[0].BatchMs / times[1].BatchMs;
        });
        LanguageBench.Add(results, "prune.structured.cnn", report.Lost(report.Variants[^1]), "points", "<= 0.5 lost");
        LanguageBench.Add(results, "prune.structured.cnn.macs", (double)report.Variants[^1].Figures.Macs / report.Source.Figures.Macs, "share", "<= 0.5");
        LanguageBench.Add(results, "prune.structured.cnn.batch_speedup", speed, "times", ">= 1.6 at batch 32");
    });
}
