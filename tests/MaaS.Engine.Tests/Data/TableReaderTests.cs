using System.Text;
using MaaS.Contracts.Datasets;
using MaaS.Engine.Data;
using Xunit;

namespace MaaS.Engine.Tests.Data;

public sealed class TableReaderTests
{
    private const string People = """
        name,age,height,member,joined,city,note
        Ann, 31 ,1.70,yes,2024-03-01,Rome,"likes ""tea"", often"
        Bob,?,1.85,no,1 Mar 2024,Oslo,
        Cy,45,NA,Yes,2023-12-31T23:30:00+05:00,Rome,"two
        lines"
        """;

    [Fact]
    public void A_table_has_the_values_types_and_missing_marks_of_its_file()
    {
        using var file = new TestFile(People);

        var table = Read(file);

        Assert.Equal(3, table.RowCount);
        Assert.Equal([31f, float.NaN, 45f], Assert.IsType<NumberColumn>(table["age"]).Values);
        Assert.Equal([1.70f, 1.85f, float.NaN], Assert.IsType<NumberColumn>(table["height"]).Values);
        Assert.Equal([1f, 0f, 1f], Assert.IsType<NumberColumn>(table["member"]).Values);
        Assert.Equal([19783, 19783, 19722], Assert.IsType<DateColumn>(table["joined"]).Days);
        Assert.Equal([0, 1, 0], Assert.IsType<CategoryColumn>(table["city"]).Codes);
        Assert.Equal(["Rome", "Oslo"], Assert.IsType<CategoryColumn>(table["city"]).Categories);
        Assert.Equal(["likes \"tea\", often", null, "two\nlines"], Rows(table["note"]));
        Assert.Equal(
            [ColumnType.Category, ColumnType.Integer, ColumnType.Number, ColumnType.Boolean, ColumnType.Date, ColumnType.Category, ColumnType.Category],
            table.Columns.Select(column => column.Type));
    }

    [Fact]
    public void Chosen_columns_come_in_the_order_of_the_file_and_other_types_replace_the_profiles()
    {
        using var file = new TestFile(People);

        var table = Read(file, ["city", "member"], new() { ["member"] = ColumnType.Category });

        Assert.Equal(["member", "city"], table.Columns.Select(column => column.Name));
        Assert.Equal(["yes", "no", "Yes"], Assert.IsType<CategoryColumn>(table["member"]).Categories);
    }

    [Fact]
    public void Selected_rows_come_in_the_order_asked_for()
    {
        using var file = new TestFile(People);

        var table = Read(file).Select([2, 0, 2]);

        Assert.Equal(["Cy", "Ann", "Cy"], Rows(table["name"]));
        Assert.Equal(["45", "31", "45"], Rows(table["age"]));
        Assert.Equal(["2023-12-31", "2024-03-01", "2023-12-31"], Rows(table["joined"]));
    }

    [Fact]
    public void A_column_that_is_not_there_is_named_with_those_that_are()
    {
        using var file = new TestFile("a,b\n1,2\n");

        var error = Assert.Throws<UserError>(() => Read(file, ["c"]));

        Assert.Equal("There is no column \"c\". The columns are a, b.", error.Message);
    }

    [Fact]
    public void A_cell_that_does_not_fit_a_later_type_is_named_with_its_line()
    {
        using var file = new TestFile("a,b\n1,x\n2,\"y\nz\"\n3,4\n");

        var error = Assert.Throws<UserError>(() => Read(file, types: new() { ["b"] = ColumnType.Number }));

        Assert.Equal(
            "Line 2, column b: \"x\" is not a number. Mend the cell, name it among the missing values, or choose another type.", error.Message);
    }

    [Theory]
    [InlineData("utf-8", ",")]
    [InlineData("utf-16", "\t")]
    [InlineData("utf-16BE", ";")]
    [InlineData("windows-1252", "|")]
    public void Encoding_and_delimiter_are_detected_once_and_then_kept(string encoding, string delimiter)
    {
        Encoding.RegisterProvider(CodePagesEncodingProvider.Instance);
        var text = "Städte,Zahl\nKöln,1.5\nMünchen,2.5\nZürich,3.5\nKöln,4.5\nDüsseldorf,5.5\n".Replace(",", delimiter, StringComparison.Ordinal);
        using var file = new TestFile(text, Encoding.GetEncoding(encoding));

        var profile = Profiler.Profile(file.Path, new ReadingOptions(), null, TestContext.Current.CancellationToken);
        var table = TableReader.Read(file.Path, profile, token: TestContext.Current.CancellationToken);

        Assert.Equal((delimiter, true), (profile.Reading.Delimiter, profile.Reading.Header));
        Assert.Equal(["Köln", "München", "Zürich", "Köln", "Düsseldorf"], Rows(table["Städte"]));
        Assert.Equal([1.5f, 2.5f, 3.5f, 4.5f, 5.5f], Assert.IsType<NumberColumn>(table["Zahl"]).Values);
    }

    [Fact]
    public void Semicolons_bring_the_decimal_comma()
    {
        using var file = new TestFile("price;count\n1,25;3\n-0,5;4\n1e2;5\n");

        Assert.Equal([1.25f, -0.5f, 100f], Assert.IsType<NumberColumn>(Read(file)["price"]).Values);
    }

    [Theory]
    [InlineData("adult/adult-train.csv", 32_561, 15, false)]
    [InlineData("adult/adult-test.csv", 16_281, 15, false)]
    [InlineData("california-housing/housing.csv", 20_640, 10, true)]
    [InlineData("iris/iris.csv", 150, 5, false)]
    public void Real_files_are_read_whole(string name, int rows, int columns, bool header)
    {
        var path = TestFile.Shared(name);

        var profile = Profiler.Profile(path, new ReadingOptions(), null, TestContext.Current.CancellationToken);
        var table = TableReader.Read(path, profile, token: TestContext.Current.CancellationToken);

        Assert.Equal((rows, columns, header), (table.RowCount, table.Columns.Count, profile.Reading.Header));
        Assert.Equal(profile.Columns.Select(column => column.Type), table.Columns.Select(column => column.Type));
        Assert.Equal(
            profile.Columns.Select(column => column.Missing),
            table.Columns.Select(column => (long)Enumerable.Range(0, table.RowCount).Count(column.IsMissing)));
    }

    private static Table Read(TestFile file, string[]? columns = null, Dictionary<string, ColumnType>? types = null)
    {
        var profile = Profiler.Profile(file.Path, new ReadingOptions(), null, TestContext.Current.CancellationToken);
        return TableReader.Read(file.Path, profile, columns, types, TestContext.Current.CancellationToken);
    }

    private static IEnumerable<string?> Rows(Column column) => Enumerable.Range(0, column.Count).Select(column.Text);
}
