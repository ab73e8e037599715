// One training without the platform around it: a specification and a file in, the outcome and the seconds out.
using System.Diagnostics;
using MaaS.Contracts.Datasets;
using MaaS.Contracts.Models;
using MaaS.Contracts.Training;
using MaaS.Engine;
using MaaS.Engine.Data;
using MaaS.Engine.Tasks;
using MaaS.Engine.Training;

namespace MaaS.Benchmarks.Training;

internal static class Trainings
{
    /// <summary>The largest difference of an exported graph from its network, over all trainings since it was last set.</summary>
    public static double MaxDifference { get; set; }

    public static (ModelManifest Manifest, double Seconds) Run(TrainingSpec training, DataFile data, DataFile? test = null)
    {
        var folder = Directory.CreateTempSubdirectory("maas-bench-").FullName;
        try
        {
            var watch = Stopwatch.StartNew();
            var manifest = Run(training, data, test, folder, Path.Combine(folder, "package"));
            return (manifest, watch.Elapsed.TotalSeconds);
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
        }
    }

    /// <param name="folder">For checkpoints.</param>
    /// <param name="package">An empty or absent folder, which keeps the package.</param>
    public static ModelManifest Run(TrainingSpec training, DataFile data, DataFile? test, string folder, string package)
    {
        var place = new TrainingPlace(new Lineage(null, null, null), new Checkpointing(folder), package);
        var outcome = ModelTraining.Run(training, data, test, place, new Progress<Report>(), CancellationToken.None);
        MaxDifference = Math.Max(MaxDifference, outcome.Manifest.ParityMaxDifference);
        return outcome.Manifest;
    }

    public static DataFile File(string path, ReadingOptions? reading = null) =>
        new(path, Path.GetFileName(path), Profiler.Profile(path, reading ?? new ReadingOptions(), name: Path.GetFileName(path)));
}
