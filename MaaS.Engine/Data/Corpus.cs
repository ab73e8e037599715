// A text to learn language from: a plain text file, or the "text" of every line of JSON Lines, each a document. Knows no tokens.
using System.Text;
using MaaS.Contracts.Datasets;

namespace MaaS.Engine.Data;

/// <param name="Text">Documents, with <see cref="Border"/> between two.</param>
internal sealed record Corpus(string Text, bool HasDocuments)
{
    /// <summary>No text holds it: a file that does is refused.</summary>
    public const char Border = '\0';

    /// <summary>The field of JSON Lines that is read.</summary>
    public const string Field = PlainTextTable.Column;

    private const int MostCharacters = 500_000_000;

    /// <exception cref="UserError">The data is no text, or too long.</exception>
    public static Corpus Read(DataFile data, CancellationToken token)
    {
        if (data.Profile.Text is not { } summary)
            throw new UserError($"{data.Name} is not a text: a language model learns from a plain text file, or from JSON Lines with a \"{Field}\" in every object.");
        if (summary.Characters > MostCharacters)
            throw new UserError($"{data.Name} has {summary.Characters:N0} characters; at most {MostCharacters:N0} fit in memory with their tokens.");
        var text = new StringBuilder();
        var isPlain = data.Profile.Reading.Format == DatasetFormat.PlainText;
        foreach (var piece in Pieces(data.Path, data.Profile.Reading))
        {
            token.ThrowIfCancellationRequested();
            if (text.Length > 0)
                text.Append(isPlain ? '\n' : Border);
            text.Append(piece);
        }
        return new Corpus(text.ToString(), !isPlain);
    }

    /// <summary>In one pass and constant memory.</summary>
    public static TextSummary Summarize(string path, ReadingOptions reading, CancellationToken token)
    {
        long characters = 0, words = 0;
        var alphabet = new Alphabet();
        foreach (var piece in Pieces(path, reading))
        {
            token.ThrowIfCancellationRequested();
            if (characters > 0 && reading.Format == DatasetFormat.PlainText)
            {
                characters++;
                alphabet.Add(new Rune('\n'));
            }
            var inWord = false;
            foreach (var character in piece.EnumerateRunes())
            {
                characters++;
                alphabet.Add(character);
                var isBlank = Rune.IsWhiteSpace(character);
                if (!isBlank && !inWord)
                    words++;
                inWord = !isBlank;
            }
        }
        return new TextSummary(characters, words, alphabet.Count);
    }

    /// <summary>Lines of a plain text, or documents.</summary>
    private static IEnumerable<string> Pieces(string path, ReadingOptions reading)
    {
        using var lines = new Lines(path, TextFile.DetectEncoding(path, reading.Encoding));
        if (reading.Format == DatasetFormat.PlainText)
        {
            while (lines.Next())
                yield return lines.Current;
            yield break;
        }
        while (JsonLinesTable.NextObject(lines) is { } row)
            using (row)
                if (row.RootElement.TryGetProperty(Field, out var text) && JsonLinesTable.Text(text, lines) is { Length: > 0 } document)
                    yield return document;
    }

    private sealed class Alphabet
    {
        private readonly System.Collections.BitArray _seen = new(0x110000);

        public int Count { get; private set; }

        public void Add(Rune character)
        {
            if (_seen[character.Value])
                return;
            _seen[character.Value] = true;
            Count++;
        }
    }
}
