// How often one address may try to sign in, before a password is even looked at. Setting: Teams:SignInsPerMinute (60).
using System.Threading.RateLimiting;

namespace MaaS.Api.Teams;

internal static class SignInLimit
{
    public const string Policy = "sign-in";

    public static void AddSignInLimit(this WebApplicationBuilder builder)
    {
        // The visitor's own address, through the portal and trusted proxies too; but a whole office may share one, so this stops floods, and
        // guessing one account is stopped by its lock.
        var permits = builder.Configuration.GetValue("Teams:SignInsPerMinute", 60);
        builder.Services.AddRateLimiter(limiter =>
        {
            limiter.RejectionStatusCode = StatusCodes.Status429TooManyRequests;
            limiter.AddPolicy(Policy, context => RateLimitPartition.GetFixedWindowLimiter(
                context.Connection.RemoteIpAddress?.ToString() ?? "",
                _ => new() { PermitLimit = permits, Window = TimeSpan.FromMinutes(1) }));
        });
    }
}
