// What axe-core and a narrow window find on a page: each finding with the rule, the element, and where it was seen.
// Knows how a page is looked at; which pages there are is in PortalRoutes.
using Deque.AxeCore.Commons;

namespace MaaS.EndToEnd.Tests.Portal;

/// <param name="Element">A selector that finds it.</param>
/// <param name="Place">Page, what was done there, theme, language and width.</param>
internal sealed record Finding(string Rule, string Element, string Why, string Place)
{
    /// <summary>One entry for each thing to mend, however many pages have it.</summary>
    public static string Report(IEnumerable<Finding> findings) => string.Join('\n', findings
        .GroupBy(finding => (finding.Rule, finding.Element))
        .Select(group => $"{group.Key.Rule} at {group.Key.Element}\n    {group.First().Why}\n    {string.Join("\n    ", group.Select(finding => finding.Place).Distinct())}"));
}

internal static class Accessibility
{
    private const int PhoneWidth = 390;

    // Of a wide window at four times its size (WCAG 1.4.10).
    private const int NarrowWidth = 320;

    // WCAG A and AA to version 2.2, and what axe calls good practice. Axe leaves the size of targets (2.5.8) out unless it is asked for.
    private const string Run =
        """
        async () => {
          const { violations } = await axe.run(document, {
            runOnly: { type: 'tag', values: ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa', 'best-practice'] },
            rules: { 'target-size': { enabled: true } },
            resultTypes: ['violations'],
          });
          return violations.flatMap(({ id, help, nodes }) => nodes.map(({ target, html, any, all, none }) =>
            [id, target.join(' '), html, `${help}: ${[...any, ...all, ...none].map(check => check.message).join('; ')}`]));
        }
        """;

    private static readonly string s_axe = new BundledAxeScriptProvider().GetScript();

    // The points of a chart lie where their numbers say, upon one another when these are alike. 2.5.8 excepts targets whose place is
    // essential, and those that have an equal on the page: each variant is a button in the table below its frontier, each run a link in its comparison.
    private static readonly string[] s_points = ["frontier-point", "scatter-point"];

    /// <summary>What was loading has come, and what a script draws is drawn.</summary>
    private const string Settled =
        "() => document.querySelector('main h1, main .empty') && !document.querySelector('.skeleton') && [...document.querySelectorAll('.chart-plot')].every(plot => plot.querySelector('.main-svg'))";

    private const string Unfold = "() => document.querySelectorAll('details:not([open])').forEach(fold => { fold.open = true; })";

    private const string Wider =
        """
        () => [...document.querySelectorAll('body *')].filter(element => element.getBoundingClientRect().right > innerWidth + 1).slice(0, 4)
          .map(element => element.tagName.toLowerCase() + (element.id ? '#' + element.id : '') + [...element.classList].map(name => '.' + name).join('')).join(', ')
        """;

    /// <summary>Looks at each in both themes, and in the width of a phone, where nothing may have to be moved sideways.</summary>
    public static async Task<IReadOnlyList<Finding>> Look(this PortalPage at, string language, IEnumerable<Look> looks)
    {
        var findings = new List<Finding>();
        foreach (var look in looks)
        {
            TestContext.Current.TestOutputHelper?.WriteLine(look.Name);
            await at.Resize(1440, 900);
            await at.Theme(ColorScheme.Light);
            await at.Open(look);
            await at.Raw.EvaluateAsync(Unfold);
            await at.Raw.WaitForFunctionAsync(Settled);
            findings.AddRange(await at.Violations($"{look.Name}, light, {language}, wide"));
            await at.Theme(ColorScheme.Dark);
            findings.AddRange(await at.Violations($"{look.Name}, dark, {language}, wide"));
            foreach (var width in new[] { NarrowWidth, PhoneWidth })
            {
                await at.Resize(width, 844);
                // The drawer goes when the circuit has heard of the width.
                await at.Raw.WaitForFunctionAsync("() => !document.querySelector('.mud-drawer--open')");
                if (!await at.FitsWindow())
                    findings.Add(new("scrolls sideways", await at.Raw.EvaluateAsync<string>(Wider), $"{await at.Width()} pixels are wider than {width}", $"{look.Name}, {language}"));
            }
            // What a phone changes is the same in every language, except for widths.
            if (language == "en-GB")
                findings.AddRange(await at.Violations($"{look.Name}, dark, {language}, phone"));
        }
        return findings;
    }

    /// <summary>Goes there, does what is to be done, and waits until there is nothing more to come.</summary>
    public static async Task Open(this PortalPage at, Look look)
    {
        await at.Goto(look.Address);
        await at.Raw.WaitForFunctionAsync(Settled);
        if (look.Do is null)
            return;
        await look.Do(at);
        await at.Raw.WaitForFunctionAsync(Settled);
    }

    /// <summary>By axe's own function in the page itself: the package's goes through frames, of which the portal has none, with a second page each time.</summary>
    public static async Task<IEnumerable<Finding>> Violations(this PortalPage at, string place)
    {
        await at.Raw.EvaluateAsync($"() => {{ if (!window.axe) {{ {s_axe} }} }}");
        return (await at.Raw.EvaluateAsync<string[][]>(Run))
            .Where(found => found[0] != "target-size" || !s_points.Any(point => found[2].Contains(point, StringComparison.Ordinal)))
            .Select(found => new Finding(found[0], found[1], found[3], place));
    }

    // A chart takes a moment to follow the window.
    private static async Task<bool> FitsWindow(this PortalPage at)
    {
        try
        {
            await at.Raw.WaitForFunctionAsync("() => document.documentElement.scrollWidth <= innerWidth", null, new() { Timeout = 2_000 });
            return true;
        }
        catch (TimeoutException)
        {
            return false;
        }
    }
}
