// A page of the portal that notes what went wrong beside what a test looks at: errors on the console, requests that failed, accessibility.
// It is used by mouse, or by keyboard alone; a test need not know which. Things are found by their test id, never by words.
using System.Collections.Concurrent;
using static Microsoft.Playwright.Assertions;

namespace MaaS.EndToEnd.Tests.Portal;

internal sealed class PortalPage
{
    // More stops than any page has before what is looked for.
    private const int MostStops = 400;

    private readonly IPage _page;
    private readonly ConcurrentQueue<string> _complaints = [];
    private readonly DirectoryInfo _shots = Directory.CreateDirectory(Path.Combine(AppContext.BaseDirectory, "..", "..", "..", "tests", "portal"));

    public PortalPage(IPage page)
    {
        _page = page;
        page.Console += (_, message) => { if (message.Type == "error") _complaints.Enqueue($"console at {page.Url}: {message.Text}"); };
        page.PageError += (_, error) => _complaints.Enqueue($"script at {page.Url}: {error}");
        page.Response += (_, response) => { if (response.Status >= 400) _complaints.Enqueue($"{response.Status} {response.Url}"); };
    }

    /// <summary>Everything that went wrong beside what the test looks at.</summary>
    public IReadOnlyCollection<string> Complaints => _complaints;

    public string Address => _page.Url;

    public IPage Raw => _page;

    /// <summary>Whether it is used without a mouse: what is used is first reached by Tab, and must show it.</summary>
    public bool ByKeyboard { get; init; }

    public ILocator Id(string testId) => _page.GetByTestId(testId);

    /// <summary>The page itself, without the bar and the drawer.</summary>
    public ILocator Main => _page.GetByRole(AriaRole.Main);

    public ILocator Button(string text) => _page.GetByRole(AriaRole.Button, new() { Name = text });

    public Task Resize(int width, int height) => _page.SetViewportSizeAsync(width, height);

    /// <summary>As much as there is to see, which on a page that fits is not more than the window.</summary>
    public Task<int> Width() => _page.EvaluateAsync<int>("() => document.documentElement.scrollWidth");

    public Task Press(string key) => _page.Keyboard.PressAsync(key);

    public async Task Goto(string path)
    {
        await _page.GotoAsync(path);
        await _page.WaitForLoadStateAsync(LoadState.NetworkIdle);
    }

    /// <summary>Clicks it, or goes to it by Tab and presses a key.</summary>
    public async Task Use(ILocator thing, string key = "Enter")
    {
        if (!ByKeyboard)
        {
            await thing.ClickAsync();
            return;
        }
        await Reach(thing);
        await Press(key);
    }

    public Task Use(string testId) => Use(Id(testId));

    /// <summary>Writes into a field, and leaves it as a person does.</summary>
    public async Task Write(string testId, string text)
    {
        if (ByKeyboard)
            await Reach(Id(testId));
        await Id(testId).FillAsync(text);
        // By keyboard it is left on the way to what comes next.
        if (!ByKeyboard)
            await Id(testId).BlurAsync();
    }

    /// <summary>What a state chip says, in whatever language: its word in the API.</summary>
    public Task Reaches(string testId, string state) => Expect(Id(testId)).ToHaveAttributeAsync("data-state", state);

    /// <summary>The path of the file that a click on this saves.</summary>
    public async Task<string> Saved(string testId) => await (await _page.RunAndWaitForDownloadAsync(() => Id(testId).ClickAsync())).PathAsync();

    /// <summary>Keeps a picture of the page in both themes under artifacts/tests/portal, and checks its accessibility in each.</summary>
    public async Task Shot(string name)
    {
        foreach (var scheme in new[] { ColorScheme.Light, ColorScheme.Dark })
        {
            await Theme(scheme);
            await _page.ScreenshotAsync(new() { Path = Path.Combine(_shots.FullName, $"{name}-{scheme.ToString().ToLowerInvariant()}.png"), FullPage = true });
            foreach (var finding in await this.Violations($"{name} ({scheme})"))
                _complaints.Enqueue($"{finding.Place}: {finding.Rule} at {finding.Element}: {finding.Why}");
        }
        await Theme(ColorScheme.Light);
    }

    /// <summary>The page as a person of this theme sees it, once every colour has changed.</summary>
    public async Task Theme(ColorScheme scheme)
    {
        await _page.EmulateMediaAsync(new() { ColorScheme = scheme, ReducedMotion = ReducedMotion.Reduce });
        // Our variables change at once; MudBlazor's come from the server. Half-way through, the contrast is nobody's.
        await _page.WaitForFunctionAsync(
            """
            dark => {
              const style = getComputedStyle(document.documentElement);
              const [channel] = style.getPropertyValue('--mud-palette-background').match(/\d+/) ?? [];
              return document.documentElement.dataset.theme === (dark ? 'dark' : 'light') && (channel === undefined || (channel < 128) === dark);
            }
            """, scheme == ColorScheme.Dark);
        await _page.EvaluateAsync("() => new Promise(drawn => requestAnimationFrame(() => requestAnimationFrame(drawn)))");
        // An inherited colour goes down from part to part, each with a transition of its own, however short. On the page of runs one did not end in two minutes.
        await _page.EvaluateAsync(
            """
            async () => {
              for (let round = 0; round < 10; round++) {
                const changing = document.getAnimations().filter(one => one instanceof CSSTransition);
                if (changing.length === 0) return;
                await Promise.race([Promise.allSettled(changing.map(one => one.finished)), new Promise(enough => setTimeout(enough, 200))]);
              }
            }
            """);
    }

    /// <summary>Goes there by Tab until the thing has the focus; every stop must be seen to have it.</summary>
    public async Task Reach(ILocator thing)
    {
        await thing.First.WaitForAsync(new() { State = WaitForSelectorState.Attached });
        // A person who sees it above goes back.
        var key = await thing.EvaluateAsync<bool>(
            "thing => document.activeElement !== document.body && !!(document.activeElement.compareDocumentPosition(thing) & Node.DOCUMENT_POSITION_PRECEDING)") ? "Shift+Tab" : "Tab";
        for (var stop = 0; stop < MostStops; stop++)
        {
            if (await thing.EvaluateAsync<bool>("thing => thing === document.activeElement || (thing.contains(document.activeElement) && !document.activeElement.matches('[role=dialog]'))"))
                return;
            await Press(key);
            if (await _page.EvaluateAsync<string?>(Focus.Hidden) is { } hidden)
                _complaints.Enqueue($"focus is not seen at {_page.Url}: {Short(hidden)}");
        }
        Assert.Fail($"Tab does not lead to {thing} at {_page.Url}.");
    }

    private static string Short(string html) => html.Length > 200 ? html[..200] + "…" : html;
}
