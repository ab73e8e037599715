using System.Text;
using MaaS.Web.Experiments;

namespace MaaS.Web.Tests.Experiments;

public sealed class FilePreviewTests
{
    [Fact]
    public async Task A_picture_is_known_by_its_first_bytes_not_by_its_name()
    {
        byte[] png = [0x89, (byte)'P', (byte)'N', (byte)'G', 0x0D, 0x0A, 0x1A, 0x0A, 1, 2];

        Assert.Equal($"data:image/png;base64,{Convert.ToBase64String(png)}", (await Read("confusion.txt", png)).Picture);
        var svg = await Read("evil.png", "<svg onload=\"alert(1)\"/>"u8.ToArray());
        Assert.Equal((null, "<svg onload=\"alert(1)\"/>"), (svg.Picture, svg.Text));
    }

    [Fact]
    public async Task Rows_of_a_csv_keep_their_quoted_commas_and_line_ends()
    {
        var preview = await Read("answers.csv", "name,said\r\n\"Smith, A\",\"a \"\"b\"\"\nc\"\r\n2,\n"u8.ToArray());

        Assert.Equal([["name", "said"], ["Smith, A", "a \"b\"\nc"], ["2", ""]], preview.Rows!);
        Assert.False(preview.Cut);
    }

    [Fact]
    public async Task Many_rows_are_cut_after_fifty_and_their_heading()
    {
        var preview = await Read("a.csv", Encoding.UTF8.GetBytes(string.Join('\n', Enumerable.Range(0, 100).Select(i => $"{i},x"))));

        Assert.Equal((51, true), (preview.Rows!.Count, preview.Cut));
    }

    [Fact]
    public async Task Json_is_set_out_and_what_only_claims_to_be_json_stays_as_it_is()
    {
        Assert.Equal("{\n  \"a\": [\n    1,\n    \"é\"\n  ]\n}", (await Read("model.json", "{\"a\":[1,\"é\"]}"u8.ToArray())).Text!.ReplaceLineEndings("\n"));
        Assert.Equal("{a", (await Read("model.json", "{a"u8.ToArray())).Text);
    }

    [Fact]
    public async Task What_is_neither_text_nor_a_picture_shows_nothing()
    {
        Assert.Equal(new FilePreview(), await Read("model.onnx", [8, 0, 255, 1]));
        Assert.Equal(new FilePreview(), await Read("a.txt", [0xC3, 0x28, 0xFF, 0xFE, 0xFD]));
    }

    [Fact]
    public async Task A_long_text_is_cut_between_characters()
    {
        var preview = await Read("log.txt", Encoding.UTF8.GetBytes("x" + string.Concat(Enumerable.Repeat("é", 100_000))));

        Assert.True(preview.Cut);
        Assert.EndsWith("é", preview.Text, StringComparison.Ordinal);
    }

    private static Task<FilePreview> Read(string path, byte[] content) =>
        FilePreview.Read(path, content.Length, new MemoryStream(content), TestContext.Current.CancellationToken);
}
