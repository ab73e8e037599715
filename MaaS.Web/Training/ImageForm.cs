// Training on images, while a person fills it in.
using MaaS.Contracts.Training;

namespace MaaS.Web.Training;

public enum ImageKind { Auto, Convolutional, Residual, Mlp }

public enum Variation { Usual, None, Own }

public sealed class ImageForm : FamilyForm
{
    public static AugmentationSpec UsualVariation { get; } = new();

    public ImageKind Network { get; set; }
    public string? Channels { get; set; }
    public string? Hidden { get; set; }
    public int? Blocks { get; set; }
    public int? Width { get; set; }
    public double? Dropout { get; set; }

    public int? Size { get; set; }
    public Variation Variation { get; set; }
    public bool Flip { get; set; } = UsualVariation.Flip;
    public int? Shift { get; set; }
    public double? Erase { get; set; }
    public double? Crop { get; set; }
    public double? LabelSmoothing { get; set; }

    public SplitForm Split { get; private init; } = new();

    public override TrainingSpec Build() =>
        new ImageTraining(BuildNetwork(), Size, BuildVariation(), Split.Build(), LabelSmoothing ?? new ImageTraining().LabelSmoothing);

    public static ImageForm From(ImageTraining training)
    {
        var form = new ImageForm { Size = training.Size, LabelSmoothing = training.LabelSmoothing, Split = SplitForm.From(training.Split) };
        switch (training.Network)
        {
            case ConvolutionalNetwork network:
                (form.Network, form.Channels, form.Dropout) = (ImageKind.Convolutional, Text(network.Channels), network.Dropout);
                break;
            case ResNetwork network:
                (form.Network, form.Blocks, form.Width) = (ImageKind.Residual, network.Blocks, network.Width);
                break;
            case ImageMlpNetwork network:
                (form.Network, form.Hidden, form.Dropout) = (ImageKind.Mlp, Text(network.Hidden), network.Dropout);
                break;
        }
        if (training.Augmentation is { } augmentation)
            (form.Variation, form.Flip, form.Shift, form.Erase, form.Crop) =
                (augmentation == AugmentationSpec.None ? Variation.None : Variation.Own, augmentation.Flip, augmentation.Shift, augmentation.Erase, augmentation.Crop);
        return form;
    }

    private ImageNetwork? BuildNetwork() => Network switch
    {
        ImageKind.Convolutional => new ConvolutionalNetwork(Widths(Channels), Dropout ?? new ConvolutionalNetwork().Dropout),
        ImageKind.Residual when new ResNetwork() is var d => new ResNetwork(Blocks ?? d.Blocks, Width ?? d.Width),
        ImageKind.Mlp => new ImageMlpNetwork(Widths(Hidden), Dropout ?? new ImageMlpNetwork().Dropout),
        _ => null,
    };

    private AugmentationSpec? BuildVariation() => Variation switch
    {
        Variation.None => AugmentationSpec.None,
        Variation.Own => new(Flip, Shift ?? UsualVariation.Shift, Erase ?? UsualVariation.Erase, Crop ?? UsualVariation.Crop),
        _ => null,
    };
}
