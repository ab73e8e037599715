// Which signs and values a field of the search language takes, and how a word becomes a value of it.
using System.Globalization;
using System.Text.RegularExpressions;
using MaaS.Contracts.Jobs;

namespace MaaS.Contracts.Experiments.Search;

internal static partial class SearchValues
{
    private static readonly string[] s_states = [.. Enum.GetNames<JobState>().Select(name => name.ToLowerInvariant())];

    public static string Signs(RunColumn column) => column.Field switch
    {
        RunField.Created => "<, <=, > or >=",
        RunField.State => "= or !=",
        _ when column.IsNumber => "=, !=, <, <=, > or >=",
        RunField.Params or RunField.Tags => "=, !=, <, <=, >, >=, ~ (contains) or !~",
        _ => "=, !=, ~ (contains) or !~",
    };

    public static bool Allows(RunColumn column, Comparator comparator) => column.Field switch
    {
        RunField.Created => comparator is not (Comparator.Equal or Comparator.Contains),
        RunField.State => comparator == Comparator.Equal,
        _ when column.IsNumber => comparator != Comparator.Contains,
        RunField.Params or RunField.Tags => true,
        _ => comparator is Comparator.Equal or Comparator.Contains,
    };

    /// <summary>What a sentence asks for where the value is not one.</summary>
    public static string Kind(RunColumn column, Comparator comparator) => column.Field switch
    {
        RunField.Created => "a day or time, like 2026-01-31 or \"2026-01-31 12:00\" (UTC), or how long ago, like -7d",
        RunField.Duration => "seconds, or a duration like 90s, 5m, 2h or 1d",
        RunField.State => $"one of {string.Join(", ", s_states)}",
        _ when column.IsNumber => "a number",
        RunField.Params or RunField.Tags when IsOrder(comparator) => "a number",
        RunField.Params or RunField.Tags => "a number or a text",
        _ => "a text",
    };

    /// <returns>Null when it is not of that kind.</returns>
    public static RunValue? Read(SearchToken token, RunColumn column, Comparator comparator, DateTimeOffset now) => column.Field switch
    {
        RunField.Created => Span(token.Text) is { } span ? Before(now, span) : Time(token.Text),
        RunField.Duration => Span(token.Text) is { } span ? new NumberValue(span.TotalSeconds) : Number(token),
        RunField.State => s_states.Contains(token.Text.ToLowerInvariant(), StringComparer.Ordinal) ? new TextValue(token.Text.ToLowerInvariant()) : null,
        _ when column.IsNumber => Number(token),
        RunField.Params or RunField.Tags when IsOrder(comparator) => Number(token),
        RunField.Params or RunField.Tags when comparator == Comparator.Equal => (RunValue?)Number(token) ?? Text(token),
        _ => Text(token),
    };

    private static bool IsOrder(Comparator comparator) => comparator is not (Comparator.Equal or Comparator.Contains);

    // In quotes a number is a text.
    private static NumberValue? Number(SearchToken token) =>
        token.Kind == TokenKind.Word && double.TryParse(token.Text, NumberStyles.Float, CultureInfo.InvariantCulture, out var number) && double.IsFinite(number)
            ? new(number, Exact(token.Text, number))
            : null;

    // A decimal made from a double has fifteen digits, as in PostgreSQL. What is larger than any decimal keeps what a double keeps.
    private static decimal? Exact(string text, double number) =>
        Math.Abs(number) < 7e28 && decimal.TryParse(text, NumberStyles.Float, CultureInfo.InvariantCulture, out var exact) && exact != (decimal)number ? exact : null;

    // An unquoted keyword is a forgotten value, not a text.
    private static TextValue? Text(SearchToken token) =>
        token.Is("and") || token.Is("or") || token.Is("not") || token.Is("in") ? null : new(token.Text);

    private static TimeValue? Time(string text) => DateTimeOffset.TryParse(
        text, CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal | DateTimeStyles.AdjustToUniversal, out var time) && char.IsAsciiDigit(text[0]) && text.Length >= 8
        ? new(time)
        : null;

    private static TimeValue? Before(DateTimeOffset now, TimeSpan span) => span <= TimeSpan.Zero && span > TimeSpan.FromDays(-36_500) ? new(now + span) : null;

    private static TimeSpan? Span(string text)
    {
        if (SpanOf().Match(text) is not { Success: true } match)
            return null;
        var seconds = double.Parse(match.Groups["count"].Value, CultureInfo.InvariantCulture) * match.Groups["unit"].Value switch
        {
            "s" => 1,
            "m" or "min" => 60,
            "h" => 3600,
            "d" => 86_400,
            _ => 7 * 86_400,
        };
        return Math.Abs(seconds) < 1e10 ? TimeSpan.FromSeconds(seconds) : null;
    }

    [GeneratedRegex(@"^(?<count>-?[0-9]{1,9}(\.[0-9]{1,6})?)(?<unit>s|m|min|h|d|w)$", RegexOptions.CultureInvariant)]
    private static partial Regex SpanOf();
}
