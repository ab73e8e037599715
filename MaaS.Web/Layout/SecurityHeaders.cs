// What every answer says to the browser: run only our scripts, be framed by nobody, guess no types.
namespace MaaS.Web.Layout;

internal sealed class SecurityHeaders(RequestDelegate next)
{
    // Styles may be inline because MudBlazor writes its palette and positions that way; scripts may not.
    private const string Policy =
        "default-src 'self'; script-src 'self'; style-src 'self' 'unsafe-inline'; img-src 'self' data: blob:; " +
        "connect-src 'self' ws: wss:; object-src 'none'; base-uri 'self'; form-action 'self'; frame-ancestors 'none'";

    public Task InvokeAsync(HttpContext context)
    {
        var headers = context.Response.Headers;
        headers.ContentSecurityPolicy = Policy;
        headers.XContentTypeOptions = "nosniff";
        headers["Referrer-Policy"] = "same-origin";
        return next(context);
    }
}
