// Training a language model, while a person fills it in.
using MaaS.Contracts.Training;

namespace MaaS.Web.Training;

public sealed class LanguageForm : FamilyForm
{
    public static GptNetwork Gpt { get; } = new();
    public static TokenizerSpec Tokenizer { get; } = new();
    public static LoraSpec Lora { get; } = new();
    public static LanguageTraining Training { get; } = new();

    public TokenizerKind? Tokens { get; set; }
    public int? Vocabulary { get; set; }

    public int? Layers { get; set; }
    public int? Heads { get; set; }
    public int? Width { get; set; }
    public int? Context { get; set; }
    public int? KeyValueHeads { get; set; }
    public GptActivation? Activation { get; set; }
    public GptPositions? Positions { get; set; }
    public double? Dropout { get; set; }

    public int? Steps { get; set; }
    public double? Validation { get; set; }
    public double? Test { get; set; }

    /// <summary>Whether only a low-rank change is learned, where the training goes on from a version.</summary>
    public bool Adapts { get; set; }
    public int? Rank { get; set; }
    public double? Alpha { get; set; }
    public LoraMatrices Matrices { get; set; }
    public double? LoraDropout { get; set; }

    public override TrainingSpec Build() =>
        new LanguageTraining(BuildTokenizer(), BuildNetwork(), Steps ?? Training.Steps, Validation ?? Training.Validation, Test ?? Training.Test, BuildLora());

    public static LanguageForm From(LanguageTraining training)
    {
        var form = new LanguageForm
        {
            Tokens = training.Tokenizer?.Kind,
            Vocabulary = training.Tokenizer?.Vocabulary,
            Steps = training.Steps,
            Validation = training.Validation,
            Test = training.Test,
        };
        if (training.Network is { } gpt)
            (form.Layers, form.Heads, form.Width, form.Context, form.KeyValueHeads, form.Activation, form.Positions, form.Dropout) =
                (gpt.Layers, gpt.Heads, gpt.Width, gpt.Context, gpt.KeyValueHeads, gpt.Activation, gpt.Positions, gpt.Dropout);
        if (training.Lora is { } lora)
            (form.Adapts, form.Rank, form.Alpha, form.Matrices, form.LoraDropout) = (true, lora.Rank, lora.Alpha, lora.Matrices, lora.Dropout);
        return form;
    }

    private TokenizerSpec? BuildTokenizer() => Untouched(Tokens, Vocabulary) ? null : new(Tokens ?? Tokenizer.Kind, Vocabulary ?? Tokenizer.Vocabulary);

    private LoraSpec? BuildLora() => Adapts ? new(Rank ?? Lora.Rank, Alpha ?? Lora.Alpha, Matrices, LoraDropout ?? Lora.Dropout) : null;

    private GptNetwork? BuildNetwork() => Untouched(Layers, Heads, Width, Context, KeyValueHeads, Activation, Positions, Dropout) ? null : new(
        Layers ?? Gpt.Layers, Heads ?? Gpt.Heads, Width ?? Gpt.Width, Context ?? Gpt.Context, KeyValueHeads,
        Activation ?? Gpt.Activation, Positions ?? Gpt.Positions, Dropout ?? Gpt.Dropout);
}
