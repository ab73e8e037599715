// Pictures of the main pages in both themes. They are kept under artifacts/screenshots; with MAAS_SCREENSHOTS=1 they replace those of the
// documentation, docs/screenshots, which differ in times and ids with every run and so are not compared.
using static Microsoft.Playwright.Assertions;

namespace MaaS.EndToEnd.Tests.Portal;

[Collection(OneTeamTests.Name)]
public sealed class ScreenshotTests(OneTeam team)
{
    private const int Width = 1280, Height = 800;

    // A page that did not come has a handful: the ground, a text and its smoothed edges.
    private const int FewColours = 64;

    private const string Describe =
        """
        async data => {
          const image = await createImageBitmap(await (await fetch('data:image/png;base64,' + data)).blob());
          const context = new OffscreenCanvas(image.width, image.height).getContext('2d');
          context.drawImage(image, 0, 0);
          const pixels = context.getImageData(0, 0, image.width, image.height).data;
          const counts = new Map();
          for (let at = 0; at < pixels.length; at += 4) {
            const colour = pixels[at] << 16 | pixels[at + 1] << 8 | pixels[at + 2];
            counts.set(colour, 1 + (counts.get(colour) ?? 0));
          }
          const [ground] = [...counts].reduce((most, one) => one[1] > most[1] ? one : most);
          return [image.width, image.height, counts.size, ground >> 8 & 255];
        }
        """;

    [Fact]
    public async Task The_main_pages_are_drawn_in_both_themes()
    {
        var (path, furniture) = (await team.Path("en-GB"), await team.Furniture());
        var folder = Folder();
        var at = await team.SignedIn(OneTeam.Admin, "en-GB");
        await at.Resize(Width, Height);
        var blank = (await team.Browser.Page(team.Run.Address("web"))).Raw;
        foreach (var (name, look) in Shown(path, furniture))
        {
            await at.Theme(ColorScheme.Light);
            await at.Open(look);
            foreach (var scheme in new[] { ColorScheme.Light, ColorScheme.Dark })
            {
                await at.Theme(scheme);
                await at.Raw.Mouse.MoveAsync(Width - 1, Height - 1);
                var picture = await at.Raw.ScreenshotAsync(new() { Path = Path.Combine(folder, $"{name}-{scheme.ToString().ToLowerInvariant()}.png"), Animations = ScreenshotAnimations.Disabled });
                var (width, height, colours, ground) = await blank.EvaluateAsync<int[]>(Describe, Convert.ToBase64String(picture)) is [var w, var h, var c, var g] ? (w, h, c, g) : default;
                Assert.Equal((Width, Height), (width, height));
                Assert.True(colours > FewColours, $"{name} in {scheme} has {colours} colours only.");
                Assert.True(ground > 128 == (scheme == ColorScheme.Light), $"{name} in {scheme} lies on {ground} of 255.");
            }
        }
    }

    private static IEnumerable<(string Name, Look Look)> Shown(MemberPath path, Furniture furniture) =>
    [
        ("home", new("/", "/")),
        ("datasets", new("/datasets", "/datasets")),
        ("dataset", new("/datasets/{Id:guid}", furniture.Dataset)),
        ("train", new("/train", $"/train?dataset={furniture.Dataset.Split('/')[^1]}")),
        ("runs", new("/experiments/{Id:guid}", furniture.Experiment)),
        ("run", new("/runs/{Id:guid}", furniture.Training, "at its curves", at => at.Id("chart-tools").EvaluateAsync("tools => tools.previousElementSibling.scrollIntoView()"))),
        ("compare", new("/compare", furniture.Compare)),
        ("sweep", new("/runs/{Id:guid}", furniture.Sweep)),
        ("compress", new("/models/{Name}/{Number:int}/compress", $"/models/{furniture.Model}/1/compress")),
        ("frontier", new("/runs/{Id:guid}", furniture.Frontier)),
        ("version", new("/models/{Name}/{Number:int}", $"/models/{furniture.Model}/1")),
        ("deployment", new("/deployments/{Name}", $"/deployments/{path.Model}")),
        ("playground", new("/playground/{Name}", $"/playground/{path.Model}", "answered", Answered)),
    ];

    private static async Task Answered(PortalPage at)
    {
        await at.Use("predict");
        await Expect(at.Id("result")).ToBeVisibleAsync();
        await at.Raw.EvaluateAsync("() => scrollTo(0, 0)");
    }

    private static string Folder()
    {
        var root = Path.GetFullPath(Path.Combine(AppContext.BaseDirectory, "..", "..", "..", ".."));
        var kept = Environment.GetEnvironmentVariable("MAAS_SCREENSHOTS") == "1" ? Path.Combine(root, "docs", "screenshots") : Path.Combine(root, "artifacts", "screenshots");
        return Directory.CreateDirectory(kept).FullName;
    }
}
