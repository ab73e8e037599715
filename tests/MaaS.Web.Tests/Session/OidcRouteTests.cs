// The browser's way to the provider and back by the portal's own addresses: real HTTP with real cookies, before a scripted API.
using System.Net;
using MaaS.Contracts;
using MaaS.Contracts.Teams;
using MaaS.Web.Session;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.WebUtilities;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;

namespace MaaS.Web.Tests.Session;

public sealed class OidcRouteTests : IAsyncLifetime
{
    private const string Provider = "https://login.example.com/authorize?state=s1";

    private readonly ScriptedApi _api = new();
    private readonly HttpClient _browser = NewBrowser();
    private WebApplication _portal = null!;

    public async ValueTask InitializeAsync()
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.ConfigureKestrel(kestrel => kestrel.Listen(IPAddress.Loopback, 0));
        builder.AddPortalSession();
        builder.Services.AddHttpClient(ApiClients.Api).ConfigurePrimaryHttpMessageHandler(() => _api);
        _portal = builder.Build();
        _portal.UseAuthentication();
        _portal.MapOidc();
        await _portal.StartAsync(TestContext.Current.CancellationToken);
        _api.Answers("POST /api/session/oidc", new OidcBegun(Provider, "mo_1"));
        var team = new TeamView(Guid.CreateVersion7(), "harbour", 0, 1, DateTimeOffset.UnixEpoch);
        _api.Answers("POST /api/session/oidc/callback", new SessionCreated("token-1", DateTimeOffset.UtcNow.AddDays(7), new(team, Role.Member, "ada@example.com", Guid.NewGuid(), null, [team])));
    }

    public async ValueTask DisposeAsync()
    {
        _browser.Dispose();
        await _portal.DisposeAsync();
    }

    [Fact]
    public async Task A_person_goes_to_the_provider_and_comes_back_signed_in_where_they_wanted_to_be()
    {
        var there = await Get(_browser, "/sign-in/oidc?return=%2Fmodels%2Fchurn&invitation=mi_1");
        var back = await Get(_browser, "/sign-in/callback?state=s1&code=c1");

        Assert.Equal(Provider, there.Headers.Location!.OriginalString);
        var kept = Assert.Single(there.Headers.GetValues("Set-Cookie"));
        Assert.StartsWith("maas.oidc=", kept, StringComparison.Ordinal);
        Assert.All(["httponly", "samesite=lax", "path=/sign-in"], mark => Assert.Contains(mark, kept, StringComparison.Ordinal));
        Assert.DoesNotContain("mo_1", kept, StringComparison.Ordinal);
        Assert.Equal("/models/churn", back.Headers.Location!.OriginalString);
        Assert.Contains(back.Headers.GetValues("Set-Cookie"), cookie => cookie.StartsWith("maas=", StringComparison.Ordinal));
        Assert.Equal("""{"invitation":"mi_1"}""", Assert.Single(_api.BodiesOf("POST /api/session/oidc")));
        Assert.Equal("""{"flow":"mo_1","state":"s1","code":"c1"}""", Assert.Single(_api.BodiesOf("POST /api/session/oidc/callback")));
    }

    [Fact]
    public async Task A_link_that_somebody_else_began_signs_nobody_in()
    {
        await Get(_browser, "/sign-in/oidc");
        using var victim = NewBrowser();

        var back = await Get(victim, "/sign-in/callback?state=s1&code=c1");

        Assert.Equal("This sign-in was begun in another browser, or took longer than ten minutes. Begin again.", Said(back));
        Assert.Empty(_api.BodiesOf("POST /api/session/oidc/callback"));
    }

    [Fact]
    public async Task What_came_back_once_does_not_come_back_twice()
    {
        await Get(_browser, "/sign-in/oidc");
        await Get(_browser, "/sign-in/callback?state=s1&code=c1");

        Assert.StartsWith("This sign-in was begun in another browser", Said(await Get(_browser, "/sign-in/callback?state=s1&code=c1")), StringComparison.Ordinal);
        Assert.Single(_api.BodiesOf("POST /api/session/oidc/callback"));
    }

    [Theory]
    [InlineData("error=access_denied&state=s1", "You were not let in there, or did not want to be. Sign in another way, or begin again.")]
    [InlineData("error=%3Cscript%3E&state=s1", "The identity provider could not sign you in. Begin again, or tell the operator.")]
    [InlineData("code=c1", "The identity provider could not sign you in. Begin again, or tell the operator.")]
    public async Task What_the_provider_refuses_is_a_sentence_of_ours(string query, string sentence)
    {
        await Get(_browser, "/sign-in/oidc");

        Assert.Equal(sentence, Said(await Get(_browser, $"/sign-in/callback?{query}")));
        Assert.Empty(_api.BodiesOf("POST /api/session/oidc/callback"));
    }

    [Fact]
    public async Task What_the_API_refuses_is_said_on_the_sign_in_page()
    {
        await Get(_browser, "/sign-in/oidc?return=%2Fmodels");
        _api.Refuses("POST /api/session/oidc/callback", new Problem(403, "no_account", "Forbidden", "ada@example.com has no account here."));
        var refused = await Get(_browser, "/sign-in/callback?state=s1&code=c1");
        _api.Refuses("POST /api/session/oidc", new Problem(503, "oidc_unreachable", "Unavailable", "Harbour ID does not answer."));

        Assert.Equal("ada@example.com has no account here.", Said(refused));
        Assert.Equal("/models", Query(refused)["return"]);
        Assert.Equal("Harbour ID does not answer.", Said(await Get(_browser, "/sign-in/oidc")));
    }

    [Fact]
    public async Task Who_has_an_authenticator_app_is_asked_for_its_code_next()
    {
        await Get(_browser, "/sign-in/oidc?return=%2Fmodels");
        _api.Refuses("POST /api/session/oidc/callback", new Problem(401, "code_needed", "Unauthorized", "code must be given."));

        var next = Query(await Get(_browser, "/sign-in/callback?state=s1&code=c1"));

        Assert.Equal(["mo_1", "/models"], Notes.Open(SealedNotes.Flow, next["step"])!);
        Assert.Equal("/models", next["return"]);
    }

    private SealedNotes Notes => _portal.Services.GetRequiredService<SealedNotes>();

    private static HttpClient NewBrowser() => new(new SocketsHttpHandler { AllowAutoRedirect = false, CookieContainer = new() });

    private Task<HttpResponseMessage> Get(HttpClient browser, string path) => browser.GetAsync(new Uri(new Uri(_portal.Urls.First()), path), TestContext.Current.CancellationToken);

    private static Dictionary<string, string> Query(HttpResponseMessage answer)
    {
        var location = answer.Headers.Location!.OriginalString;
        Assert.StartsWith("/sign-in?", location, StringComparison.Ordinal);
        return QueryHelpers.ParseQuery(location[location.IndexOf('?', StringComparison.Ordinal)..]).ToDictionary(part => part.Key, part => $"{part.Value}");
    }

    private string Said(HttpResponseMessage answer) => Assert.Single(Notes.Open(SealedNotes.Sentence, Query(answer)["said"])!);
}
