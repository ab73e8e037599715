// The models that are compressed: trained as the training bench does, once, and kept as packages.
using System.Diagnostics;
using MaaS.Benchmarks.Training;
using MaaS.Contracts.Models;
using MaaS.Contracts.Training;
using MaaS.Engine.Data;

namespace MaaS.Benchmarks.Compression;

internal static class Sources
{
    private static readonly string s_folder = Path.Combine("artifacts", "bench", LanguageBench.IsShort ? "sources-short" : "sources");

    private static readonly (string Source, string Case)[] s_images = [("lenet300", "mlp"), ("fashion_cnn", "cnn"), ("resnet", "resnet")];

    /// <summary>The training of each source of images.</summary>
    public static ImageTraining Images(string name) => Training.Images.Training(s_images.Single(one => one.Source == name).Case);

    /// <summary>What the training bench's case of images is called here.</summary>
    public static string NameOf(string trainingCase) => s_images.Single(one => one.Case == trainingCase).Source;

    public static bool Has(string name) => Directory.Exists(Path.Combine(s_folder, name));

    /// <returns>The package's folder.</returns>
    public static string Package(string name, TrainingSpec training, DataFile data, DataFile? test = null)
    {
        var package = PackageOf(name);
        if (!Directory.Exists(package))
        {
            Console.WriteLine($"training {name}, once; it is kept in {Path.GetRelativePath(Environment.CurrentDirectory, package)}");
            Train(name, LanguageBench.IsShort ? Short(training) : training, data, test);
        }
        return package;
    }

    /// <summary>Trains a source, whether it is there or not.</summary>
    public static (ModelManifest Manifest, double Seconds) Train(string name, TrainingSpec training, DataFile data, DataFile? test = null)
    {
        var folder = Directory.CreateTempSubdirectory("maas-bench-").FullName;
        try
        {
            var watch = Stopwatch.StartNew();
            var manifest = Trainings.Run(training, data, test, folder, Path.Combine(folder, "package"));
            var seconds = watch.Elapsed.TotalSeconds;
            // Only a finished package bears the name.
            Copy(Path.Combine(folder, "package"), PackageOf(name));
            return (manifest, seconds);
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
        }
    }

    private static string PackageOf(string name) => Path.GetFullPath(Path.Combine(s_folder, name));

    private static TrainingSpec Short(TrainingSpec training) => training is LanguageTraining ? training : training with { Epochs = 1 };

    private static void Copy(string from, string to)
    {
        var beside = $"{to}.new";
        Directory.CreateDirectory(beside);
        foreach (var file in Directory.EnumerateFiles(from))
            File.Copy(file, Path.Combine(beside, Path.GetFileName(file)), overwrite: true);
        if (Directory.Exists(to))
            Directory.Delete(to, recursive: true);
        Directory.Move(beside, to);
    }
}
