// What axe-core and a narrow window find on a page: each finding with the rule, the element, and where it was seen.
// Knows how a page is looked at; which pages there are is in PortalRoutes.
using Deque.AxeCore.Commons;
using Deque.AxeCore.Playwright;

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
    private static readonly AxeRunOptions s_options = new()
    {
        RunOnly = new() { Type = "tag", Values = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"] },
        Rules = new() { ["target-size"] = new() { Enabled = true } },
        ResultTypes = [ResultType.Violations],
    };

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

    public static async Task<IEnumerable<Finding>> Violations(this PortalPage at, string place) =>
        from violation in (await at.Raw.RunAxe(s_options)).Violations
        from node in violation.Nodes
        let why = string.Join("; ", node.Any.Concat(node.All).Concat(node.None).Select(check => check.Message))
        select new Finding(violation.Id, $"{node.Target}", $"{violation.Help}: {why}", place);

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
