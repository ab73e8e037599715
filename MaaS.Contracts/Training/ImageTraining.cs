// Training on images in classes: what kind of network looks at them, how large they are, and how they are varied while it learns.
using System.ComponentModel.DataAnnotations;
using System.Text.Json.Serialization;
using MaaS.Contracts.Datasets;

namespace MaaS.Contracts.Training;

/// <param name="Size">Pixels of a side that every image is brought to; null keeps the size they all have, or takes 64 where they differ.</param>
/// <param name="Augmentation">How training images are varied; null varies them as usual, see <see cref="AugmentationSpec"/>.</param>
/// <param name="LabelSmoothing">Share of the truth spread over all classes: Szegedy et al. 2016, arXiv:1512.00567.</param>
public sealed record ImageTraining(
    ImageNetwork? Network = null,
    [property: Range(ImageTraining.SmallestSide, ImageTraining.LargestSide)] int? Size = null,
    AugmentationSpec? Augmentation = null,
    SplitSpec? Split = null,
    [property: Range(0, 0.5)] double LabelSmoothing = 0) : TrainingSpec
{
    public const int SmallestSide = 8, LargestSide = 256;

    [JsonIgnore]
    public override Guid? TestDatasetVersionId => Split?.TestDatasetVersionId;

    /// <summary>The pixels of every image that a training on such images sees; one of another proportion is stretched.</summary>
    public (int Width, int Height) SizeOf(ImageSummary images) => Size is { } side ? (side, side)
        : (images.MinWidth, images.MinHeight) == (images.MaxWidth, images.MaxHeight) ? (images.MinWidth, images.MinHeight) : (64, 64);
}

[JsonPolymorphic(TypeDiscriminatorPropertyName = "type")]
[JsonDerivedType(typeof(ImageMlpNetwork), "mlp")]
[JsonDerivedType(typeof(ConvolutionalNetwork), "cnn")]
[JsonDerivedType(typeof(ResNetwork), "resnet")]
public abstract record ImageNetwork;

/// <summary>Fully connected layers over all pixels, as LeNet-300-100.</summary>
/// <param name="Hidden">Neurons of each hidden layer; null is 300 and 100.</param>
/// <param name="Normalized">Whether each layer's outputs are batch-normalized, as layers of binary weights need it.</param>
public sealed record ImageMlpNetwork(
    IReadOnlyList<int>? Hidden = null,
    [property: Range(0, 0.9)] double Dropout = 0.2,
    bool Normalized = false) : ImageNetwork;

/// <summary>Convolutions of 3 x 3 with batch normalization; each stage after the first halves the image: after LeCun et al. 1998.</summary>
/// <param name="Channels">Of each convolution, first to last; null is 24, 24, 40, 40, 64, 64.</param>
/// <param name="Halvings">Which convolutions, counted from 0, see the image halved; null: each that changes the number of channels, but the first.</param>
public sealed record ConvolutionalNetwork(
    IReadOnlyList<int>? Channels = null,
    [property: Range(0, 0.9)] double Dropout = 0.1,
    IReadOnlyList<int>? Halvings = null) : ImageNetwork;

/// <summary>Residual blocks in three stages, the width doubled and the image halved at each: He et al. 2016, arXiv:1512.03385.</summary>
/// <param name="Blocks">Of two convolutions each, per stage.</param>
/// <param name="Width">Channels of the first stage.</param>
/// <param name="Inner">Channels between the two convolutions of each block, first to last; null: as many as come out of it.</param>
public sealed record ResNetwork(
    [property: Range(1, 16)] int Blocks = 2,
    [property: Range(4, 256)] int Width = 16,
    IReadOnlyList<int>? Inner = null) : ImageNetwork;

/// <param name="Flip">Mirrored left to right, half of the time.</param>
/// <param name="Shift">Moved by up to so many pixels each way; what moves in is blank.</param>
/// <param name="Erase">Share of the images in which a random rectangle is blanked: Zhong et al. 2020, arXiv:1708.04896.</param>
/// <param name="Crop">Cut to a random part of itself that lacks up to this share of each side, and stretched again.</param>
public sealed record AugmentationSpec(
    bool Flip = true,
    [property: Range(0, 32)] int Shift = 2,
    [property: Range(0, 1)] double Erase = 0,
    [property: Range(0, 0.5)] double Crop = 0)
{
    /// <summary>Images as they are.</summary>
    public static AugmentationSpec None { get; } = new(Flip: false, Shift: 0);
}
