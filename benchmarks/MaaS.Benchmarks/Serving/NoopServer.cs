// `serving-noop PORT`: Kestrel with nothing on it but a POST that sends 256 bytes back; what any server of ours pays before it does anything.
// GET /allocated says how many bytes it has ever allocated.
using System.Buffers;
using System.Globalization;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging;

namespace MaaS.Benchmarks.Serving;

internal static class NoopServer
{
    public static async Task<int> Run(string port)
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        await using var app = builder.Build();
        app.Run(async context =>
        {
            if (HttpMethods.IsGet(context.Request.Method))
            {
                await context.Response.WriteAsync(GC.GetTotalAllocatedBytes().ToString(CultureInfo.InvariantCulture), context.RequestAborted);
                return;
            }
            var body = await context.Request.BodyReader.ReadAtLeastAsync((int)context.Request.ContentLength!, context.RequestAborted);
            context.Response.ContentLength = body.Buffer.Length;
            foreach (var part in body.Buffer)
                context.Response.BodyWriter.Write(part.Span);
            context.Request.BodyReader.AdvanceTo(body.Buffer.End);
        });
        await app.RunAsync($"http://127.0.0.1:{port}");
        return 0;
    }
}
