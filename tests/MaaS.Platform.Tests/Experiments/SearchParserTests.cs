// The search language by itself: what texts mean, and that no text whatever does more harm than a sentence with a place.
using FsCheck;
using FsCheck.Fluent;
using MaaS.Contracts.Experiments;
using MaaS.Contracts.Experiments.Search;
using Xunit;

namespace MaaS.Platform.Tests.Experiments;

public sealed class SearchParserTests
{
    private static readonly DateTimeOffset s_now = new(2026, 5, 10, 12, 0, 0, TimeSpan.Zero);

    [Fact]
    public void And_binds_closer_than_or_and_brackets_closest()
    {
        var (condition, _) = SearchParser.Parse("metrics.val_loss < 0.3 and (params.lr > 1e-3 or tags.stage = \"candidate\") OR not state = Failed", s_now);

        var any = Assert.IsType<AnyOf>(condition);
        var all = Assert.IsType<AllOf>(any.Parts[0]);
        Assert.Equal(new Comparison(new(RunField.Metrics, "val_loss"), Comparator.Less, new NumberValue(0.3)), all.Parts[0]);
        Assert.Equal(
            [
                new Comparison(new(RunField.Params, "lr"), Comparator.Greater, new NumberValue(1e-3)),
                new Comparison(new(RunField.Tags, "stage"), Comparator.Equal, new TextValue("candidate")),
            ],
            Assert.IsType<AnyOf>(all.Parts[1]).Parts);
        Assert.Equal(new Not(new Comparison(new(RunField.State), Comparator.Equal, new TextValue("failed"))), any.Parts[1]);
    }

    [Theory]
    [InlineData("metrics.val/loss<.3", RunField.Metrics, "val/loss", Comparator.Less, 0.3)]
    [InlineData("metrics.\"val loss\" >= -1", RunField.Metrics, "val loss", Comparator.GreaterOrEqual, -1.0)]
    [InlineData("best.`a\"b` == 2e3", RunField.Best, "a\"b", Comparator.Equal, 2000.0)]
    [InlineData("params.optimizer.learning_rate <= 1e-3", RunField.Params, "optimizer.learning_rate", Comparator.LessOrEqual, 0.001)]
    [InlineData("duration > 1.5h", RunField.Duration, null, Comparator.Greater, 5400.0)]
    [InlineData("params.epochs = 40", RunField.Params, "epochs", Comparator.Equal, 40.0)]
    public void A_number_is_compared_with_a_field(string text, RunField field, string? key, Comparator comparator, double number) =>
        Assert.Equal(new Comparison(new(field, key), comparator, new NumberValue(number)), SearchParser.Parse(text, s_now).Condition);

    [Theory]
    [InlineData("params.epochs = \"40\"", RunField.Params, "epochs", Comparator.Equal, "40")]
    [InlineData("name contains 'it''s'", RunField.Name, null, Comparator.Contains, "it's")]
    [InlineData("tags.stage ~ can-di.date", RunField.Tags, "stage", Comparator.Contains, "can-di.date")]
    [InlineData("name = 5", RunField.Name, null, Comparator.Equal, "5")]
    public void A_text_is_compared_with_a_field(string text, RunField field, string? key, Comparator comparator, string value) =>
        Assert.Equal(new Comparison(new(field, key), comparator, new TextValue(value)), SearchParser.Parse(text, s_now).Condition);

    [Fact]
    public void What_has_a_not_in_it_is_turned_round()
    {
        var tag = new RunColumn(RunField.Tags, "a");
        Assert.Equal(new Not(new Comparison(tag, Comparator.Equal, new TextValue("b"))), SearchParser.Parse("tags.a != b", s_now).Condition);
        Assert.Equal(new Not(new Comparison(tag, Comparator.Contains, new TextValue("b"))), SearchParser.Parse("tags.a !~ b", s_now).Condition);
        Assert.Equal(new Not(new Exists(tag)), SearchParser.Parse("tags.a is missing", s_now).Condition);
        Assert.Equal(new Exists(tag), SearchParser.Parse("tags.a is not missing", s_now).Condition);
        Assert.Equal(new Exists(tag), SearchParser.Parse("tag.a exists", s_now).Condition);
        var none = Assert.IsType<Not>(SearchParser.Parse("tags.a not in (1, b, \"2\")", s_now).Condition);
        Assert.Equal([new NumberValue(1), new TextValue("b"), new TextValue("2")], Assert.IsType<OneOf>(none.Condition).Values);
    }

    [Fact]
    public void A_time_is_a_day_or_so_long_ago()
    {
        Assert.Equal(s_now.AddDays(-7), Time("created > -7d"));
        Assert.Equal(new(2026, 1, 31, 0, 0, 0, TimeSpan.Zero), Time("created >= 2026-01-31"));
        Assert.Equal(new(2026, 1, 31, 12, 30, 0, TimeSpan.Zero), Time("created < \"2026-01-31 12:30\""));

        static DateTimeOffset Time(string text) =>
            Assert.IsType<TimeValue>(Assert.IsType<Comparison>(SearchParser.Parse(text, s_now).Condition).Value).Time;
    }

    [Theory]
    [InlineData("metrics.loss", 12, "Expected =, !=, <, <=, > or >=, in (…), is missing or exists; the search ends.")]
    [InlineData("metrics.loss < x", 15, "Expected a number; there is x.")]
    [InlineData("metrics.loss ~ 3", 13, "metrics.loss cannot be compared with ~; it takes =, !=, <, <=, > or >=.")]
    [InlineData("metrics. < 3", 0, "metrics. is no field")]
    [InlineData("name = a name = b", 9, "Expected and, or, or the end; there is name.")]
    [InlineData("name = and", 7, "Expected a text; there is and.")]
    [InlineData("(name = a or name = b", 21, "Expected and, or, or the closing bracket; the search ends.")]
    [InlineData("name = a)", 8, "Expected no closing bracket, because none is open; there is ).")]
    [InlineData("name in a", 8, "Expected an opening bracket and the values, as in (1, 2); there is a.")]
    [InlineData("name in (a b)", 11, "Expected a comma or the closing bracket; there is b.")]
    [InlineData("not", 3, "Expected a field")]
    [InlineData("tags.a = \"open", 9, "The text that begins here with \" is never closed; end it with \".")]
    [InlineData("tags.a < b", 9, "Expected a number; there is b.")]
    [InlineData("created in (1)", 8, "created cannot be compared with in")]
    [InlineData("metrics.a > 1e999", 12, "Expected a number; there is 1e999.")]
    public void A_mistake_is_found_at_its_place(string text, int position, string sentence)
    {
        var (condition, mistake) = SearchParser.Parse(text, s_now);

        Assert.Null(condition);
        Assert.Equal(position, mistake!.Position);
        Assert.StartsWith(sentence, mistake.Sentence, StringComparison.Ordinal);
    }

    [Fact]
    public void Depth_length_and_number_of_conditions_are_bounded()
    {
        Assert.Equal(30, SearchParser.Parse(new string('(', 1000), s_now).Mistake!.Position);
        Assert.Equal(2000, SearchParser.Parse(new string('a', 1_000_000), s_now).Mistake!.Position);
        Assert.Contains("at most 50 conditions", SearchParser.Parse(string.Join(" or ", Enumerable.Repeat("name = a", 51)), s_now).Mistake!.Sentence, StringComparison.Ordinal);
        Assert.NotNull(SearchParser.Parse(string.Join(" or ", Enumerable.Repeat("name = a", 50)), s_now).Condition);
    }

    [Theory]
    [InlineData(null)]
    [InlineData("")]
    [InlineData("  \n ")]
    public void Nothing_asks_for_nothing(string? text) => Assert.Equal((null, null), SearchParser.Parse(text, s_now));

    [Fact]
    public void Whatever_is_written_is_a_search_or_a_sentence_with_a_place()
    {
        // Texts of any characters seldom get past the first word; texts made of the language's own pieces do.
        var pieces = Gen.Elements(
            "metrics.loss", "best.\"a b\"", "params.lr", "tags.`x`", "name", "state", "created", "duration", "and", "or", "not", "in", "is", "missing", "exists", "contains",
            "(", ")", ",", "=", "==", "!=", "<", "<=", ">", ">=", "~", "!~", "!", "0.3", "-1e-3", "1e999", "-7d", "5m", "running", "\"open", "'a''b'", "`", "\0", "2026-01-31", "ä\ud800", ".", "metrics.");
        var made = pieces.ListOf().Select(words => string.Join(' ', words));
        var any = ArbMap.Default.GeneratorFor<string>().Select(text => text ?? "");
        Prop.ForAll(Gen.OneOf(made, any).ToArbitrary(), Holds).Check(Config.QuickThrowOnFailure.WithMaxTest(5000));
    }

    private static bool Holds(string text) => SearchParser.Parse(text, s_now) switch
    {
        (null, null) => string.IsNullOrWhiteSpace(text),
        (not null, null) => true,
        (null, { } mistake) => mistake.Position >= 0 && mistake.Position <= text.Length && mistake.Sentence.EndsWith('.'),
        _ => false,
    };
}
