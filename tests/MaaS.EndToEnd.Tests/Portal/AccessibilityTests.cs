// Every page of the portal with real things on it, in both languages, both themes, and on a phone: axe-core finds nothing, and nothing is
// wider than the window. No rule is left out.
namespace MaaS.EndToEnd.Tests.Portal;

[Collection(OneTeamTests.Name)]
public sealed class AccessibilityTests(OneTeam team, ITestOutputHelper output)
{
    [Fact]
    public async Task Every_page_that_the_portal_declares_is_looked_at()
    {
        var looks = PortalRoutes.Of(await team.Path("en-GB"), new("", "", "", "", "", "", ""));
        Assert.Equal(PortalRoutes.Declared().Order(StringComparer.Ordinal), looks.Select(look => look.Route).Distinct().Order(StringComparer.Ordinal));
    }

    [Theory, InlineData("en-GB"), InlineData("zh-CN")]
    public async Task Nothing_is_found_on_any_page(string language)
    {
        var (path, furniture) = (await team.Path("en-GB"), await team.Furniture());
        var at = await team.SignedIn(OneTeam.Admin, language);
        var watch = System.Diagnostics.Stopwatch.StartNew();
        var findings = await at.Look(language, PortalRoutes.Of(path, furniture));
        output.WriteLine($"{watch.Elapsed.TotalSeconds:0} s, {string.Join(", ", at.Complaints)}");
        Assert.True(findings.Count == 0, Finding.Report(findings));
        // The page for what is not found is answered as such.
        Assert.Equal([], at.Complaints.Where(complaint => !complaint.Contains("/not-found", StringComparison.Ordinal)));
    }

    [Fact]
    public async Task Nothing_is_found_where_there_is_nothing_yet()
    {
        var findings = await team.NothingYet();
        Assert.True(findings.Count == 0, Finding.Report(findings));
    }
}
