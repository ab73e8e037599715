// The one place where a request gets its caller: "Authorization: Bearer <session token or API key>".
using System.Security.Claims;
using System.Text.Encodings.Web;
using MaaS.Api.Problems;
using Microsoft.AspNetCore.Authentication;
using Microsoft.Extensions.Options;
using Microsoft.Net.Http.Headers;

namespace MaaS.Api.Teams;

internal sealed class BearerHandler(
    IOptionsMonitor<AuthenticationSchemeOptions> options, ILoggerFactory logs, UrlEncoder encoder, Callers callers)
    : AuthenticationHandler<AuthenticationSchemeOptions>(options, logs, encoder)
{
    public const string Name = "Bearer";

    protected override async Task<AuthenticateResult> HandleAuthenticateAsync()
    {
        var header = Request.Headers.Authorization.ToString();
        if (!header.StartsWith("Bearer ", StringComparison.OrdinalIgnoreCase))
            return AuthenticateResult.NoResult();
        if (await callers.Find(header, Context.RequestAborted) is not { } caller)
            return AuthenticateResult.Fail("Unknown, expired or revoked.");

        Context.Features.Set(caller);
        var identity = new ClaimsIdentity([new(ClaimTypes.Name, caller.Name), new(ClaimTypes.Role, caller.Role.ToString())], Name);
        return AuthenticateResult.Success(new(new(identity), Name));
    }

    protected override Task HandleChallengeAsync(AuthenticationProperties properties)
    {
        Response.Headers[HeaderNames.WWWAuthenticate] = Name;
        return ProblemWriter.Write(Context, StatusCodes.Status401Unauthorized, "unauthenticated",
            "Send a session token or an API key that is known, unexpired and not revoked: \"Authorization: Bearer ...\".");
    }

    protected override Task HandleForbiddenAsync(AuthenticationProperties properties)
    {
        var needed = Context.GetEndpoint()!.Metadata.GetMetadata<NeedsRole>()!.Role;
        return ProblemWriter.Write(Context, StatusCodes.Status403Forbidden, "role_missing",
            $"Your role is {Context.Features.Get<Caller>()!.Role.Word()}; this needs {needed.Word()}. An admin of the team can change it.");
    }
}
