// Whether a text can be learned from as asked, judged by its profile alone: each refusal names the field, the value and what is allowed.
using MaaS.Api.Problems;
using MaaS.Contracts.Datasets;
using MaaS.Contracts.Training;

namespace MaaS.Api.Jobs;

internal static class LanguageCheck
{
    public const long MostCharacters = 500_000_000;
    public const int MostVocabulary = 65_536;

    /// <returns>Null when it can work.</returns>
    public static InvalidProblem? Of(LanguageTraining training, DatasetProfile data)
    {
        var network = training.Network ?? new();
        var keyValueHeads = network.KeyValueHeads ?? network.Heads;
        var tokenizer = training.Tokenizer ?? new();
        return data.Text switch
        {
            null when data.Reading.Format == DatasetFormat.JsonLines => new("no_text", "The objects of the file have no field \"text\", which is what a language model learns from."),
            null => new("no_text", "The file is a table; a language model learns from a plain text file, or from JSON Lines with a \"text\" in every object. If it is a text, say so with reading.format plain_text."),
            { Characters: > MostCharacters } text => new("text_too_long", $"The text has {text.Characters:N0} characters; at most {MostCharacters:N0} are allowed."),
            { Alphabet: > MostVocabulary } text when tokenizer.Kind == TokenizerKind.Characters => new("alphabet_too_large",
                $"training.tokenizer.kind is characters, but the text has {text.Alphabet:N0} different ones; choose byte_pairs."),
            _ when Heads(network.Width, network.Heads, network.HeadWidth, network.Positions) is { } misfit => misfit,
            _ when keyValueHeads > network.Heads || network.Heads % keyValueHeads != 0 => new("heads_do_not_fit",
                $"training.network.key_value_heads is {keyValueHeads}; it must divide training.network.heads, which is {network.Heads}."),
            _ when training is { Lora: not null, From: null } => new("nothing_to_adapt",
                "training.lora learns a small change of a trained model's matrices; name the version to go on from in training.from, or leave it out."),
            _ when training.Optimizer is GradientDescentSpec => new("method_not_allowed",
                "training.optimizer.method is gradient_descent, which needs the whole text at once; choose sgd, adamw or muon."),
            _ when Math.Min(training.Validation, training.Test > 0 ? training.Test : 1) * data.Text.Characters is var part && tokenizer.Kind != TokenizerKind.BytePairs && part < network.Context + 2 => new(
                "text_too_short", $"The smallest held-out part of the text has {part:f0} characters; a context of {network.Context} needs {network.Context + 2}. Add text, enlarge training.validation and training.test, or lower training.network.context."),
            _ => null,
        };
    }

    /// <summary>Whether the width of a transformer can be shared among its heads.</summary>
    public static InvalidProblem? Heads(int width, int heads, int? headWidth, GptPositions positions) => (width % heads, (headWidth ?? width / heads) % 2) switch
    {
        ( > 0, _) when headWidth is null => new("heads_do_not_fit", $"training.network.width is {width}, which {heads} heads do not divide; choose a multiple of training.network.heads."),
        (_, > 0) when positions == GptPositions.Rotary => new("heads_do_not_fit",
            $"training.network.positions is rotary, which turns pairs of numbers, but a head is {headWidth ?? width / heads} wide; choose an even width."),
        _ => null,
    };
}
