// Cuts a search into words, quoted texts and signs, each with its place. Knows characters; what they mean is the parser's.
namespace MaaS.Contracts.Experiments.Search;

internal enum TokenKind
{
    /// <summary>Unquoted: a field, a number, a keyword, a text without spaces. A key in quotes is part of its word: metrics."val loss".</summary>
    Word,
    Text,
    Sign,
    End,
}

internal sealed record SearchToken(TokenKind Kind, string Text, int Position)
{
    private const string Signs = "=!<>~(),";

    public bool Is(string word) => Kind == TokenKind.Word && string.Equals(Text, word, StringComparison.OrdinalIgnoreCase);

    public bool IsSign(string sign) => Kind == TokenKind.Sign && Text == sign;

    /// <summary>How a sentence names it.</summary>
    public string Words => Kind == TokenKind.End ? "the search ends" : $"there is {(Text.Length > 40 ? Text[..40] + "…" : Text)}";

    public static (List<SearchToken> Tokens, SearchMistake? Mistake) Cut(string text)
    {
        var tokens = new List<SearchToken>();
        for (var at = 0; at < text.Length;)
        {
            if (text[at] == '\0')
                return (tokens, new(at, "A search must not hold the character U+0000."));
            if (char.IsWhiteSpace(text[at]))
            {
                at++;
                continue;
            }
            var begin = at;
            if (Signs.Contains(text[at], StringComparison.Ordinal))
            {
                at += at + 1 < text.Length && text[at..(at + 2)] is "==" or "!=" or "<=" or ">=" or "!~" ? 2 : 1;
                tokens.Add(new(TokenKind.Sign, text[begin..at], begin));
            }
            else if (IsQuote(text[at]))
            {
                if (Quoted(text, ref at) is not { } quoted)
                    return (tokens, Open(text, begin));
                tokens.Add(new(TokenKind.Text, quoted, begin));
            }
            else
            {
                while (at < text.Length && IsInWord(text[at]))
                    at++;
                var word = text[begin..at];
                if (at < text.Length && word.EndsWith('.') && IsQuote(text[at]))
                {
                    var quote = at;
                    if (Quoted(text, ref at) is not { } key)
                        return (tokens, Open(text, quote));
                    word += key;
                }
                tokens.Add(new(TokenKind.Word, word, begin));
            }
        }
        tokens.Add(new(TokenKind.End, "", text.Length));
        return (tokens, null);
    }

    private static bool IsQuote(char sign) => sign is '"' or '\'' or '`';

    private static bool IsInWord(char sign) => sign != '\0' && !char.IsWhiteSpace(sign) && !IsQuote(sign) && !Signs.Contains(sign, StringComparison.Ordinal);

    // A quotation mark inside is written twice.
    private static string? Quoted(string text, ref int at)
    {
        var quote = text[at];
        var inside = new System.Text.StringBuilder();
        for (at++; at < text.Length && text[at] != '\0'; at++)
        {
            if (text[at] == quote)
            {
                at++;
                if (at >= text.Length || text[at] != quote)
                    return inside.ToString();
            }
            inside.Append(text[at]);
        }
        return null;
    }

    private static SearchMistake Open(string text, int at) => new(at, $"The text that begins here with {text[at]} is never closed; end it with {text[at]}.");
}
