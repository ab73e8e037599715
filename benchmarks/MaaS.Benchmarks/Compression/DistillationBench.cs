// A student of 30 hidden units taught by the convolutional network, against the same student alone: Fashion-MNIST with all its labels, and with a
// tenth of them. Temperature and weight are chosen by the mean of five seeds on the validation images (one seed's differences are mostly chance);
// the gain is the mean of the same five on the test images.
using System.Buffers.Binary;
using System.Globalization;
using System.IO.Compression;
using MaaS.Benchmarks.Training;
using MaaS.Contracts.Compression;
using MaaS.Contracts.Models;
using MaaS.Contracts.Training;
using MaaS.Engine.Compression;
using MaaS.Engine.Data;
using MaaS.Engine.Packages;
using MaaS.Inference;

namespace MaaS.Benchmarks.Compression;

internal static class DistillationBench
{
    // 6,000 of them to learn from, the rest to choose by.
    private const int Few = 6_545, Pixels = 28 * 28;

    private static readonly double[] s_temperatures = [1, 2, 4, 8], s_weights = [0.5, 0.9];
    private static readonly int[] s_seeds = [1, 2, 3, 4, 5];

    public static void All(Results results) => Images.WithData(data =>
        Measure("distill.fashion", data, Sources.Package("fashion_cnn", Sources.Images("fashion_cnn"), data), 20, ">= 0.3 point gained, its interval above 0", results));

    public static void FewLabels(Results results) => Images.WithData(data =>
    {
        var source = Sources.Package("fashion_cnn", Sources.Images("fashion_cnn"), data);
        var path = Path.Combine(Path.GetTempPath(), $"fashion-few-{Guid.NewGuid():n}.zip");
        try
        {
            Shorten(data.Path, path);
            Measure("distill.fashion.few_labels", Trainings.File(path), source, 60, ">= 0.7 point gained, its interval above 0", results);
        }
        finally
        {
            File.Delete(path);
        }
    });

    private static void Measure(string name, DataFile data, string source, int epochs, string bar, Results results)
    {
        epochs = LanguageBench.IsShort ? 1 : epochs;
        var work = Directory.CreateTempSubdirectory("maas-bench-").FullName;
        try
        {
            var place = new CompressionPlace(source, new Dictionary<Guid, string>(), data, null, new Lineage(null, null, null), work);
            using var subject = Subject.Open(place, new Progress<Engine.Report>(), CancellationToken.None);
            var steps = new TrainingSteps(subject, work, source, place.Teachers, new Progress<Engine.Report>());
            // Accuracy on the images that choose and on the test, through the runtime that serves.
            (double Validation, Func<double> Test) Taught(double temperature, double weight, int seed)
            {
                var student = new ImageTraining(new ImageMlpNetwork([30], 0), Augmentation: new AugmentationSpec(Flip: false, Shift: 0)) { Epochs = epochs, Seed = seed, Optimizer = new AdamWSpec() };
                var step = new Distillation(Student: student, Temperature: temperature, Weight: weight, Epochs: epochs);
                using var candidate = steps.Apply(step, subject.Source, [], CancellationToken.None);
                var folder = Path.Combine(work, $"student-{Guid.NewGuid():n}");
                using var task = subject.Task(candidate);
                var manifest = subject.Write(folder, task, candidate.Training, place.Lineage, new PackageVariant([step]), CancellationToken.None);
                double Of(Func<Model, double> quality)
                {
                    using var model = Model.Open(Path.Combine(folder, "model.onnx"), manifest);
                    return quality(model);
                }
                return (Of(model => subject.Validate(model).Value), () => Of(model => subject.Test(model).Value));
            }

            var grid = s_temperatures.SelectMany(temperature => s_weights.Select(weight => (temperature, weight))).ToArray();
            var students = grid.ToDictionary(point => point, point =>
            {
                var own = Array.ConvertAll(s_seeds, seed => Taught(point.temperature, point.weight, seed));
                Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"{name}: T {point.temperature}, weight {point.weight}: validation {own.Average(student => student.Validation):p2}"));
                return own;
            });
            var chosen = grid.MaxBy(point => students[point].Average(student => student.Validation));
            var alone = Array.ConvertAll(s_seeds, seed => Taught(1, 0, seed).Test());
            var taught = Array.ConvertAll(students[chosen], student => student.Test());
            var gains = taught.Zip(alone, (with, without) => 100 * (with - without)).ToArray();
            var mean = gains.Average();
            // Student's t for 4 degrees of freedom, 95 %.
            var spread = 2.776 * Math.Sqrt(gains.Sum(gain => (gain - mean) * (gain - mean)) / (gains.Length - 1) / gains.Length);
            LanguageBench.Add(results, name, mean, "points", bar);
            LanguageBench.Add(results, $"{name}.low", mean - spread, "points", "> 0: where the 95 % interval begins");
            LanguageBench.Add(results, $"{name}.alone", alone.Average(), "share", "none");
            LanguageBench.Add(results, $"{name}.temperature", chosen.temperature, "", "chosen on validation");
            LanguageBench.Add(results, $"{name}.weight", chosen.weight, "", "chosen on validation");
        }
        finally
        {
            Directory.Delete(work, recursive: true);
        }
    }

    /// <summary>The first images of the training files, and the test files as they are.</summary>
    private static void Shorten(string from, string to)
    {
        using var all = ZipFile.OpenRead(from);
        using var few = ZipFile.Open(to, ZipArchiveMode.Create);
        foreach (var entry in all.Entries)
        {
            using var content = new MemoryStream();
            using (var packed = new GZipStream(entry.Open(), CompressionMode.Decompress))
                packed.CopyTo(content);
            var bytes = content.ToArray();
            if (entry.Name.StartsWith("train", StringComparison.Ordinal))
            {
                // Magic, how many, and of images height and width: http://yann.lecun.com/exdb/mnist/
                var images = entry.Name.Contains("images", StringComparison.Ordinal);
                BinaryPrimitives.WriteInt32BigEndian(bytes.AsSpan(4), Few);
                bytes = bytes[..(images ? 16 + Few * Pixels : 8 + Few)];
            }
            using var written = new GZipStream(few.CreateEntry(entry.Name).Open(), CompressionLevel.Fastest);
            written.Write(bytes);
        }
    }
}
