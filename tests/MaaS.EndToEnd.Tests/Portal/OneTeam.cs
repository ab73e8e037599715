// One MaaS for the tests that look at all of the portal: its first administrator, who has trained and deployed sample data, and in each
// language a member and a viewer whom they invited. Begun by the first test that asks, and walked once a language.
// Knows who there is; what a member does is in MemberPath, what the pages are in PortalRoutes.
using System.Collections.Concurrent;
using System.Diagnostics;
using MaaS.Contracts;
using MaaS.EndToEnd.Tests.AppHost;
using static Microsoft.Playwright.Assertions;

namespace MaaS.EndToEnd.Tests.Portal;

/// <summary>The tests that share it come one after the other: what one makes, another may look at.</summary>
[CollectionDefinition(Name)]
public sealed class OneTeamTests : ICollectionFixture<OneTeam>
{
    public const string Name = "one team";
}

/// <param name="Clicks">Of the mouse, from the one-time link to the model that serves.</param>
/// <param name="Typed">The fields that something was typed into.</param>
public sealed record FirstVisit(int Clicks, IReadOnlyList<string> Typed, TimeSpan Took);

public sealed class OneTeam : IAsyncDisposable
{
    public const string Password = "a password for a test";
    public const string Admin = "admin@example.com";

    // Counts what a person does, not what scripts do; a tab keeps it from page to page.
    private const string CountDeeds =
        """
        addEventListener('click', deed => { if (deed.isTrusted) sessionStorage.clicks = 1 + Number(sessionStorage.clicks ?? 0); }, true);
        addEventListener('input', deed => { sessionStorage.typed = `${sessionStorage.typed ?? ''} ${deed.target.dataset.testid}`; }, true);
        """;

    private readonly string _data = Directory.CreateTempSubdirectory("maas-test-").FullName;
    private readonly Lazy<Task> _begun;
    private readonly ConcurrentDictionary<string, Lazy<Task<MemberPath>>> _paths = [];
    private Browser? _browser;
    private AppHostRun? _run;
    private PortalPage? _admin;
    private readonly Lazy<Task<Furniture>> _furniture;
    private FirstVisit? _firstVisit;
    private IReadOnlyList<Finding>? _nothingYet;

    public OneTeam() => (_begun, _furniture) = (new(Begin), new(() => Portal.Furniture.Bring(this)));

    internal AppHostRun Run => _run!;

    internal Browser Browser => _browser!;

    /// <summary>The first administrator, signed in.</summary>
    internal PortalPage AtAdmin => _admin!;

    public async Task<FirstVisit> FirstVisit()
    {
        await _begun.Value;
        return _firstVisit!;
    }

    /// <summary>What a member of this language made; walked the first time it is asked for.</summary>
    internal async Task<MemberPath> Path(string language)
    {
        await _begun.Value;
        return await _paths.GetOrAdd(language, _ => new(() => MemberPath.Walk(this, language))).Value;
    }

    /// <summary>Brought in the first time it is asked for.</summary>
    internal Task<Furniture> Furniture() => _furniture.Value;

    /// <summary>What was found on the pages of a team that had nothing.</summary>
    internal async Task<IReadOnlyList<Finding>> NothingYet()
    {
        await _begun.Value;
        return _nothingYet!;
    }

    public static string Viewer(string language) => $"viewer-{language.ToLowerInvariant()}@example.com";

    internal async Task<MaaSClient> Client(string email)
    {
        var http = new HttpClient { BaseAddress = Run.Address("api") };
        var client = new MaaSClient(http);
        http.DefaultRequestHeaders.Authorization = new("Bearer", (await client.SignIn(new(email, Password), TestContext.Current.CancellationToken)).Token);
        return client;
    }

    /// <summary>A page of somebody who has an account, in a browser of their own.</summary>
    internal async Task<PortalPage> SignedIn(string email, string language)
    {
        var at = await Browser.Page(Run.Address("web"), language);
        await at.Goto("/sign-in");
        await at.Write("email", email);
        await at.Write("password", Password);
        await at.Use("sign-in");
        await Expect(at.Id("account")).ToBeVisibleAsync();
        return at;
    }

    public async ValueTask DisposeAsync()
    {
        if (_browser is not null)
            await _browser.DisposeAsync();
        if (_run is not null)
            await _run.DisposeAsync();
        Directory.Delete(_data, recursive: true);
    }

    private async Task Begin()
    {
        _browser = await Browser.Open();
        _run = await AppHostRun.Up(_data);
        _admin = await _browser.Page(_run.Address("web"));
        await _admin.Raw.AddInitScriptAsync(CountDeeds);
        var watch = Stopwatch.StartNew();
        await Accepted(_admin);
        watch.Stop();
        _nothingYet = await (await SignedIn(Admin, "en-GB")).Look("en-GB", PortalRoutes.Empty);
        watch.Start();
        await SampleDeployed(_admin);
        _firstVisit = new(
            await _admin.Raw.EvaluateAsync<int>("() => Number(sessionStorage.clicks)"),
            [.. (await _admin.Raw.EvaluateAsync<string>("() => sessionStorage.typed")).Split(' ', StringSplitOptions.RemoveEmptyEntries).Distinct()],
            watch.Elapsed);
    }

    /// <summary>The first administrator's first visit begins at the one-time link...</summary>
    private async Task Accepted(PortalPage at)
    {
        // The AppHost prints it as a link.
        var token = (await File.ReadAllTextAsync(System.IO.Path.Combine(_data, "setup-link"), TestContext.Current.CancellationToken)).Trim();
        await at.Goto($"/setup?token={token}");
        await at.Id("email").FillAsync(Admin);
        await at.Id("password").FillAsync(Password);
        await at.Use("accept");
        await Expect(at.Id("first-steps")).ToBeVisibleAsync();
    }

    /// <summary>... and ends with sample data that was learned from and serves.</summary>
    private static async Task SampleDeployed(PortalPage at)
    {
        await at.Use(at.Id("first-steps").Locator("a").First);
        await at.Use("sample-churn");
        await at.Use("train-on");
        await at.Use("train");
        await at.Reaches("run-state", "succeeded");
        await at.Use("deploy");
        await at.Reaches("deployment-state", "serving");
    }
}
