// Training on texts in classes, while a person fills it in.
using MaaS.Contracts.Datasets;
using MaaS.Contracts.Training;

namespace MaaS.Web.Training;

public enum TextKind { Auto, Bag }

public sealed class TextForm : FamilyForm
{
    public static BagNetwork Bag { get; } = new();

    public string? Column { get; set; }
    public string? Target { get; set; }

    public TextKind Network { get; set; }
    public int? WordNGrams { get; set; }
    public int? CharacterNGrams { get; set; }
    public int? Dimension { get; set; }
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
        if (training.Network is BagNetwork bag)
            (form.Network, form.WordNGrams, form.CharacterNGrams, form.Dimension, form.VocabularySize, form.MaxCharacters, form.Dropout) =
                (TextKind.Bag, bag.WordNGrams, bag.CharacterNGrams, bag.Dimension, bag.VocabularySize, bag.MaxCharacters, bag.Dropout);
        return form;
    }

    public override void Meet(DatasetProfile profile, SampleData? sample)
    {
        Column = Families.TextColumn(profile);
        Target = sample?.Target ?? Families.LabelColumn(profile, Column);
    }

    private BagNetwork? BuildNetwork() => Network == TextKind.Auto ? null : new(
        WordNGrams ?? Bag.WordNGrams, CharacterNGrams ?? Bag.CharacterNGrams, Dimension ?? Bag.Dimension,
        VocabularySize ?? Bag.VocabularySize, MaxCharacters ?? Bag.MaxCharacters, Dropout ?? Bag.Dropout);
}
