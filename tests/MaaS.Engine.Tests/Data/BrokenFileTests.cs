using System.IO.Compression;
using System.Text;
using MaaS.Contracts.Datasets;
using MaaS.Engine.Data;
using Xunit;

namespace MaaS.Engine.Tests.Data;

public sealed class BrokenFileTests
{
    private static readonly ReadingOptions s_detect = new();

    [Theory]
    [InlineData("", "The file is empty.")]
    [InlineData("\n\n", "The file holds nothing but empty lines.")]
    [InlineData("a,b,c\n", "The file has column names and no rows. If its only row is data, say that it has no header.")]
    [InlineData("a,b\n1,2\n3,4,5\n", "Line 3 has 3 cells where the first row has 2; every row needs one cell for every column. A cell that holds the delimiter must be in double quotes.")]
    [InlineData("a,b,c\n1,2,3\n\"x\ny\",2,3\n1,2\n", "Line 5 has 2 cells where the first row has 3; every row needs one cell for every column. A cell that holds the delimiter must be in double quotes.")]
    [InlineData("a,b\r\n1,2\r\n\r\n3\r\n", "Line 4 has 1 cell where the first row has 2; every row needs one cell for every column. A cell that holds the delimiter must be in double quotes.")]
    [InlineData("age,name,age\n1,x,3\n", "The column name \"age\" appears twice, as columns 1 and 3; every column needs its own name.")]
    [InlineData("a,b\n1,\"open\n2,3\n", "The quotes of the row that begins on line 2 are broken: a quoted cell must end with a double quote, and a double quote inside it is written twice. If quotes are part of the text here, say that cells are not quoted.")]
    [InlineData("a,b\n1,2\n3,\"x\"y\n", "The quotes of the row that begins on line 3 are broken: a quoted cell must end with a double quote, and a double quote inside it is written twice. If quotes are part of the text here, say that cells are not quoted.")]
    [InlineData("%PDF-1.7 ...", "The file is a PDF, not a table in text form; save it as CSV or Parquet.")]
    [InlineData("PAR1 and no more", "The Parquet file cannot be read: ")]
    [InlineData("PAR1aaaaPAR1", "The Parquet file cannot be read: its end is not that of a Parquet file.")]
    public void A_broken_file_is_refused_with_the_line_and_the_reason(string text, string sentence) => Refused(Encoding.UTF8.GetBytes(text), s_detect, sentence);

    [Fact]
    public void Binary_is_told_from_text()
    {
        var noise = new byte[50_000];
        new Random(1).NextBytes(noise);
        noise[0] = (byte)'a';
        using var workbook = new MemoryStream();
        using (var zip = new ZipArchive(workbook, ZipArchiveMode.Create, leaveOpen: true))
        using (var sheet = zip.CreateEntry("sheet.xml").Open())
            sheet.Write("<sheet/>"u8);

        Refused(noise, s_detect, "The file is not text: it holds bytes that no text has. Upload a CSV or Parquet file.");
        Refused(Encoding.Unicode.GetBytes("a,b\n1,2\n"), s_detect, "The file is not text: it holds bytes that no text has. Upload a CSV or Parquet file.");
        Refused(workbook.ToArray(), s_detect, "The file is an Excel workbook or a ZIP archive, not a table in text form; save it as CSV or Parquet.");
    }

    [Fact]
    public void A_wrong_encoding_is_named_with_its_line()
    {
        var latin = Encoding.Latin1.GetBytes("name,n\nplain,1\nRené,2\n");

        Refused(latin, s_detect with { Encoding = "utf-8" },
            "Line 3 is not valid UTF-8 (byte 18 of the file). Choose the file's own encoding, or none to have it detected.");
        Refused(latin, s_detect with { Encoding = "klingon" },
            "\"klingon\" is not a known encoding; for example utf-8, windows-1252 or utf-16.");
    }

    [Fact]
    public void A_zero_character_far_into_a_text_is_refused_because_nothing_can_store_it()
    {
        var rows = string.Concat(Enumerable.Repeat("12.5,red\n", 200_000));

        Refused($"a,b\n{rows}1,\0\n", "Line 200,002 holds the character U+0000, which no text has and nothing can store; save the file again without it.");
        Refused([.. Encoding.Unicode.Preamble, .. Encoding.Unicode.GetBytes("a,b\n1,x\n2,\0y\n")], s_detect,
            "Line 3 holds the character U+0000, which no text has and nothing can store; save the file again without it.");
    }

    [Fact]
    public void Absurd_widths_and_lengths_are_refused()
    {
        var wide = string.Join(',', Enumerable.Range(0, 2001).Select(i => $"c{i}"));

        Refused($"{wide}\n{wide}\n", "The file has 2,001 columns; at most 2,000 are allowed.");
        Refused($"a,b\n1,{new string('x', 5 << 20)}\n",
            "The row that begins on line 2 is longer than 4,194,304 characters; often a double quote was opened and never closed.");
        Refused($"a,{new string('n', 201)}\n1,2\n",
            "The name of column 2 is 201 characters; a name has at most 200, on one line. Perhaps the file has no header row.");
    }

    [Fact]
    public void Words_of_the_user_that_the_file_belies_are_refused()
    {
        var file = "age,city\n31,Rome\nold,Oslo\n";

        Refused(file, "Line 3, column age: \"old\" is not a whole number. Mend the cell, name it among the missing values, or choose another type.",
            s_detect with { Types = new Dictionary<string, ColumnType> { ["age"] = ColumnType.Integer } });
        Refused(file, "A type is given for \"aeg\", which is not a column. The columns are age, city.",
            s_detect with { Types = new Dictionary<string, ColumnType> { ["aeg"] = ColumnType.Integer } });
        Refused(file, "The delimiter \":\" is not one of comma, semicolon, tab and |.", s_detect with { Delimiter = ":" });
    }

    private static void Refused(string text, string sentence, ReadingOptions? reading = null) =>
        Refused(Encoding.UTF8.GetBytes(text), reading ?? s_detect, sentence);

    private static void Refused(byte[] bytes, ReadingOptions reading, string sentence)
    {
        using var file = new TestFile(bytes);
        var error = Assert.Throws<UserError>(() => Profiler.Profile(file.Path, reading, null, TestContext.Current.CancellationToken));
        if (sentence.EndsWith(' '))
            Assert.StartsWith(sentence, error.Message, StringComparison.Ordinal);
        else
            Assert.Equal(sentence, error.Message);
    }
}
