// Training on texts in classes, while a person fills it in.
using MaaS.Contracts.Datasets;
using MaaS.Contracts.Training;

namespace MaaS.Web.Training;

public enum TextKind { Auto, Bag, Transformer }

public sealed class TextForm : FamilyForm
{
    public static BagNetwork Bag { get; } = new();
    public static TransformerTextNetwork Transformer { get; } = new();

    public string? Column { get; set; }
    public string? Target { get; set; }

    public TextKind Network { get; set; }
    public int? WordNGrams { get; set; }
    public int? CharacterNGrams { get; set; }
    public int? Dimension { get; set; }
    public int? Layers { get; set; }
    public int? Heads { get; set; }
    public int? Width { get; set; }
    public int? MaxWords { get; set; }
    public GptPositions? Positions { get; set; }
    public int? VocabularySize { get; set; }
    public int? MaxCharacters { get; set; }
    public double? Dropout { get; set; }
    public double? LabelSmoothing { get; set; }

    public SplitForm Split { get; private init; } = new();

    public override TrainingSpec Build() =>
        new TextTraining(Column ?? "", Target ?? "", BuildNetwork(), Split.Build(), LabelSmoothing ?? new TextTraining("", "").LabelSmoothing);

    public static TextForm From(TextTraining training)
    {
        var form = new TextForm
        {
            Column = training.Text,
            Target = training.Target,
            LabelSmoothing = training.LabelSmoothing,
            Split = SplitForm.From(training.Split),
        };
        if (training.Network is { } network)
            (form.VocabularySize, form.MaxCharacters, form.Dropout) = (network.VocabularySize, network.MaxCharacters, network.Dropout);
        if (training.Network is BagNetwork bag)
            (form.Network, form.WordNGrams, form.CharacterNGrams, form.Dimension) = (TextKind.Bag, bag.WordNGrams, bag.CharacterNGrams, bag.Dimension);
        if (training.Network is TransformerTextNetwork transformer)
            (form.Network, form.Layers, form.Heads, form.Width, form.MaxWords, form.Positions) =
                (TextKind.Transformer, transformer.Layers, transformer.Heads, transformer.Width, transformer.MaxWords, transformer.Positions);
        return form;
    }

    public override void Meet(DatasetProfile profile, SampleData? sample)
    {
        Column = Families.TextColumn(profile);
        Target = sample?.Target ?? Families.LabelColumn(profile, Column);
    }

    private TextNetwork? BuildNetwork() => Rule() is { } rule
        ? rule with { VocabularySize = VocabularySize ?? rule.VocabularySize, MaxCharacters = MaxCharacters ?? rule.MaxCharacters, Dropout = Dropout ?? rule.Dropout }
        : null;

    private TextNetwork? Rule() => Network switch
    {
        TextKind.Bag => new BagNetwork(WordNGrams ?? Bag.WordNGrams, CharacterNGrams ?? Bag.CharacterNGrams, Dimension ?? Bag.Dimension),
        TextKind.Transformer => new TransformerTextNetwork(
            Layers ?? Transformer.Layers, Heads ?? Transformer.Heads, Width ?? Transformer.Width, MaxWords ?? Transformer.MaxWords, Positions ?? Transformer.Positions),
        _ => null,
    };
}
