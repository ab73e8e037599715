using System.Globalization;
using System.Text;
using MaaS.Contracts.Datasets;
using MaaS.Engine.Data;
using Parquet;
using Parquet.Schema;
using Xunit;

namespace MaaS.Engine.Tests.Data;

public sealed class ProfilerTests
{
    [Fact]
    public void Tab_separated_text_may_hold_quotes_that_quote_nothing()
    {
        var profile = Profile("ham\tHe said \"hi\" to me\nspam\t\"Win\" a prize, \"now\nham\tno quotes\nham\t5\" nails\n", new());

        Assert.Equal((4L, false), (profile.RowCount, profile.Reading.Quoted!.Value));
        Assert.Equal("\"Win\" a prize, \"now", profile.Preview[1][1]);
    }

    [Fact]
    public void Tab_separated_cells_that_are_quoted_lose_their_quotes()
    {
        var profile = Profile("a\tb\n1\t\"one\ttwo\"\n2\t\"\"\"three\"\"\"\n", new());

        Assert.Equal((2L, true), (profile.RowCount, profile.Reading.Quoted!.Value));
        Assert.Equal(["one\ttwo", "\"three\""], profile.Preview.Select(row => row[1]));
    }

    [Fact]
    public void A_small_column_is_described_exactly()
    {
        var column = Profile("n,c\n1,a\n2,b\n2,\n5,a\n?,a\n").Columns[0];

        Assert.Equal(("n", ColumnType.Integer, 1L, 3L, false), (column.Name, column.Type, column.Missing, column.Distinct, column.DistinctIsEstimate));
        var numbers = column.Numbers!;
        Assert.Equal((1, 5, 2.5, 1.5, 2), (numbers.Min, numbers.Max, numbers.Mean, Math.Round(numbers.StandardDeviation, 12), numbers.Median));
        Assert.Equal([1, 0, 0, 0, 0, 2, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 1], numbers.Histogram);
        Assert.Equal([new("2", 2), new("1", 1), new("5", 1)], column.Top);
    }

    [Theory]
    [InlineData("1 2 3", ColumnType.Integer)]
    [InlineData("1 2.5 -3e4", ColumnType.Number)]
    [InlineData("1 2 x", ColumnType.Category)]
    [InlineData("0 1 1", ColumnType.Boolean)]
    [InlineData("0 0 0", ColumnType.Integer)]
    [InlineData("0 1 2", ColumnType.Integer)]
    [InlineData("yes No YES", ColumnType.Boolean)]
    [InlineData("true false ?", ColumnType.Boolean)]
    [InlineData("yes 0 1", ColumnType.Category)]
    [InlineData("yes yes yes", ColumnType.Category)]
    [InlineData("2024-03-01 2024/3/2 1.3.2024", ColumnType.Date)]
    [InlineData("2024-03-01T10:00:00Z 2024-03-02 NA", ColumnType.Date)]
    [InlineData("2024-02-30 2024-03-01 2024-03-02", ColumnType.Category)]
    [InlineData("01234 02345 99999", ColumnType.Category)]
    [InlineData("1e39 1 2", ColumnType.Category)]
    [InlineData("inf 1 2", ColumnType.Category)]
    [InlineData("? NA null", ColumnType.Text)]
    public void Types_are_what_all_the_rows_agree_on(string cells, ColumnType type) =>
        Assert.Equal(type, Profile($"x,y\n{string.Concat(cells.Split(' ').Select(cell => $"{cell},k\n"))}").Columns[0].Type);

    [Fact]
    public void The_last_row_can_still_change_a_type()
    {
        var text = new StringBuilder("a,b\n");
        for (var row = 0; row < 30_000; row++)
            text.Append(CultureInfo.InvariantCulture, $"{row},{row}\n");
        text.Append("n/a,unknown\n");

        var profile = Profile(text.ToString());

        Assert.Equal([ColumnType.Integer, ColumnType.Text], profile.Columns.Select(column => column.Type));
        Assert.Equal(
            [
                "Column a is different in (nearly) every row: if it is an identifier, leave it out of the features.",
                "Column b is read as text because 1 of its 30,001 values are not numbers, first \"unknown\" on line 30,002. " +
                "Name such texts among the missing values, or mend the file.",
            ],
            profile.Warnings);
    }

    [Fact]
    public void Texts_that_come_again_are_categories_and_texts_that_do_not_are_prose()
    {
        var text = new StringBuilder("city,comment\n");
        for (var row = 0; row < 1000; row++)
            text.Append(CultureInfo.InvariantCulture, $"city {row % 400},comment number {row}\n");

        Assert.Equal([ColumnType.Category, ColumnType.Text], Profile(text.ToString()).Columns.Select(column => column.Type));
    }

    [Fact]
    public void Many_values_are_estimated_closely_and_said_to_be_estimates()
    {
        var random = new Random(3);
        var text = new StringBuilder("x,g\n");
        var values = new double[100_000];
        for (var row = 0; row < values.Length; row++)
        {
            values[row] = Math.Round(random.NextDouble() * 100, 6);
            text.Append(CultureInfo.InvariantCulture, $"{values[row]},{(row % 3 == 0 ? "a" : "b")}\n");
        }

        var column = Profile(text.ToString()).Columns[0];

        Assert.True(column.DistinctIsEstimate);
        var distinct = values.Distinct().Count();
        Assert.InRange(column.Distinct, distinct * 0.95, distinct * 1.05);
        Assert.Equal((values.Min(), values.Max()), (column.Numbers!.Min, column.Numbers.Max));
        Assert.Equal(values.Average(), column.Numbers.Mean, 9);
        Assert.InRange(column.Numbers.Median, 48, 52);
        Assert.Equal(values.Length, column.Numbers.Histogram.Sum());
        Assert.All(column.Numbers.Histogram, count => Assert.InRange(count, 4000, 6000));
    }

    [Fact]
    public void The_preview_is_the_first_fifty_rows_with_null_for_missing()
    {
        var profile = Profile("a,b\n1, x \n?,\"q, r\"\n" + string.Concat(Enumerable.Repeat("3,z\n", 60)));

        Assert.Equal(50, profile.Preview.Count);
        Assert.Equal(["1", "x"], profile.Preview[0]);
        Assert.Equal([null, "q, r"], profile.Preview[1]);
    }

    [Fact]
    public void What_was_detected_is_written_down()
    {
        var reading = Profile("x;y\n1,5;a\n2,5;b\n").Reading;

        Assert.Equal((DatasetFormat.Csv, ";", true, "utf-8"), (reading.Format!.Value, reading.Delimiter, reading.Header!.Value, reading.Encoding));
        Assert.Equal(["?", "NA", "N/A", "#N/A", "NaN", "null"], reading.Missing!);
    }

    [Fact]
    public void The_users_word_goes_before_detection()
    {
        var profile = Profile("zip,n\n01234,-1\n99999,7\n", new ReadingOptions(
            Header: false, Missing: ["-1", "zip", "n"], Types: new Dictionary<string, ColumnType> { ["column_1"] = ColumnType.Integer }));

        Assert.Equal(["column_1", "column_2"], profile.Columns.Select(column => column.Name));
        Assert.Equal([(ColumnType.Integer, 1L), (ColumnType.Integer, 2L)], profile.Columns.Select(column => (column.Type, column.Missing)));
        Assert.Equal(1234, profile.Columns[0].Numbers!.Min);
    }

    [Theory]
    [InlineData("age,name\n1,a\n2,b\n", true)]
    [InlineData("1,a\n2,b\n", false)]
    [InlineData("name,city\nann,rome\nbob,oslo\n", true)]
    [InlineData("rome,ann\noslo,bob\nrome,cy\n", false)]
    [InlineData("id,2019,2020\n1,5,6\n2,7,8\n", true)]
    public void A_header_is_told_from_data(string text, bool header) => Assert.Equal(header, Profile(text).Reading.Header);

    [Fact]
    public void Progress_rises_to_one()
    {
        var text = new StringBuilder("a,b\n");
        for (var row = 0; row < 200_000; row++)
            text.Append("12345,abcdef\n");
        var heard = new Heard();
        using var file = new TestFile(text.ToString());

        Profiler.Profile(file.Path, new ReadingOptions(), heard, TestContext.Current.CancellationToken);

        Assert.Equal(1, heard.Shares[^1]);
        Assert.True(heard.Shares.Count > 10);
        Assert.Equal(heard.Shares.Order(), heard.Shares);
    }

    [Fact]
    public async Task Parquet_follows_the_same_rules()
    {
        var path = Path.Combine(Path.GetTempPath(), $"maas-{Guid.NewGuid():N}.parquet");
        DataField[] fields =
        [
            new DataField<int>("n"), new DataField<double?>("x"), new DataField<string>("city"),
            new DataField<DateTime>("day"), new DataField<bool?>("ok"), new DataField<byte[]>("blob"),
        ];
        await using (var file = File.Create(path))
        await using (var writer = await ParquetWriter.CreateAsync(new ParquetSchema(fields), file, cancellationToken: TestContext.Current.CancellationToken))
            for (var group = 0; group < 2; group++)
            {
                using var rows = writer.CreateRowGroup();
                await rows.WriteAsync<int>(fields[0], new[] { 1 + group, 2 }, cancellationToken: TestContext.Current.CancellationToken);
                await rows.WriteAsync<double>(fields[1], new double?[] { 0.1, null }, cancellationToken: TestContext.Current.CancellationToken);
                await rows.WriteAsync(fields[2], new[] { "Rome", "Oslo" });
                await rows.WriteAsync<DateTime>(fields[3], new DateTime[] { new(2024, 3, 1), new(2024, 3, 2) }, cancellationToken: TestContext.Current.CancellationToken);
                await rows.WriteAsync<bool>(fields[4], new bool?[] { true, false }, cancellationToken: TestContext.Current.CancellationToken);
                await rows.WriteAsync(fields[5], new byte[][] { [1], [2] });
            }

        var profile = Profiler.Profile(path, new ReadingOptions(), null, TestContext.Current.CancellationToken);
        var table = TableReader.Read(path, profile, token: TestContext.Current.CancellationToken);
        File.Delete(path);

        Assert.Equal(["Left out, being nested or binary: blob."], profile.Warnings);
        Assert.Equal(
            [("n", ColumnType.Integer), ("x", ColumnType.Number), ("city", ColumnType.Category), ("day", ColumnType.Date), ("ok", ColumnType.Boolean)],
            table.Columns.Select(column => (column.Name, column.Type)));
        Assert.Equal([1f, 2f, 2f, 2f], ((NumberColumn)table["n"]).Values);
        Assert.Equal([0.1f, float.NaN, 0.1f, float.NaN], ((NumberColumn)table["x"]).Values);
        Assert.Equal([19783, 19784, 19783, 19784], ((DateColumn)table["day"]).Days);
        Assert.Equal([1f, 0f, 1f, 0f], ((NumberColumn)table["ok"]).Values);
    }

    [Fact]
    public async Task A_zero_character_in_a_Parquet_text_is_refused_because_nothing_can_store_it()
    {
        using var file = new MemoryStream();
        var field = new DataField<string>("city");
        await using (var writer = await ParquetWriter.CreateAsync(new ParquetSchema(field), file, cancellationToken: TestContext.Current.CancellationToken))
        {
            using var rows = writer.CreateRowGroup();
            await rows.WriteAsync(field, new[] { "Rome", "Os\0lo" });
        }
        using var stored = new TestFile(file.ToArray());

        var error = Assert.Throws<UserError>(() => Profiler.Profile(stored.Path, new ReadingOptions(), null, TestContext.Current.CancellationToken));

        Assert.Equal(
            "The Parquet file cannot be read: a text of column city holds the character U+0000, which no text has and nothing can store.", error.Message);
    }

    [Fact]
    public void Adult_is_read_as_its_documentation_says()
    {
        var profile = Profiler.Profile(TestFile.Shared("adult/adult-train.csv"), new ReadingOptions(), null, TestContext.Current.CancellationToken);

        Assert.Equal((32_561L, 15, false), (profile.RowCount, profile.Columns.Count, profile.Reading.Header!.Value));
        Assert.Equal([new("<=50K", 24_720), new(">50K", 7_841)], profile.Columns[14].Top);
        Assert.Equal([1836L, 1843, 583], profile.Columns.Where(column => column.Missing > 0).Select(column => column.Missing));
        Assert.Equal(6, profile.Columns.Count(column => column.Type == ColumnType.Integer));
        Assert.Equal(9, profile.Columns.Count(column => column.Type == ColumnType.Category));
    }

    private static DatasetProfile Profile(string text, ReadingOptions? reading = null)
    {
        using var file = new TestFile(text);
        return Profiler.Profile(file.Path, reading ?? new ReadingOptions(), null, TestContext.Current.CancellationToken);
    }

    private sealed class Heard : IProgress<double>
    {
        public List<double> Shares { get; } = [];

        public void Report(double value) => Shares.Add(value);
    }
}
