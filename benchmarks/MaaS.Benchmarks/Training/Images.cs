// Fashion-MNIST: its customary 60,000 and 10,000 images; what is chosen by lies among the 60,000, and the 10,000 are read once.
using System.IO.Compression;
using MaaS.Benchmarks.Compression;
using MaaS.Contracts.Training;
using MaaS.Engine.Data;

namespace MaaS.Benchmarks.Training;

internal static class Images
{
    private static readonly string[] s_files = ["train-images-idx3-ubyte.gz", "train-labels-idx1-ubyte.gz", "t10k-images-idx3-ubyte.gz", "t10k-labels-idx1-ubyte.gz"];

    private static readonly (string Name, string Bar, string Seconds, ImageTraining Training)[] s_cases =
    [
        ("mlp", ">= 0.902", "<= 1,200", new ImageTraining(new ImageMlpNetwork(Dropout: 0.1), Augmentation: new AugmentationSpec(Flip: false, Shift: 0), LabelSmoothing: 0.1)
        {
            Epochs = 60,
            Optimizer = new AdamWSpec(WeightDecay: 0.2),
            Schedule = new CosineSchedule(),
        }),
        ("cnn", ">= 0.928", "<= 1,200", new ImageTraining(new ConvolutionalNetwork(), LabelSmoothing: 0.05) { Epochs = 16 }),
        ("resnet", ">= 0.940", "<= 2,700", new ImageTraining(new ResNetwork(Blocks: 1, Width: 32), Augmentation: new AugmentationSpec(Erase: 0.15), LabelSmoothing: 0.1) { Epochs = 18 }),
    ];

    /// <summary>The training of a case, with the customary 5,000 images to choose by.</summary>
    public static ImageTraining Training(string name) => Full(s_cases.Single(one => one.Name == name).Training);

    /// <summary>Trains a case, and keeps its package as a source for the bench of compression.</summary>
    public static void Measure(string name, Results results) => WithData(data =>
    {
        var (_, bar, time, training) = s_cases.Single(one => one.Name == name);
        var (manifest, seconds) = Sources.Train(Sources.NameOf(name), Full(training), data);
        results.Add($"fashion.{name}", manifest.Metrics.Values["accuracy"], "share", bar);
        results.Add($"fashion.{name}.parameters", manifest.ParameterCount, "", name == "cnn" ? "< 100,000" : "none");
        results.Add($"fashion.{name}.train_s", seconds, "s", time);
        results.Add($"fashion.{name}.export_max_difference", manifest.ParityMaxDifference, "probability", "<= 0.0001");
    });

    /// <summary>Does something with the images as a file that the engine reads, where they are at hand.</summary>
    public static void WithData(Action<DataFile> work)
    {
        if (SharedData.Find("fashion-mnist") is not { } folder)
            return;
        var path = Path.Combine(Path.GetTempPath(), $"fashion-{Guid.NewGuid():n}.zip");
        try
        {
            using (var zip = ZipFile.Open(path, ZipArchiveMode.Create))
                foreach (var file in s_files)
                    zip.CreateEntryFromFile(Path.Combine(folder, file), file, CompressionLevel.NoCompression);
            work(Trainings.File(path));
        }
        finally
        {
            File.Delete(path);
        }
    }

    private static ImageTraining Full(ImageTraining training) => training with { Split = new SplitSpec(Validation: 1.0 / 12), Patience = 0 };
}
