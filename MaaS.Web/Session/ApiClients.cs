// Makes typed clients that speak for the signed-in person, in a circuit, a static page or a plain HTTP request.
// It does not know any route; MaaSClient does.
using MaaS.Contracts;
using Microsoft.AspNetCore.Components.Authorization;
using System.Net;

namespace MaaS.Web.Session;

internal sealed class ApiClients(IHttpMessageHandlerFactory handlers, IHttpContextAccessor visitors)
{
    public const string Api = "api";

    // Resolved by service discovery from services__api__https__0 or services__api__http__0.
    private static readonly Uri Address = new("https+http://api");

    /// <summary>For components: the token is asked of the circuit's authentication state at each call.</summary>
    public MaaSClient ForCircuit(AuthenticationStateProvider authentication, SessionEnd end) => Client(
        async () => (await authentication.GetAuthenticationStateAsync()).User.SessionToken(), end.Announce, TimeSpan.FromSeconds(100));

    /// <summary>For uploads and downloads: as long as they take.</summary>
    public MaaSClient ForRequest(HttpContext context) => Client(
        () => Task.FromResult(context.User.SessionToken()), () => { }, Timeout.InfiniteTimeSpan);

    private MaaSClient Client(Func<Task<string?>> token, Action refused, TimeSpan timeout)
    {
        var bearer = new BearerHandler(token, refused, visitors) { InnerHandler = handlers.CreateHandler(Api) };
        return new MaaSClient(new HttpClient(bearer, disposeHandler: false) { BaseAddress = Address, Timeout = timeout });
    }
}

/// <summary>Sends the session token on, and says so when the API no longer takes it. While there is none, somebody is signing in: then it says who comes from where.</summary>
internal sealed class BearerHandler(Func<Task<string?>> token, Action refused, IHttpContextAccessor visitors) : DelegatingHandler
{
    protected override async Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken)
    {
        if (await token() is not { } bearer)
        {
            Introduce(request, visitors.HttpContext);
            return await base.SendAsync(request, cancellationToken);
        }
        request.Headers.Authorization = new("Bearer", bearer);
        var response = await base.SendAsync(request, cancellationToken);
        if (response.StatusCode == HttpStatusCode.Unauthorized) refused();
        return response;
    }

    // A person recognizes a session by the browser's name and address, not by the portal's.
    private static void Introduce(HttpRequestMessage request, HttpContext? visitor)
    {
        if (visitor is null) return;
        request.Headers.TryAddWithoutValidation("User-Agent", visitor.Request.Headers.UserAgent.ToString());
        if (visitor.Connection.RemoteIpAddress is { } address) request.Headers.TryAddWithoutValidation("X-Forwarded-For", address.ToString());
    }
}

/// <summary>Tells the page that its session is over; the layout listens and leads to the sign-in form.</summary>
internal sealed class SessionEnd
{
    public event Action? Ended;

    public void Announce() => Ended?.Invoke();
}
