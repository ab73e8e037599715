// Reads a page's markup far enough to tell what a person will read from tags, attributes and code. It finds what is written out instead of
// being asked of the texts; it does not know what any of it means, and is no parser of C#: brackets and strings are enough.
using System.Text.RegularExpressions;

namespace MaaS.Web.Tests.Languages;

internal sealed partial class RazorTexts
{
    // Attributes, and parameters of our own parts, that a person reads or hears.
    private static readonly HashSet<string> s_read = new(StringComparer.Ordinal)
    {
        "Label", "Title", "Text", "Hint", "Placeholder", "SubmitText", "Busy", "Parent", "Tab", "XTitle", "AriaLabel", "None", "Confirm", "Sentence", "aria-label", "title", "alt", "placeholder",
    };

    private static readonly HashSet<string> s_void = new(StringComparer.Ordinal) { "input", "br", "img", "link", "meta", "hr" };

    private readonly string _s;
    private readonly List<string> _found = [];

    private RazorTexts(string source) => _s = source;

    /// <summary>What stands written out in the markup and in the attributes of a page's source, in English.</summary>
    public static IReadOnlyList<string> HardCoded(string source)
    {
        var page = new RazorTexts(Comment().Replace(source, " "));
        page.Markup(0, null);
        return page._found;
    }

    private int Markup(int i, string? until)
    {
        var text = i;
        for (; i < _s.Length; text = i)
        {
            while (i < _s.Length && _s[i] is not ('<' or '@')) i++;
            Say(_s[text..i]);
            if (i >= _s.Length || (until is not null && At(i, $"</{until}>")) || Code().IsMatch(_s, i)) return i;
            if (_s[i] == '<') i = char.IsAsciiLetter(_s[i + 1]) ? Element(i) : _s.IndexOf('>', i) + 1;
            else if (Directive().Match(_s, i) is { Success: true } line) i += line.Length;
            else if (_s[i + 1] == '{') i = Block(i + 1);
            else if (_s[i + 1] == '@') i += 2;
            else if (Control().Match(_s, i) is { Success: true } control) i = Blocks(Balanced(i + control.Length - 1));
            else i = Read(i, Expression(i + 1));
        }
        return i;
    }

    private int Element(int i)
    {
        var name = Name().Match(_s, i + 1).Value;
        for (i += 1 + name.Length; ;)
        {
            while (char.IsWhiteSpace(_s[i])) i++;
            if (At(i, "/>")) return i + 2;
            if (_s[i] == '>') break;
            i = Attribute(i, char.IsUpper(name[0]));
        }
        if (s_void.Contains(name)) return i + 1;
        i = name is "style" or "script" ? _s.IndexOf($"</{name}>", i, StringComparison.Ordinal) : Markup(i + 1, name);
        return i + name.Length + 3;
    }

    private int Attribute(int i, bool ofComponent)
    {
        var name = AttributeName().Match(_s, i).Value;
        i += name.Length;
        if (_s[i] != '=') return i;
        if (_s[i + 1] is not ('"' or '\'')) return Expression(i + 2);
        var (quote, begin) = (_s[i + 1], i + 2);
        for (i = begin; _s[i] != quote;)
            i = _s[i] == '@' && _s[i + 1] is '(' or >= 'A' ? Expression(i + 1)
                : _s[i] is '(' or '[' or '{' && ofComponent ? Balanced(i)
                : _s[i] == '"' ? String(i) : i + 1;
        if (s_read.Contains(name))
        {
            if (_s[begin] == '@') Read(begin, i);
            else Say(_s[begin..i]);
        }
        return i + 1;
    }

    // A block of code, in which markup begins with a tag.
    private int Block(int i)
    {
        for (i++; _s[i] != '}';)
            i = _s[i] switch
            {
                '{' => Block(i),
                '(' or '[' => Balanced(i),
                '"' => String(i),
                '<' when char.IsAsciiLetter(_s[i + 1]) && _s[..i].TrimEnd()[^1] is '{' or '}' or ';' or ':' or '>' => Element(i),
                '@' when Control().Match(_s, i) is { Success: true } control => Blocks(Balanced(i + control.Length - 1)),
                '@' when _s[i + 1] is '(' or >= 'A' => Read(i, Expression(i + 1)),
                _ => i + 1,
            };
        return i + 1;
    }

    // What follows the head of an if, for or switch, with every else.
    private int Blocks(int i)
    {
        i = Block(_s.IndexOf('{', i));
        while (Else().Match(_s, i) is { Success: true } another)
            i = Block(_s.IndexOf('{', another.Value.EndsWith('(') ? Balanced(i + another.Length - 1) : i));
        return i;
    }

    private int Expression(int i)
    {
        i = _s[i] == '(' ? Balanced(i) : i + Chain().Match(_s, i).Length;
        while (true)
        {
            if (_s[i] is '(' or '[') i = Balanced(i);
            else if (Member().Match(_s, i) is { Success: true } member) i += member.Length;
            else return i;
        }
    }

    private int Balanced(int i)
    {
        var depth = 0;
        do
        {
            if (_s[i] is '"') i = String(i) - 1;
            else if (_s[i] is '\'' && Character().Match(_s, i) is { Success: true } character) i += character.Length - 1;
            else if (_s[i] is '(' or '[' or '{') depth++;
            else if (_s[i] is ')' or ']' or '}') depth--;
            i++;
        }
        while (depth > 0);
        return i;
    }

    private int String(int i)
    {
        var interpolated = i > 0 && _s[i - 1] == '$';
        for (i++; _s[i] != '"';)
            i = _s[i] == '\\' ? i + 2 : interpolated && _s[i] == '{' ? Balanced(i) : i + 1;
        return i + 1;
    }

    // The literals of an expression, but those that are looked up, compared with, or formats.
    private int Read(int begin, int end)
    {
        for (var i = begin; i < end;)
        {
            if (_s[i] != '"')
            {
                i++;
                continue;
            }
            var past = String(i);
            if (!NoText().IsMatch(_s[begin..i])) Say(Hole().Replace(_s[(i + 1)..(past - 1)], ""));
            i = past;
        }
        return end;
    }

    private void Say(string text)
    {
        text = Entity().Replace(text, " ").Trim();
        // A path leads somewhere and says nothing.
        if (text.Any(char.IsAsciiLetter) && text[0] != '/') _found.Add(Whitespace().Replace(text, " "));
    }

    private bool At(int i, string what) => string.CompareOrdinal(_s, i, what, 0, what.Length) == 0;

    [GeneratedRegex(@"@\*.*?\*@", RegexOptions.Singleline)]
    private static partial Regex Comment();

    [GeneratedRegex(@"\G@code\b")]
    private static partial Regex Code();

    [GeneratedRegex(@"\G@(page|attribute|inject|implements|typeparam|inherits|using|layout|rendermode)\b[^\n]*\n")]
    private static partial Regex Directive();

    [GeneratedRegex(@"\G@(if|foreach|for|switch|while|lock)\s*\(")]
    private static partial Regex Control();

    [GeneratedRegex(@"\G\s*else\b(\s+if\s*\()?")]
    private static partial Regex Else();

    [GeneratedRegex(@"\G[\w.\-]+")]
    private static partial Regex Name();

    [GeneratedRegex(@"\G[@\w:.\-]+")]
    private static partial Regex AttributeName();

    [GeneratedRegex(@"\G(await\s+)?\w+")]
    private static partial Regex Chain();

    [GeneratedRegex(@"\G(!(?=[.\[(])|[?!]?\.[A-Za-z_]\w*|<[\w, <>?]+>(?=\())")]
    private static partial Regex Member();

    [GeneratedRegex(@"\G'(\\[^']+|[^'\\])'")]
    private static partial Regex Character();

    [GeneratedRegex(@"(\bT\[|ToString\(|==|!=|\bis|\bor)\s*\$?$")]
    private static partial Regex NoText();

    [GeneratedRegex(@"\{[^{}]*\}")]
    private static partial Regex Hole();

    [GeneratedRegex("&[a-z]+;")]
    private static partial Regex Entity();

    [GeneratedRegex(@"\s+")]
    private static partial Regex Whitespace();
}
