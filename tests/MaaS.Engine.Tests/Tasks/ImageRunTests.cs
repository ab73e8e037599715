// Training on images end to end, on real libtorch and real ONNX Runtime: it learns, its graph answers pictures as the network does, it
// goes on where it was, and what is varied stays what it is.
using System.Text.Json;
using MaaS.Contracts.Datasets;
using MaaS.Contracts.Models;
using MaaS.Contracts.Training;
using MaaS.Engine.Data;
using MaaS.Engine.Tasks;
using MaaS.Engine.Tasks.Images;
using MaaS.Engine.Training;
using MaaS.Inference;
using TorchSharp;
using Xunit;

namespace MaaS.Engine.Tests.Tasks;

public sealed class ImageRunTests : IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("maas-image-").FullName;

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    public static TheoryData<ImageNetwork, int, double> Networks => new()
    {
        { new ImageMlpNetwork([64]), 8, 0.30 }, // a shape may lie anywhere, which is hard to see for it
        { new ConvolutionalNetwork([8, 8, 16, 16, 32, 32]), 10, 0.65 },
        { new ResNetwork(Blocks: 1, Width: 16), 10, 0.6 },
    };

    [Theory, MemberData(nameof(Networks))]
    public void Every_network_tells_shapes_apart_far_better_than_the_most_frequent_class(ImageNetwork network, int epochs, double accuracy)
    {
        var (outcome, _) = Train(new ImageTraining(network, Size: 24) { Epochs = epochs }, Shapes(1_200));

        var (metrics, manifest) = (outcome.Manifest.Metrics, outcome.Manifest);
        Assert.True(metrics.Values["accuracy"] > accuracy, $"accuracy {metrics.Values["accuracy"]}");
        Assert.True(metrics.Baseline["accuracy"] < 0.25);
        Assert.Equal((6, 240), (metrics.ConfusionMatrix!.Count, metrics.ConfusionMatrix.Sum(row => row.Sum())));
        Assert.Equal((ModelTask.ImageClassification, 240), (manifest.Task, manifest.ParityRows));
        Assert.InRange(manifest.ParityMaxDifference, 0, 1e-5);
        var input = Assert.Single(manifest.Inputs);
        Assert.Equal(("image", ColumnType.Image, TensorType.UInt8), (input.Name, input.Kind, input.Type));
        Assert.Equal([-1, 24, 24, 1], input.Shape);
        Assert.Equal(["circle", "cross", "ring", "square", "star", "triangle"], manifest.Labels);

        using var model = Model.Load(Path.Combine(_folder, "package"));
        Assert.Equal(1, model.Predict([Row(Png.Of(new byte[100 * 50 * 3], 100, 50, 3))])[0].Probabilities!.Values.Sum(), 1e-5);
    }

    [Fact]
    public void A_run_resumed_after_any_epoch_ends_as_if_it_had_never_stopped()
    {
        var spec = new ImageTraining(new ConvolutionalNetwork([8, 16], Dropout: 0.3), 16, new AugmentationSpec(Erase: 0.5)) { Epochs = 4, Patience = 0, BatchSize = 96 };
        var data = Shapes(300);
        var copy = Path.Combine(_folder, "kept");
        var taken = 0;
        var (whole, losses) = Train(spec, data, keep: (path, _) =>
        {
            if (++taken == 2)
                File.Copy(path, copy);
        });
        var (resumed, rest) = Train(spec, data, copy);

        Assert.Equal(4, losses.Count);
        Assert.Equal(losses.Skip(2), rest);
        Assert.Equal(whole.Manifest.Metrics.Values, resumed.Manifest.Metrics.Values);
        Assert.Equal(Train(spec, data).Losses, losses);
    }

    [Fact]
    public void A_last_step_of_one_image_is_a_step_like_the_others()
    {
        using var scope = torch.NewDisposeScope();
        var bytes = torch.randint(0, 256, [150, 8, 8, 1], dtype: torch.ScalarType.Byte);
        var classes = new CategoryColumn("class", [.. Enumerable.Range(0, 150).Select(row => row % 2)], ["a", "b"]);
        // 105 to train on: a step of 104 that is shared, and one of a single image.
        var outcome = ImageRun.Run(
            new ImageTraining(new ConvolutionalNetwork([4, 8, 16])) { Epochs = 2, BatchSize = 104 }, new ImageSet(bytes, classes, new bool[150]), null, Place(), new Progress<Report>(), default);

        Assert.True(double.IsFinite(outcome.Manifest.Metrics.Values["log_loss"]));
    }

    [Fact]
    public void The_images_that_a_file_sets_apart_are_the_test()
    {
        using var scope = torch.NewDisposeScope();
        var bytes = torch.randint(0, 256, [60, 8, 8, 3], dtype: torch.ScalarType.Byte);
        var classes = new CategoryColumn("class", [.. Enumerable.Range(0, 60).Select(row => row % 3)], ["b", "c", "a"]);
        var spec = new ImageTraining(new ImageMlpNetwork([4])) { Epochs = 1 };

        var own = ImageRun.Run(spec, new ImageSet(bytes, classes, [.. Enumerable.Range(0, 60).Select(row => row >= 45)]), null, Place(), new Progress<Report>(), default);
        var given = ImageRun.Run(
            spec with { Split = new SplitSpec(TestDatasetVersionId: Guid.NewGuid()) },
            new ImageSet(bytes, classes, new bool[60]), new ImageSet(bytes.slice(0, 0, 9, 1), (CategoryColumn)classes.Select([.. Enumerable.Range(0, 9)]), new bool[9]), Place(), new Progress<Report>(), default);

        Assert.Equal(("test part of the file", 15, 15), (own.Manifest.Metrics.Split, own.Manifest.Metrics.Rows, own.Manifest.ParityRows));
        Assert.Equal(("given test file", 9), (given.Manifest.Metrics.Split, given.Manifest.Metrics.Rows));
        Assert.Equal(["a", "b", "c"], given.Manifest.Labels);
        Assert.Equal([-1, 8, 8, 3], own.Manifest.Inputs[0].Shape);
    }

    [Fact]
    public void A_class_that_only_the_test_has_is_a_sentence_to_the_user()
    {
        using var scope = torch.NewDisposeScope();
        var bytes = torch.zeros([40, 8, 8, 1], dtype: torch.ScalarType.Byte);
        ImageSet Of(params string[] names) => new(bytes, new CategoryColumn("class", [.. Enumerable.Range(0, 40).Select(row => row % names.Length)], names), new bool[40]);

        var error = Assert.Throws<UserError>(() => ImageRun.Run(
            new ImageTraining(Split: new SplitSpec(TestDatasetVersionId: Guid.NewGuid())), Of("a", "b"), Of("a", "x"), Place(), new Progress<Report>(), default));
        Assert.Equal("Row 2 has \"x\" as class, which is none of the classes the model knows: a, b.", error.Message);
    }

    [Fact]
    public void Variations_are_drawn_from_the_seed_alone_and_leave_the_image_what_it_is()
    {
        using var scope = torch.NewDisposeScope();
        using var random = new torch.Generator();
        var x_BHWC = torch.arange(1, 193, dtype: torch.ScalarType.Byte).view(1, 8, 8, 3).expand(200, -1, -1, -1).contiguous();
        torch.Tensor Varied(AugmentationSpec spec, ulong seed)
        {
            random.manual_seed((long)seed);
            return Augmentation.Vary(x_BHWC, spec, random);
        }

        var none = AugmentationSpec.None;
        Assert.True(Varied(none, 1).eq(x_BHWC).all().item<bool>());
        var all = new AugmentationSpec(Flip: true, Shift: 2, Erase: 0.5);
        Assert.True(Varied(all, 1).eq(Varied(all, 1)).all().item<bool>());
        Assert.False(Varied(all, 1).eq(Varied(all, 2)).all().item<bool>());

        // Mirrored: each image is itself or its mirror, about half of them.
        var mirrored = Varied(none with { Flip = true }, 3);
        var isMirror = mirrored.eq(x_BHWC.flip(2)).flatten(1).all(1);
        Assert.True(isMirror.logical_or(mirrored.eq(x_BHWC).flatten(1).all(1)).all().item<bool>());
        Assert.InRange(isMirror.to_type(torch.ScalarType.Int64).sum().item<long>(), 70, 130);

        // Moved by two pixels at most: the middle is always there, and all its colours together.
        var moved = Varied(none with { Shift = 2 }, 4);
        Assert.True(moved.eq(x_BHWC[0, 4, 4]).all(3).slice(1, 2, 7, 1).slice(2, 2, 7, 1).flatten(1).any(1).all().item<bool>());
        Assert.Equal(25, moved.flatten(1).unique(dim: 0).output.shape[0]);

        // Blanked: half of the images, a quarter of each at most; nothing else changes.
        var erased = Varied(none with { Erase = 0.5 }, 5);
        var isBlank = erased.eq(0);
        Assert.True(isBlank.logical_or(erased.eq(x_BHWC)).all().item<bool>());
        Assert.InRange(isBlank.flatten(1).any(1).to_type(torch.ScalarType.Int64).sum().item<long>(), 70, 130);
        Assert.InRange(isBlank.flatten(1).to_type(torch.ScalarType.Float32).mean([1]).max().item<float>(), 0.05f, 0.35f);

        // Cropped: each image is a part of itself, half a side at least, its rows and columns in order and some of them twice.
        var place_BHW = (Varied(none with { Crop = 0.5 }, 6).select(3, 0).to_type(torch.ScalarType.Int64) - 1).div(3, torch.RoundingMode.floor);
        foreach (var (from_BHW, along) in new[] { (place_BHW.div(8, torch.RoundingMode.floor), 1), (place_BHW.remainder(8), 2) })
        {
            var steps = from_BHW.diff(dim: along);
            Assert.True(steps.ge(0).logical_and(steps.le(1)).all().item<bool>());
            Assert.InRange(steps.sum(along).min().item<long>(), 3, 5);
            Assert.Equal(0, from_BHW.min().item<long>());
            Assert.Equal(7, from_BHW.max().item<long>());
        }
    }

    private (TrainingOutcome Outcome, List<double> Losses) Train(ImageTraining spec, DataFile data, string? resumeFrom = null, Action<string, long>? keep = null)
    {
        var losses = new List<double>();
        var outcome = ModelTraining.Run(spec, data, null, Place(resumeFrom, keep), new Heard(report =>
        {
            if (report is Measured { Key: "train_loss" } loss) losses.Add(loss.Value);
            if (report is Said said) TestContext.Current.TestOutputHelper?.WriteLine(said.Line);
        }), TestContext.Current.CancellationToken);
        return (outcome, losses);
    }

    private TrainingPlace Place(string? resumeFrom = null, Action<string, long>? keep = null) =>
        new(new Lineage(null, null, null), new Checkpointing(_folder, resumeFrom, keep), Path.Combine(_folder, "package"));

    private DataFile Shapes(int images)
    {
        var path = Path.Combine(_folder, SampleData.Shapes.FileName);
        using (var file = File.Create(path))
            SampleData.Shapes.Write(file, images);
        return new DataFile(path, SampleData.Shapes.FileName, Profiler.Profile(path, new ReadingOptions(), null, TestContext.Current.CancellationToken));
    }

    private static Dictionary<string, JsonElement> Row(byte[] file) => new() { ["image"] = JsonSerializer.SerializeToElement(Convert.ToBase64String(file)) };

    private sealed class Heard(Action<Report> heard) : IProgress<Report>
    {
        public void Report(Report value) => heard(value);
    }
}
