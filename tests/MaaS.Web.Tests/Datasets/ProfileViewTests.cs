using Bunit;
using MaaS.Contracts.Datasets;
using MaaS.Web.Datasets;

namespace MaaS.Web.Tests.Datasets;

public sealed class ProfileViewTests
{
    [Fact]
    public async Task Images_are_shown_by_their_classes_and_sizes()
    {
        await using var portal = Scripted(new(
            70, new(DatasetFormat.ImageFolders),
            [new("image", ColumnType.Image, 0, 70, false, null, []), new("class", ColumnType.Category, 0, 3, false, null, [new("boot", 40), new("bag", 20)])],
            [["boot/1.png", "boot"]], [], new ImageSummary(28, 28, 20, 32, 1)));

        var view = View(portal);

        Assert.Equal(["Images 70", "Classes 3", "Pixels 28 × 20 to 32 pixels, grey", "Size 4.0 MB", "Read as images, one folder per class"], Facts(view));
        Assert.Equal(["boot 40", "bag 20"], view.FindAll("[data-testid=classes] .probability").Select(bar => $"{bar.Children[0].TextContent} {bar.Children[2].TextContent}"));
        Assert.Contains("and 1 more classes, with 10 images.", view.Find("[data-testid=classes]").TextContent, StringComparison.Ordinal);
        Assert.Empty(view.FindAll("[data-testid=columns]"));
    }

    [Fact]
    public async Task A_text_is_shown_by_its_figures_and_its_first_lines()
    {
        await using var portal = Scripted(new(
            40_000, new(DatasetFormat.PlainText, Encoding: "utf-8"), [new("line", ColumnType.Text, 0, 32_777, true, null, [])],
            [["First Citizen:"], [null], ["  Before we proceed"]], [], Text: new TextSummary(1_115_394, 202_651, 65)));

        var view = View(portal);

        Assert.Equal(["Characters 1,115,394", "Words 202,651", "Lines 40,000", "Alphabet 65different characters", "Size 4.0 MB", "Read as plain text · utf-8"], Facts(view));
        Assert.Equal(["First Citizen:", "", "  Before we proceed"], view.FindAll("[data-testid=lines] p").Select(line => line.TextContent));
    }

    private static IEnumerable<string> Facts(IRenderedComponent<ProfileView> view) =>
        view.FindAll(".facts > div").Select(fact => $"{fact.Children[0].TextContent} {fact.Children[1].TextContent}");

    private static IRenderedComponent<ProfileView> View(Portal portal) => portal.Page<ProfileView>(builder => builder.Add(view => view.Version, Examples.Version));

    private static Portal Scripted(DatasetProfile profile)
    {
        var portal = new Portal();
        portal.Api.Answers($"GET /api/datasets/{Examples.DatasetId}/versions/3/profile", profile);
        return portal;
    }
}
