// What a file is, prose, JSON Lines or a table, and what is said of a text.
using MaaS.Contracts.Datasets;
using MaaS.Engine.Data;
using Xunit;

namespace MaaS.Engine.Tests.Data;

public sealed class TextProfileTests
{
    [Theory]
    [InlineData("tale.txt", "Once, there was a fox.\nIt slept.\n\nThen, at noon, it woke, and went.\n", DatasetFormat.PlainText)]
    [InlineData("README", "# A title\nand a line\n", DatasetFormat.PlainText)]
    [InlineData("messages.txt", "ham\thello there\nspam\tbuy now\nham\tyes, really\n", DatasetFormat.Csv)]
    [InlineData("names.csv", "name\nAnna\nBen\n", DatasetFormat.Csv)]
    [InlineData(null, "name\nAnna\nBen\n", DatasetFormat.Csv)]
    [InlineData("data.bin", "{\"text\": \"one\"}\n{\"text\": \"two\"}\n", DatasetFormat.JsonLines)]
    public void A_file_is_what_its_name_and_its_content_say(string? name, string content, DatasetFormat format) =>
        Assert.Equal(format, Profile(content, name: name).Reading.Format);

    [Fact]
    public void The_users_word_on_the_format_counts() =>
        Assert.Equal(DatasetFormat.PlainText, Profile("a,b\n1,2\n", new ReadingOptions(DatasetFormat.PlainText), "table.csv").Reading.Format);

    [Fact]
    public void A_text_is_described_by_its_lines_and_its_letters()
    {
        var profile = Profile("Äh, oh!\n\n  two 🦊 words\n", name: "tale.txt");
        Assert.Equal(new TextSummary(22, 5, 13), profile.Text);
        Assert.Equal(3, profile.RowCount);
        Assert.Equal(["Äh, oh!", null, "two 🦊 words"], profile.Preview.Select(row => row[0]));
        Assert.Equal([], profile.Warnings);
    }

    [Fact]
    public void Json_lines_are_a_table_too()
    {
        var profile = Profile("{\"text\": \"one two\", \"stars\": 3}\n\n{\"stars\": 4.5, \"tags\": [1, 2], \"text\": null}\n", name: "reviews.jsonl");
        Assert.Equal("text:Category stars:Number tags:Category", string.Join(' ', profile.Columns.Select(column => $"{column.Name}:{column.Type}")));
        Assert.Equal([["one two", "3", null], [null, "4.5", "[1, 2]"]], profile.Preview);
        Assert.Equal(new TextSummary(7, 2, 6), profile.Text);
    }

    [Theory]
    [InlineData("{\"text\": \"one\"}\n{\"text\": \"two\"\n", "Line 2 is not JSON:")]
    [InlineData("{\"text\": \"one\"}\n[1]\n", "Line 2 is a JSON array, not an object; JSON Lines has one object on every line.")]
    [InlineData("{}\n", "The file holds no object with a field;")]
    [InlineData("{\"text\": \"\\ud800\"}\n", "Line 1 holds half of a character")]
    [InlineData("{\"text\": \"one\"}\n{\"\\udfff\": 1}\n", "Line 2 holds half of a character")]
    [InlineData("{\"text\": \"one\"}\n{\"text\": \"t\\u0000o\"}\n", "Line 2, field text holds the character U+0000, which no text has and nothing can store;")]
    public void Broken_json_lines_are_a_sentence_with_the_line(string content, string sentence) =>
        Assert.StartsWith(sentence, Assert.Throws<UserError>(() => Profile(content, name: "a.jsonl")).Message, StringComparison.Ordinal);

    [Fact]
    public void The_sample_stories_are_half_a_megabyte_of_prose()
    {
        var text = new StringWriter();
        SampleData.Stories.Write(text);
        var profile = Profile(text.ToString(), name: SampleData.Stories.FileName);
        Assert.Equal(DatasetFormat.PlainText, profile.Reading.Format);
        Assert.InRange(profile.Text!.Characters, 400_000, 700_000);
    }

    private static DatasetProfile Profile(string content, ReadingOptions? reading = null, string? name = null)
    {
        using var file = new TestFile(content);
        return Profiler.Profile(file.Path, reading ?? new ReadingOptions(), null, TestContext.Current.CancellationToken, name);
    }
}
