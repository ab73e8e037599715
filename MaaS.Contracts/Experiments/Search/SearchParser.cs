// The search language over runs, from a text to a condition. Whatever the text is, the answer is one of the two: a condition, or a
// sentence with the place where the text stops making sense.
//
//   search     = any
//   any        = all { "or" all }
//   all        = one { "and" one }
//   one        = "not" one | "(" any ")" | condition
//   condition  = field sign value
//              | field [ "not" ] "in" "(" value { "," value } ")"
//              | field [ "is" ] [ "not" ] ( "missing" | "exists" )
//   field      = "name" | "state" | "created" | "duration" | "experiment" | "folder" | kind "." key
//   kind       = "metrics" (the last value) | "min" | "max" | "best" | "params" | "tags"
//   key        = a word, or anything between double quotes or backticks: metrics."val loss"
//   sign       = "=" | "==" | "!=" | "<" | "<=" | ">" | ">=" | "~" | "contains" | "!~"
//   value      = a number | a word | a text in quotes | a duration: 90s, 5m, 2h, 7d | a day or time: 2026-01-31
//
// "and" binds closer than "or"; keywords may be written large. A comparison with something that a run lacks is false; "not" and the signs
// with "!" hold for exactly the runs that the rest does not hold for. Texts compare without regard to case; ~ is "contains".

namespace MaaS.Contracts.Experiments.Search;

public sealed class SearchParser
{
    public const int LongestText = 2000;

    private const int MostConditions = 50;
    private const int DeepestNesting = 30;

    private readonly List<SearchToken> _tokens;
    private readonly DateTimeOffset _now;
    private int _at;
    private int _depth;
    private int _conditions;

    private SearchParser(List<SearchToken> tokens, DateTimeOffset now) => (_tokens, _now) = (tokens, now);

    private SearchToken Next => _tokens[_at];

    /// <param name="now">What "-7d" counts from.</param>
    /// <returns>Exactly one of them; of an empty text neither.</returns>
    public static (RunCondition? Condition, SearchMistake? Mistake) Parse(string? text, DateTimeOffset now)
    {
        if (string.IsNullOrWhiteSpace(text))
            return (null, null);
        if (text.Length > LongestText)
            return (null, new(LongestText, $"A search has at most {LongestText} characters."));
        var (tokens, mistake) = SearchToken.Cut(text);
        if (mistake is not null)
            return (null, mistake);
        try
        {
            var parser = new SearchParser(tokens, now);
            var condition = parser.Any();
            return parser.Next.Kind == TokenKind.End
                ? (condition, null)
                : (null, parser.Expected(parser.Next.IsSign(")") ? "no closing bracket, because none is open" : "and, or, or the end"));
        }
        catch (MistakeException found)
        {
            return (null, found.Mistake);
        }
    }

    private RunCondition Any() => Joined("or", All, parts => new AnyOf(parts));

    private RunCondition All() => Joined("and", One, parts => new AllOf(parts));

    private RunCondition Joined(string word, Func<RunCondition> part, Func<List<RunCondition>, RunCondition> join)
    {
        var parts = new List<RunCondition> { part() };
        while (Took(word))
            parts.Add(part());
        return parts.Count == 1 ? parts[0] : join(parts);
    }

    private RunCondition One()
    {
        var begin = Next;
        if (++_depth > DeepestNesting)
            throw Mistake(begin, $"Brackets and nots may stand in one another up to {DeepestNesting} deep.");
        RunCondition inner;
        if (Took("not"))
            inner = new Not(One());
        else if (Next.IsSign("("))
        {
            _at++;
            inner = Any();
            if (!Next.IsSign(")"))
                throw new MistakeException(Expected("and, or, or the closing bracket"));
            _at++;
        }
        else
            inner = Condition();
        _depth--;
        return inner;
    }

    private RunCondition Condition()
    {
        var named = Next;
        if (++_conditions > MostConditions)
            throw Mistake(named, $"A search has at most {MostConditions} conditions.");
        if (named.Kind is not (TokenKind.Word or TokenKind.Text))
            throw new MistakeException(Expected($"a field: {RunColumn.Spellings}"));
        if (named.Kind != TokenKind.Word || RunColumn.Parse(named.Text) is not { } column)
            throw Mistake(named, $"{Shown(named)} is no field; fields are {RunColumn.Spellings}. To look for a name, write name ~ \"…\".");
        _at++;

        Took("is");
        var turned = Took("not");
        if (Took("missing") || Took("null"))
            return Turned(!turned, new Exists(column));
        if (Took("exists"))
            return Turned(turned, new Exists(column));
        if (Took("in"))
            return Turned(turned, new OneOf(column, Values(column)));
        if (turned)
            throw new MistakeException(Expected("in, missing or exists"));
        return Compared(column);
    }

    private RunCondition Compared(RunColumn column)
    {
        var sign = Next;
        var (comparator, turned) = sign switch
        {
            _ when sign.IsSign("=") || sign.IsSign("==") => (Comparator.Equal, false),
            _ when sign.IsSign("!=") => (Comparator.Equal, true),
            _ when sign.IsSign("<") => (Comparator.Less, false),
            _ when sign.IsSign("<=") => (Comparator.LessOrEqual, false),
            _ when sign.IsSign(">") => (Comparator.Greater, false),
            _ when sign.IsSign(">=") => (Comparator.GreaterOrEqual, false),
            _ when sign.IsSign("~") || sign.Is("contains") => (Comparator.Contains, false),
            _ when sign.IsSign("!~") => (Comparator.Contains, true),
            _ => throw new MistakeException(Expected($"{SearchValues.Signs(column)}, in (…), is missing or exists")),
        };
        if (!SearchValues.Allows(column, comparator))
            throw Mistake(sign, $"{column} cannot be compared with {sign.Text}; it takes {SearchValues.Signs(column)}.");
        _at++;
        return Turned(turned, new Comparison(column, comparator, Value(column, comparator)));
    }

    private List<RunValue> Values(RunColumn column)
    {
        if (column.Field == RunField.Created)
            throw Mistake(_tokens[_at - 1], $"created cannot be compared with in; it takes {SearchValues.Signs(column)}.");
        if (!Next.IsSign("("))
            throw new MistakeException(Expected("an opening bracket and the values, as in (1, 2)"));
        var values = new List<RunValue>();
        do
        {
            _at++;
            if (values.Count == MostConditions)
                throw Mistake(Next, $"A list has at most {MostConditions} values.");
            values.Add(Value(column, Comparator.Equal));
        }
        while (Next.IsSign(","));
        if (!Next.IsSign(")"))
            throw new MistakeException(Expected("a comma or the closing bracket"));
        _at++;
        return values;
    }

    private RunValue Value(RunColumn column, Comparator comparator)
    {
        var token = Next;
        if (token.Kind is not (TokenKind.Word or TokenKind.Text) || SearchValues.Read(token, column, comparator, _now) is not { } value)
            throw new MistakeException(Expected(SearchValues.Kind(column, comparator)));
        _at++;
        return value;
    }

    private bool Took(string word)
    {
        if (!Next.Is(word))
            return false;
        _at++;
        return true;
    }

    private SearchMistake Expected(string what) => new(Next.Position, $"Expected {what}; {Next.Words}.");

    private static string Shown(SearchToken token) => token.Text.Length > 40 ? $"{token.Text[..40]}…" : token.Text;

    private static RunCondition Turned(bool turned, RunCondition condition) => turned ? new Not(condition) : condition;

    private static MistakeException Mistake(SearchToken at, string sentence) => new(new(at.Position, sentence));

    private sealed class MistakeException(SearchMistake mistake) : Exception
    {
        public SearchMistake Mistake { get; } = mistake;
    }
}
