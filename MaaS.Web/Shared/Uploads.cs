// Where a browser sends a file: straight through to the API, a buffer at a time, never through a circuit and never to disk.
// It does not read the file.
using MaaS.Contracts;
using MaaS.Web.Session;
using Microsoft.AspNetCore.Antiforgery;
using Microsoft.AspNetCore.Http.Features;

namespace MaaS.Web.Shared;

internal static class Uploads
{
    public static void MapUploads(this WebApplication app)
    {
        var uploads = app.MapGroup("/datasets").RequireAuthorization();
        uploads.MapPost("/upload", UploadDataset);
        uploads.MapPost("/{id:guid}/upload", UploadVersion);
        app.MapPost("/models/upload", UploadModel).RequireAuthorization();
    }

    private static Task<IResult> UploadDataset(
        string name, string fileName, HttpContext context, IAntiforgery antiforgery, ApiClients clients, CancellationToken token) =>
        PassOn(context, antiforgery, async () => await clients.ForRequest(context).UploadDataset(name, fileName, context.Request.Body, token));

    private static Task<IResult> UploadVersion(
        Guid id, string fileName, HttpContext context, IAntiforgery antiforgery, ApiClients clients, CancellationToken token) =>
        PassOn(context, antiforgery, async () => await clients.ForRequest(context).UploadDatasetVersion(id, fileName, context.Request.Body, token));

    private static Task<IResult> UploadModel(
        string model, string fileName, HttpContext context, IAntiforgery antiforgery, ApiClients clients, CancellationToken token) =>
        PassOn(context, antiforgery, async () => await clients.ForRequest(context).ImportModel(model, fileName, context.Request.Body, token));

    private static async Task<IResult> PassOn(HttpContext context, IAntiforgery antiforgery, Func<Task<object>> upload)
    {
        if (!await antiforgery.IsRequestValidAsync(context))
            return Refuse(new(StatusCodes.Status400BadRequest, "stale_page", "Stale page", T["This page is out of date. Reload it and upload again."]));

        // The API and the team's quota say how much is too much; Kestrel's 30 MB is not about data.
        context.Features.Get<IHttpMaxRequestBodySizeFeature>()?.MaxRequestBodySize = null;
        try
        {
            return Results.Json(await upload(), MaaSJson.Options, statusCode: StatusCodes.Status201Created);
        }
        catch (ProblemException refusal)
        {
            return Refuse(refusal.Problem with { Detail = Failure.Words(refusal.Problem) });
        }
        catch (HttpRequestException)
        {
            return Refuse(new(StatusCodes.Status502BadGateway, "api_unreachable", "Unreachable", T["The upload was cut off before the API had all of it. Try again."]));
        }
    }

    private static IResult Refuse(Problem problem) =>
        Results.Json(problem, MaaSJson.Options, "application/problem+json", problem.Status);
}
