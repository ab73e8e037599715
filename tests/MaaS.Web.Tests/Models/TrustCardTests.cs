using Bunit;
using MaaS.Contracts.Models;
using MaaS.Web.Models;

namespace MaaS.Web.Tests.Models;

public sealed class TrustCardTests
{
    private static readonly TrustCard s_card = new(
        new CalibrationFigures(0.08, 1.7, 0.011, [new(40, 0.55, 0.5), new(60, 0.95, 0.85)]),
        new ConformalFigures(0.9, 0.31, 0.897, 1.25),
        [new("plan", "basic", 120, 0.71, 0.62, 0.78)],
        new RobustnessFigures("of 255", 500, [new(0, 0.93, 0.93), new(8, 0.41, 0.2)]));

    [Theory]
    [InlineData(0.08, 1.7, "it is surer of itself than it is right")]
    [InlineData(0.08, 0.6, "it is right more often than it is sure")]
    [InlineData(0.01, 1.7, "its probabilities mean what they say")]
    public async Task What_the_figures_mean_is_said_in_words(double error, double temperature, string words)
    {
        await using var portal = new Portal();
        var view = portal.Page<TrustCardView>(with => with.Add(part => part.Card, s_card with { Calibration = s_card.Calibration with { Error = error, Temperature = temperature } }));

        Assert.Contains(words, view.Find(".facts").TextContent, StringComparison.Ordinal);
        Assert.Contains("classes on average hold the truth in 89.7 % of the test rows; 90.0 % was asked", view.Find(".facts").TextContent, StringComparison.Ordinal);
        Assert.Equal("plan basic 120 71.0 % 62.0 % to 78.0 %", string.Join(' ', view.FindAll("[data-testid=slices] td").Select(cell => cell.TextContent)));
        Assert.Equal(["55.0 %", "50.0 %", "40", "95.0 %", "85.0 %", "60"], view.FindAll("[data-testid=reliability] td").Select(cell => cell.TextContent));
        Assert.Equal(["0", "93.0 %", "93.0 %", "8", "41.0 %", "20.0 %"], view.FindAll("[data-testid=robustness] td").Select(cell => cell.TextContent));
    }

    [Fact]
    public async Task Texts_are_not_attacked_and_nothing_is_said_of_it()
    {
        await using var portal = new Portal();
        var view = portal.Page<TrustCardView>(with => with.Add(part => part.Card, s_card with { Robustness = null, Slices = [] }));

        Assert.Empty(view.FindAll("[data-testid=robustness], [data-testid=slices]"));
        Assert.DoesNotContain("attack", view.Markup, StringComparison.OrdinalIgnoreCase);
    }
}
