// The Open Inference Protocol V2 over HTTP: {model} is a deployment of the caller's team, {version} a catalog version in its current
// revision. It stands before the rest of the pipeline: what a page needs (routing by pattern, problem details, claims) would cost a
// small model more than its own computing does.
using System.Globalization;
using System.Text.Encodings.Web;
using System.Text.Json;
using MaaS.Api.Teams;
using MaaS.Catalog;
using MaaS.Contracts;

namespace MaaS.Api.Inference.OpenInference;

internal sealed class OpenInferenceHttp(InferHttp infer, DocumentHttp documents, ILogger<OpenInferenceHttp> logger)
{
    private const string Root = "/v2";

    // Sentences quote what was sent; people read them in terminals, where \u0027 is no quotation mark.
    private static readonly JsonSerializerOptions s_json = new(MaaSJson.Options) { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    public Task Invoke(HttpContext context, RequestDelegate next)
    {
        var path = context.Request.Path.Value!;
        return path.StartsWith(Root, StringComparison.Ordinal) && (path.Length == Root.Length || path[Root.Length] == '/') ? Answer(context, path) : next(context);
    }

    public static Task Write(HttpContext context, object document, int status = StatusCodes.Status200OK)
    {
        context.Response.StatusCode = status;
        return context.Response.WriteAsJsonAsync(document, document.GetType(), s_json, "application/json", context.RequestAborted);
    }

    private async Task Answer(HttpContext context, string path)
    {
        try
        {
            if (!path.EndsWith("/infer", StringComparison.Ordinal))
                await PoolThreads.Enter(); // only predictions are answered on the socket's thread
            await Route(context, path);
        }
        catch (ServingError refused)
        {
            await Refuse(context, refused);
        }
        catch (BadHttpRequestException bad)
        {
            await Refuse(context, new((ServingStatus)bad.StatusCode, bad.Message));
        }
        catch (Exception error) when (Outage.Is(error))
        {
            await Refuse(context, new(ServingStatus.Unavailable, "the database does not answer at the moment; try again shortly.", TimeSpan.FromSeconds(1)));
        }
        catch (Exception error) when (!context.RequestAborted.IsCancellationRequested)
        {
            logger.LogError(error, "Unexpected failure of {Method} {Path}", context.Request.Method, path);
            await Refuse(context, new(ServingStatus.Internal, "something went wrong on our side; it has been logged."));
        }
    }

    private Task Route(HttpContext context, string path)
    {
        switch (path.AsSpan(Root.Length))
        {
            case "" or "/": return documents.Server(context);
            case "/health/live": return DocumentHttp.Live(context);
            case "/health/ready": return documents.Ready(context);
            case "/models/stats": return documents.Statistics(context, default);
            case "/repository/index": return documents.Index(context);
        }
        return !ModelPath.TryParse(path, Root.Length, out var model) ? throw Nothing(path) : model.Call switch
        {
            "infer" => infer.Infer(context, model),
            "" => documents.Metadata(context, model),
            "ready" => documents.ModelReady(context, model),
            "config" => documents.Config(context, model),
            "stats" => documents.Statistics(context, model),
            "load" => documents.Load(context, model),
            "unload" => documents.Unload(context, model),
            _ => throw Nothing(path),
        };
    }

    /// <exception cref="ServingError">The request has another method.</exception>
    public static void Only(HttpContext context, string method)
    {
        if (HttpMethods.Equals(context.Request.Method, method))
            return;
        context.Response.Headers.Allow = method;
        throw new ServingError(ServingStatus.WrongMethod, $"{context.Request.Method} {context.Request.Path} is not a call of this protocol; the address takes {method}.");
    }

    private static ServingError Nothing(string path) => new(ServingStatus.NotFound, $"there is nothing at {path}.");

    private static Task Refuse(HttpContext context, ServingError refused)
    {
        if (context.Response.HasStarted)
        {
            context.Abort();
            return Task.CompletedTask;
        }
        if (refused.Status == ServingStatus.Unauthenticated)
            context.Response.Headers.WWWAuthenticate = BearerHandler.Name;
        if (refused.RetryAfter is { } wait)
            context.Response.Headers.RetryAfter = Math.Ceiling(wait.TotalSeconds).ToString(CultureInfo.InvariantCulture);
        return Write(context, new { error = refused.Message }, (int)refused.Status);
    }
}
