// Files out, as a browser must get what strangers may have written: to save, never to show or run.
using MaaS.Catalog.Artifacts;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.Net.Http.Headers;

namespace MaaS.Api;

internal static class Downloads
{
    public static FileStreamHttpResult Download(this HttpContext http, ArtifactStore store, string sha256, long bytes, string name)
    {
        http.Response.Headers[HeaderNames.XContentTypeOptions] = "nosniff";
        http.Response.Headers.ContentSecurityPolicy = "default-src 'none'; sandbox";
        http.Response.ContentLength = bytes;
        return TypedResults.File(store.OpenRead(sha256), "application/octet-stream", name);
    }
}
