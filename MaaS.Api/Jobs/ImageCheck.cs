// Whether images can be trained on as asked, judged by their profile alone: each refusal names the field, the value and what is allowed.
// Knows sizes, classes and settings; what ranges a number may have is declared in Contracts and checked before this.
using MaaS.Api.Problems;
using MaaS.Contracts.Datasets;
using MaaS.Contracts.Models;
using MaaS.Contracts.Training;

namespace MaaS.Api.Jobs;

internal static class ImageCheck
{
    // What batch normalization measures over: of one pixel in a step of one image there is no deviation.
    private const int SmallestMap = 2;

    private const long MostBytes = 2_000_000_000;
    private const int MostLayers = 8, WidestLayer = 4096;
    private const int MostConvolutions = 16, MostChannels = 512;
    private const int Stages = 3; // of a residual network
    private const long MostWeights = 100_000_000;
    private const double LargestHeldOut = 0.8;

    /// <param name="test">The profile of the given test file, when there is one.</param>
    /// <param name="source">Of the version it goes on from, whose size its images are brought to.</param>
    /// <returns>Null when it can work.</returns>
    public static InvalidProblem? Of(ImageTraining training, DatasetProfile data, DatasetProfile? test, ModelManifest? source)
    {
        if (data.Images is not { } images)
            return Invalid("no_images", "The file holds no images; an image model learns from a ZIP of class folders with PNG or JPEG files, or of IDX files.");
        var (width, height, channels) = source?.Inputs[0].Shape is [_, var tall, var wide, var colours] ? ((int)wide, (int)tall, (int)colours) : (training.SizeOf(images).Width, training.SizeOf(images).Height, images.Channels);
        var pixels = (long)width * height * channels;
        var classes = data.Columns.FirstOrDefault(column => column.Type == ColumnType.Category)?.Distinct ?? 0;
        return classes is < 2 or > TabularCheck.MostClasses
            ? Invalid("target_not_trainable", $"The images are in {classes} classes; 2 to {TabularCheck.MostClasses} are allowed.")
            : data.RowCount < TabularCheck.FewestRows
            ? Invalid("too_few_rows", $"There are {data.RowCount} images; at least {TabularCheck.FewestRows} are needed.")
            : Math.Min(width, height) < ImageTraining.SmallestSide || Math.Max(width, height) > ImageTraining.LargestSide
            ? Invalid("size_not_allowed", $"training.size is null, which keeps the {width} x {height} pixels that the images have; choose a size of {ImageTraining.SmallestSide} to {ImageTraining.LargestSide}.")
            : pixels * data.RowCount > MostBytes
            ? Invalid("too_many_pixels", FormattableString.Invariant($"training.size makes {data.RowCount:N0} images of {width} x {height} pixels, {pixels * data.RowCount / 1e9:f1} GB; at most {MostBytes / 1e9:f0} GB fit in memory."))
            : training.Optimizer is GradientDescentSpec
            ? Invalid("method_not_allowed", "training.optimizer.method is gradient_descent, which needs all images at once; choose sgd, adamw or muon.")
            : training.Augmentation is { } augmentation && augmentation.Shift * 2 >= Math.Min(width, height)
            ? Invalid("shift_not_allowed", $"training.augmentation.shift is {augmentation.Shift}, which can move images of {width} x {height} pixels half out of sight; at most {(Math.Min(width, height) - 1) / 2} are allowed.")
            : Network(training.Network, width, height, pixels) ?? Split(training.Split ?? new(), data) ?? Test(test);
    }

    private static InvalidProblem? Network(ImageNetwork? network, int width, int height, long pixels) => network switch
    {
        ImageMlpNetwork { Hidden: { Count: 0 or > MostLayers } hidden } => Invalid("hidden_not_allowed", $"training.network.hidden has {hidden.Count} layers; 1 to {MostLayers} are allowed."),
        ImageMlpNetwork { Hidden: { } hidden } when Outside(hidden, WidestLayer) is { } wrong => Invalid("hidden_not_allowed", $"training.network.hidden has a layer of {wrong} neurons; 1 to {WidestLayer} are allowed."),
        ImageMlpNetwork { Hidden: { } hidden } when pixels * hidden[0] > MostWeights => Invalid("hidden_not_allowed",
            $"training.network.hidden begins with {hidden[0]} neurons, each with a weight for {pixels:N0} pixels; at most {MostWeights:N0} weights are allowed, so lower it or training.size."),
        ConvolutionalNetwork { Channels: { Count: 0 or > MostConvolutions } channels } => Invalid("channels_not_allowed", $"training.network.channels has {channels.Count} convolutions; 1 to {MostConvolutions} are allowed."),
        ConvolutionalNetwork { Channels: { } channels } when Outside(channels, MostChannels) is { } wrong => Invalid("channels_not_allowed", $"training.network.channels has a convolution of {wrong} channels; 1 to {MostChannels} are allowed."),
        ConvolutionalNetwork { Halvings: { } given } cnn when given.Any(at => at < 1 || at >= (cnn.Channels?.Count ?? 0)) || given.Distinct().Count() < given.Count => Invalid("halvings_not_allowed",
            $"training.network.halvings is [{string.Join(", ", given)}]; it names convolutions of training.network.channels, which is then given too, from 1 on and each once."),
        ConvolutionalNetwork { Channels: { } channels } cnn when (cnn.Halvings?.Count ?? channels.Zip(channels.Skip(1)).Count(pair => pair.First != pair.Second)) is var halvings && Math.Min(width, height) >> halvings < SmallestMap => Invalid("channels_not_allowed",
            $"training.network halves the image {halvings} times, where halvings says so or the channels change; of {width} x {height} pixels less than {SmallestMap} x {SmallestMap} would be left."),
        ResNetwork { Inner: { } inner } resnet when inner.Count != Stages * resnet.Blocks || Outside(inner, MostChannels) is not null => Invalid("inner_not_allowed",
            $"training.network.inner is [{string.Join(", ", inner)}]; it is {Stages * resnet.Blocks} numbers of channels, one for each block of {Stages} stages, from 1 to {MostChannels}."),
        _ => null,
    };

    private static int? Outside(IReadOnlyList<int> widths, int most) => widths.Cast<int?>().FirstOrDefault(width => width < 1 || width > most);

    private static InvalidProblem? Split(SplitSpec split, DatasetProfile data)
    {
        var heldOut = split.Validation + (split.TestDatasetVersionId is null ? split.Test : 0);
        return heldOut > LargestHeldOut
            ? Invalid("split_not_allowed", FormattableString.Invariant($"training.split holds out {heldOut:P0} of the {data.RowCount} images; at most {LargestHeldOut:P0} may be held out, so that something is left to learn from."))
            : null;
    }

    private static InvalidProblem? Test(DatasetProfile? test) => test is { Images: null }
        ? Invalid("test_columns_differ", "training.split.test_dataset_version_id names a file without images; a test file is of the same kind as the data.")
        : null;

    private static InvalidProblem Invalid(string code, string sentence) => new(code, sentence);
}
