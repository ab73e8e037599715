// A text divided into what is learned from, what chooses and what tests, in this order, and each part as tokens.
using System.Text;
using MaaS.Contracts.Training;
using MaaS.Engine.Data;
using MaaS.Inference.Text;

namespace MaaS.Engine.Tasks.Language;

/// <param name="Bytes">Of the text in UTF-8, for bits per byte.</param>
internal sealed record TextPart(int[] Tokens, long Bytes);

/// <param name="Test">Null when none was kept.</param>
internal sealed record TextParts(Tokenizer Tokenizer, TextPart Train, TextPart Validation, TextPart? Test)
{
    /// <param name="known">The tokenizer of the version to go on from; null learns one.</param>
    /// <exception cref="UserError">A part is shorter than a window of the context, or has what that tokenizer does not know.</exception>
    public static TextParts Of(Corpus corpus, LanguageTraining spec, Tokenizer? known, IProgress<Report> progress, CancellationToken token)
    {
        var text = corpus.Text;
        var first = Whole(text, (int)(text.Length * (1 - spec.Validation - spec.Test)));
        var second = spec.Test > 0 ? Whole(text, (int)(text.Length * (1 - spec.Test))) : text.Length;
        var tokenizer = known ?? Fit(spec.Tokenizer!, corpus, first, token);
        if (known is { End: null } && corpus.HasDocuments)
            throw new UserError("The file has several documents, but the version in training.from learned from a single text and has no token for the end of one; choose a plain text file, or train anew.");
        if (tokenizer.Size < spec.Tokenizer!.Vocabulary && spec.Tokenizer.Kind == TokenizerKind.BytePairs)
            progress.Report(new Said($"{tokenizer.Size} tokens instead of {spec.Tokenizer.Vocabulary}: no further pair comes twice"));
        var parts = new TextParts(
            tokenizer, Part(tokenizer, text.AsSpan(0, first)), Part(tokenizer, text.AsSpan(first, second - first)),
            spec.Test > 0 ? Part(tokenizer, text.AsSpan(second)) : null);
        var needed = spec.Network!.Context + 2;
        foreach (var (part, name) in new[] { (parts.Train, "training"), (parts.Validation, "validation"), (parts.Test, "test") })
            if (part is not null && part.Tokens.Length < needed)
                throw new UserError($"The {name} part of the text has {part.Tokens.Length} tokens; a context of {spec.Network.Context} needs {needed}. Add text, enlarge the part, or lower training.network.context.");
        progress.Report(new Said(
            $"{tokenizer.Size} tokens known; {parts.Train.Tokens.Length:N0} of the text to learn from, {parts.Validation.Tokens.Length:N0} to choose by, {parts.Test?.Tokens.Length ?? 0:N0} to test once; " +
            $"{(double)parts.Train.Bytes / parts.Train.Tokens.Length:f2} bytes a token"));
        return parts;
    }

    private static Tokenizer Fit(TokenizerSpec spec, Corpus corpus, int trainLength, CancellationToken token)
    {
        if (spec.Kind == TokenizerKind.Characters)
        {
            // Of the whole text: a character that only its end has could not be asked for otherwise.
            var alphabet = new SortedSet<Rune>();
            foreach (var character in corpus.Text.EnumerateRunes())
                if (character.Value != Corpus.Border)
                    alphabet.Add(character);
            return new Tokenizer([.. alphabet.Select(character => character.ToString())], [], isByteLevel: false, splitsWords: false, corpus.HasDocuments);
        }
        var vocabulary = Enumerable.Range(0, 256).Select(value => ByteLetters.Of([(byte)value])).ToList();
        var merges = new List<(string, string)>();
        if (spec.Kind == TokenizerKind.BytePairs)
            foreach (var (left, right) in BytePairs.Learn(corpus.Text[..trainLength].Split(Corpus.Border), spec.Vocabulary, token))
            {
                merges.Add((vocabulary[left], vocabulary[right]));
                vocabulary.Add(vocabulary[left] + vocabulary[right]);
            }
        return new Tokenizer(vocabulary, merges, isByteLevel: true, splitsWords: spec.Kind == TokenizerKind.BytePairs, corpus.HasDocuments);
    }

    private static TextPart Part(Tokenizer tokenizer, ReadOnlySpan<char> text)
    {
        var tokens = new List<int>(text.Length);
        foreach (var document in text.Split(Corpus.Border))
        {
            if (document.Start.Value > 0)
                tokens.Add(tokenizer.End!.Value);
            try
            {
                tokens.AddRange(tokenizer.Encode(text[document]));
            }
            catch (UnknownCharacterException unknown)
            {
                throw new UserError($"The text has the character \"{unknown.Character}\", which the version in training.from does not know: its tokens are the characters it learned from. Take it out, or train anew.");
            }
        }
        return new TextPart([.. tokens], Encoding.UTF8.GetByteCount(text));
    }

    /// <summary>Not between the two halves of a character.</summary>
    private static int Whole(string text, int at) => at > 0 && at < text.Length && char.IsLowSurrogate(text[at]) ? at + 1 : at;
}
