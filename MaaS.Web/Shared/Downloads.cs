// Files of nouns, streamed from the API through the portal as attachments: a browser never shows one as a page.
// It does not know what is in them.
using System.Text.Json;
using MaaS.Contracts;
using MaaS.Contracts.Teams;
using MaaS.Web.Session;

namespace MaaS.Web.Shared;

internal static class Downloads
{
    public static void MapDownloads(this WebApplication app)
    {
        var files = app.MapGroup("/download").RequireAuthorization();
        files.MapGet("/datasets/{id:guid}/{version:int}/{name}", (Guid id, int version, string name, HttpContext context, ApiClients clients, CancellationToken token) =>
            Send(name, clients.ForRequest(context).DatasetFile(id, version, token)));
        files.MapGet("/runs/{id:guid}/{**path}", (Guid id, string path, HttpContext context, ApiClients clients, CancellationToken token) =>
            Send(path, clients.ForRequest(context).Artifact(id, path, token)));
        files.MapGet("/compressions/{id:guid}/report.html", (Guid id, HttpContext context, ApiClients clients, CancellationToken token) =>
            Send("compression.html", clients.ForRequest(context).CompressionPage(id, token)));
        files.MapGet("/compressions/{id:guid}/report.json", (Guid id, HttpContext context, ApiClients clients, CancellationToken token) =>
            Send("compression.json", Json(clients.ForRequest(context).Compression(id, token))));
        files.MapGet("/deployments/{deployment}/samples.jsonl", (string deployment, HttpContext context, ApiClients clients, CancellationToken token) =>
            Send($"{deployment}-samples.jsonl", clients.ForRequest(context).SamplesFile(deployment, token)));
        files.MapGet("/audit.csv", ([AsParameters] AuditFilter filter, HttpContext context, ApiClients clients, CancellationToken token) =>
            Send("audit.csv", clients.ForRequest(context).AuditFile(filter, token)));
        files.MapGet("/models/{model}/{version:int}/{**path}", (string model, int version, string path, HttpContext context, ApiClients clients, CancellationToken token) =>
            Send($"{model}-{version}-{Path.GetFileName(path)}", clients.ForRequest(context).ModelFile(model, version, path, token)));
    }

    private static async Task<Stream> Json<T>(Task<T> record) =>
        new MemoryStream(JsonSerializer.SerializeToUtf8Bytes(await record, new JsonSerializerOptions(MaaSJson.Options) { WriteIndented = true }));

    private static async Task<IResult> Send(string name, Task<Stream> file)
    {
        try
        {
            return Results.Stream(await file, "application/octet-stream", Path.GetFileName(name));
        }
        catch (ProblemException refusal)
        {
            return Results.Text(Failure.Words(refusal.Problem), statusCode: refusal.Problem.Status);
        }
    }
}
