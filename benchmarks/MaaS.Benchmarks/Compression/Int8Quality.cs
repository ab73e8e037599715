// What 8 bits cost in accuracy, save in bytes and win in time, on trained networks. The variant is chosen on rows of the training part; the
// test rows are read with it and with the source alone.
using MaaS.Benchmarks.Training;
using MaaS.Contracts.Compression;
using MaaS.Engine;
using MaaS.Engine.Compression;
using MaaS.Engine.Data;
using MaaS.Engine.Tasks.Tabular;
using MaaS.Inference;

namespace MaaS.Benchmarks.Compression;

internal static class Int8Quality
{
    private const int CalibrationCount = 512, ChoiceCount = 5_000;
    private static readonly TimeSpan s_timed = TimeSpan.FromSeconds(4);

    private static readonly (string Name, CompressionStep Step)[] s_variants =
    [
        ("static", new StaticQuantization()),
        ("percentile", new StaticQuantization(CalibrationMethod.Percentile)),
        ("entropy", new StaticQuantization(CalibrationMethod.Entropy)),
        ("per_matrix", new StaticQuantization(PerChannel: false)),
        ("dynamic", new DynamicQuantization()),
    ];

    public static void Images(string name, Results results) => Training.Images.WithData(data =>
    {
        var package = Sources.Package(name, Sources.Images(name), data);
        var (learned, test) = Fashion(data);
        Measure(name, package, learned, test, name == "resnet" ? ">= 1.3" : "none", results);
    });

    public static void Adult(Results results) => Tables.WithAdult((training, data, test) =>
    {
        var package = Sources.Package("adult", training, data, test);
        var (_, encoder, target, network) = TabularPackage.Load(package);
        network.Dispose();
        Held Rows(DataFile file)
        {
            var types = TabularRun.TypesOf(training, file.Profile);
            var table = AnsweredParts.Answered(file.Read([.. types.Keys], types, new Progress<Report>(), CancellationToken.None), target.Name, file.Name, new Progress<Report>());
            return new Held(TabularPackage.Columns(encoder.Order, table), [.. target.Classes(table[target.Name]).Select(number => target.Labels![number])]);
        }
        Measure("adult", package, Rows(data), Rows(test), "none", results);
    });

    /// <summary>Of every source that is there, every variant: kernels that ran on integers among products quantized.</summary>
    public static void Kernels(Results results)
    {
        var (integer, quantized) = (0, 0);
        Training.Images.WithData(data =>
        {
            var rows = Fashion(data).Learned.Part(0, 64).Rows;
            foreach (var name in new[] { "lenet300", "fashion_cnn", "resnet" })
                if (Sources.Has(name))
                    Add(name, Sources.Package(name, Sources.Images(name), data), rows);
                else
                    Console.WriteLine($"integer_kernels: {name} is left out, because it is not trained yet (case int8.{name})");
        });
        LanguageBench.Add(results, "integer_kernels", quantized == 0 ? 0 : (double)integer / quantized, "share", "1: every quantized MatMul, Gemm and Conv");
        LanguageBench.Add(results, "integer_kernels.quantized", quantized, "products", "none");

        void Add(string name, string package, CalibrationRows rows)
        {
            using var variants = new Variants(package);
            foreach (var (how, step) in s_variants)
            {
                var count = IntegerKernels.Of(variants.Make(step, rows), rows) ?? new KernelCount(0, 0);
                (integer, quantized) = (integer + count.Integer, quantized + count.Quantized);
                Console.WriteLine($"{name} {how}: {count.Integer} of {count.Quantized} products on integers");
            }
        }
    }

    private static void Measure(string name, string package, Held learned, Held test, string speedBar, Results results)
    {
        using var variants = new Variants(package);
        var (calibration, choice) = (learned.Part(0, CalibrationCount).Rows, learned.Part(CalibrationCount, ChoiceCount));
        var made = s_variants.Select(variant => (variant.Name, Path: variants.Make(variant.Step, calibration))).ToArray();
        foreach (var (how, path) in made)
            Console.WriteLine($"{name} {how}: {choice.Accuracy(path, variants.Manifest):p2} of the rows that are chosen by, {variants.TimesSmaller(path):f2} times smaller");
        var best = made.MaxBy(variant => choice.Accuracy(variant.Path, variants.Manifest));
        var source = test.Accuracy(variants.Onnx, variants.Manifest);
        var lost = 100 * (source - test.Accuracy(best.Path, variants.Manifest));

        using var before = Model.Open(variants.Onnx, variants.Manifest);
        using var after = Model.Open(best.Path, variants.Manifest);
        var times = Measurement.Of([before, after], learned.Part(0, Measurement.BatchRows).Columns, Measurement.BatchRows, s_timed);
        Console.WriteLine($"{name}: {best.Name}; source {source:p2}");
        LanguageBench.Add(results, $"int8.{name}", lost, "points", "<= 0.5 lost");
        LanguageBench.Add(results, $"int8.{name}.size", variants.TimesSmaller(best.Path), "times", ">= 3.7 smaller, where weights are most of it");
        LanguageBench.Add(results, $"int8.{name}.batch_speedup", times[0].BatchMs / times[1].BatchMs, "times", speedBar);
        LanguageBench.Add(results, $"int8.{name}.one_speedup", times[0].P50Ms / times[1].P50Ms, "times", "none");
        if (name == "resnet")
            LanguageBench.Add(results, "int8.speedup.resnet", times[0].BatchMs / times[1].BatchMs, "times", ">= 1.3 at batch 32");
    }

    /// <summary>The customary 60,000 and 10,000 images, in the order of the file.</summary>
    public static (Held Learned, Held Test) Fashion(DataFile data)
    {
        using var images = ImageSet.Read(data, (28, 28, 1), new Progress<Report>(), CancellationToken.None);
        var pixels = images.Pixels_NHWC.data<byte>().ToArray();
        var count = images.IsTest.Length;
        Held Of(bool isTest)
        {
            var rows = Enumerable.Range(0, count).Where(row => images.IsTest[row] == isTest).ToArray();
            var bytes = new byte[rows.Length * 784];
            for (var i = 0; i < rows.Length; i++)
                pixels.AsSpan(rows[i] * 784, 784).CopyTo(bytes.AsSpan(i * 784));
            return new Held([bytes], [.. rows.Select(row => images.Classes.Text(row)!)]);
        }
        return (Of(false), Of(true));
    }
}
