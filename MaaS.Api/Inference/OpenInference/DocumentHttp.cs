// The calls of the open protocol that are not inference: health, what there is, how it did, and turning deployments on and off.
// Only the server's own health is anybody's to ask.
using System.Text.Json;
using MaaS.Api.Teams;
using MaaS.Contracts.Teams;

namespace MaaS.Api.Inference.OpenInference;

internal sealed class DocumentHttp(Admission admission, ModelDocuments documents, ModelRepository repository, StartUp start)
{
    public static Task Live(HttpContext context) => OpenInferenceHttp.Write(context, new { live = true });

    public Task Ready(HttpContext context) => OpenInferenceHttp.Write(context, new { ready = start.IsDone }, ReadyStatus(start.IsDone));

    public async Task Server(HttpContext context)
    {
        await Caller(context, HttpMethods.Get);
        await OpenInferenceHttp.Write(context, ModelDocuments.Server);
    }

    public async Task Metadata(HttpContext context, ModelPath path) => await OpenInferenceHttp.Write(context,
        await documents.Metadata(await Caller(context, HttpMethods.Get), path.Model, path.Version, context.RequestAborted));

    public async Task Config(HttpContext context, ModelPath path) => await OpenInferenceHttp.Write(context,
        await documents.Config(await Caller(context, HttpMethods.Get), path.Model, path.Version, context.RequestAborted));

    public async Task Statistics(HttpContext context, ModelPath path) => await OpenInferenceHttp.Write(context,
        await documents.Statistics(await Caller(context, HttpMethods.Get), path.Model, path.Version, context.RequestAborted));

    public async Task ModelReady(HttpContext context, ModelPath path)
    {
        var ready = await documents.Ready(await Caller(context, HttpMethods.Get), path.Model, path.Version, context.RequestAborted);
        await OpenInferenceHttp.Write(context, new ModelReadiness(path.Model, ready), ReadyStatus(ready));
    }

    public async Task Index(HttpContext context)
    {
        var caller = await Caller(context, HttpMethods.Post);
        var readyOnly = await Body(context) is { } body && body.TryGetProperty("ready", out var ready) && ready.ValueKind == JsonValueKind.True;
        await OpenInferenceHttp.Write(context, await repository.Index(caller, readyOnly, context.RequestAborted));
    }

    public async Task Load(HttpContext context, ModelPath path)
    {
        var caller = await Caller(context, HttpMethods.Post, Role.Admin);
        if (await Body(context) is { } body && body.TryGetProperty("parameters", out var parameters) && parameters.ValueKind == JsonValueKind.Object)
            ModelRepository.Check(path.Model, parameters.EnumerateObject().Select(parameter => parameter.Name));
        await repository.Load(caller, path.Model, context.RequestAborted);
    }

    public async Task Unload(HttpContext context, ModelPath path)
    {
        var caller = await Caller(context, HttpMethods.Post, Role.Admin);
        await repository.Unload(caller, path.Model, context.RequestAborted);
    }

    private ValueTask<Caller> Caller(HttpContext context, string method, Role needed = Role.Viewer)
    {
        OpenInferenceHttp.Only(context, method);
        return admission.Caller(context.Request.Headers.Authorization, needed, context.RequestAborted);
    }

    /// <returns>Null for an empty body, which these calls may have.</returns>
    private static async Task<JsonElement?> Body(HttpContext context)
    {
        var body = await RequestBody.Read(context);
        try
        {
            if (body.Bytes.IsEmpty)
                return null;
            using var json = JsonDocument.Parse(body.Bytes);
            return json.RootElement.ValueKind == JsonValueKind.Object ? json.RootElement.Clone()
                : throw new ServingError(ServingStatus.Invalid, "failed to parse the request JSON buffer: a request is an object.");
        }
        catch (JsonException broken)
        {
            throw new ServingError(ServingStatus.Invalid, $"failed to parse the request JSON buffer: it is not valid JSON at line {broken.LineNumber + 1}, byte {broken.BytePositionInLine + 1}.");
        }
        finally
        {
            body.Done();
        }
    }

    private static int ReadyStatus(bool ready) => ready ? StatusCodes.Status200OK : StatusCodes.Status400BadRequest;
}
