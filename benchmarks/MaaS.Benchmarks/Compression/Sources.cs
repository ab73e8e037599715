// The models that are compressed: trained as the training bench does, once, and kept as packages.
using MaaS.Benchmarks.Training;
using MaaS.Contracts.Training;
using MaaS.Engine.Data;

namespace MaaS.Benchmarks.Compression;

internal static class Sources
{
    private static readonly string s_folder = Path.Combine("artifacts", "bench", LanguageBench.IsShort ? "sources-short" : "sources");

    /// <summary>The network of each source of images, by its name in the training bench.</summary>
    public static ImageTraining Images(string name) => Training.Images.Training(name switch { "lenet300" => "mlp", "fashion_cnn" => "cnn", _ => "resnet" });

    public static bool Has(string name) => Directory.Exists(Path.Combine(s_folder, name));

    /// <returns>The package's folder.</returns>
    public static string Package(string name, TrainingSpec training, DataFile data, DataFile? test = null)
    {
        var package = Path.GetFullPath(Path.Combine(s_folder, name));
        if (Directory.Exists(package))
            return package;
        Console.WriteLine($"training {name}, once; it is kept in {Path.GetRelativePath(Environment.CurrentDirectory, package)}");
        var folder = Directory.CreateTempSubdirectory("maas-bench-").FullName;
        try
        {
            Trainings.Run(LanguageBench.IsShort ? Short(training) : training, data, test, folder, Path.Combine(folder, "package"));
            // Only a finished package bears the name.
            Directory.CreateDirectory(s_folder);
            Copy(Path.Combine(folder, "package"), package);
            return package;
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
        }
    }

    private static TrainingSpec Short(TrainingSpec training) => training is LanguageTraining ? training : training with { Epochs = 1 };

    private static void Copy(string from, string to)
    {
        var beside = $"{to}.new";
        Directory.CreateDirectory(beside);
        foreach (var file in Directory.EnumerateFiles(from))
            File.Copy(file, Path.Combine(beside, Path.GetFileName(file)), overwrite: true);
        Directory.Move(beside, to);
    }
}
