// No page says anything that could not be said in another language.
using System.Text.RegularExpressions;

namespace MaaS.Web.Tests.Languages;

public sealed partial class HardCodedTests
{
    // The same in every language: names, units, and what a program reads.
    private static readonly HashSet<string> s_same = new(StringComparer.Ordinal)
    {
        "MaaS", "· MaaS", "ONNX", "PNG", "SVG", "CSV", "JSON", "Safetensors", "HDF5 ·", "SHA-256", "sha256", "PSI", "GPU", "Open Inference", "predict", "champion",
        "shift", "a", "Esc", "https://", "NA, ?, null", "metrics.val_loss < 0.3 and params.optimizer.method = adamw",
    };

    [Fact]
    public void Every_page_asks_for_its_texts() => None(
        from page in PortalSources.Of("*.razor")
        from text in RazorTexts.HardCoded(page.Text)
        where !s_same.Contains(text)
        select $"{page.Path}: {text}");

    // Whoever reads such a text by accident reads English; whoever writes one is told here.
    [Fact]
    public void No_sentence_is_written_out_in_code() => None(
        from source in Resources.Sources()
        from Match sentence in Sentence().Matches(Comment().Replace(Resources.Asking().Replace(source.Text, ""), ""))
        select $"{source.Path}: {sentence.Value}");

    [Theory]
    [InlineData("<p>Hello <b>you</b></p>", "Hello|you")]
    [InlineData("""<p title="@T["Hello"]">@T["{0} runs", count]</p>""", "")]
    [InlineData("""<Field Label="Name" Path="name" Hint="@(empty ? "None yet" : null)" />""", "Name|None yet")]
    [InlineData("@if (a is \"x\")\n{\n  var b = \"y\";\n  <p>@(a == \"z\" ? \"said\" : T[\"kept\"])</p>\n}\nelse\n{\n  <br />\n}\n@code { string c = \"code\"; }", "said")]
    [InlineData("""<b OnClick='() => Go("there")'>@at.ToString("d MMM")&nbsp;</b>""", "")]
    public void What_is_written_out_is_found(string page, string found) =>
        Assert.Equal(found.Split('|', StringSplitOptions.RemoveEmptyEntries), RazorTexts.HardCoded(page));

    private static void None(IEnumerable<string> found) => Assert.Equal("", string.Join('\n', found));

    [GeneratedRegex("\"[A-Z][^\"\\n]* [^\"\\n]*[.?!…]\"")]
    private static partial Regex Sentence();

    [GeneratedRegex("^\\s*//.*$|@\\*.*?\\*@|InvalidOperationException\\(\"[^\"]*\"", RegexOptions.Multiline)]
    private static partial Regex Comment();
}
