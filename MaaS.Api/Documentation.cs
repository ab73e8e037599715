// The API described by itself: /openapi/v1.json for programs, /scalar for people. Routes, bodies and problems come from the endpoints.
using MaaS.Api.Datasets;
using MaaS.Api.Problems;
using MaaS.Contracts;
using Microsoft.AspNetCore.Authorization;
using Microsoft.AspNetCore.OpenApi;
using Microsoft.OpenApi;
using Scalar.AspNetCore;

namespace MaaS.Api;

internal static class Documentation
{
    private const string Scheme = "bearer";

    public static void AddDocumentation(this WebApplicationBuilder builder) => builder.Services.AddOpenApi(options =>
    {
        options.AddDocumentTransformer(Describe);
        options.AddOperationTransformer(AddSecurity);
        options.AddOperationTransformer(AddFileBody);
    });

    public static void MapDocumentation(this WebApplication app)
    {
        app.MapOpenApi();
        app.MapScalarApiReference("/scalar", scalar => scalar.WithTitle("MaaS API"));
    }

    private static Task Describe(OpenApiDocument document, OpenApiDocumentTransformerContext context, CancellationToken token)
    {
        document.Info = new()
        {
            Title = "MaaS API",
            Version = "v1",
            Description = "Bring data, train, compare, register, deploy, predict. Every error is problem details with a stable code and a sentence.",
        };
        document.Components ??= new();
        document.Components.SecuritySchemes ??= new Dictionary<string, IOpenApiSecurityScheme>(StringComparer.Ordinal);
        document.Components.SecuritySchemes[Scheme] = new OpenApiSecurityScheme
        {
            Type = SecuritySchemeType.Http,
            Scheme = Scheme,
            Description = "A session token (POST /api/session) or an API key.",
        };
        return Task.CompletedTask;
    }

    /// <summary>Whatever is not open to everybody needs a caller, and says so; whatever takes input may refuse it.</summary>
    private static Task AddSecurity(OpenApiOperation operation, OpenApiOperationTransformerContext context, CancellationToken token)
    {
        var metadata = context.Description.ActionDescriptor.EndpointMetadata;
        if (!metadata.OfType<IAllowAnonymous>().Any())
        {
            operation.Security = [new() { [new OpenApiSecuritySchemeReference(Scheme, context.Document)] = [] }];
            AddProblem(operation, context, "401", "No valid session token or API key");
        }
        if (operation.RequestBody is not null || operation.Parameters is { Count: > 0 })
            AddProblem(operation, context, "400", "A value is missing, malformed or out of range");
        AddProblem(operation, context, "503", "The database does not answer at the moment");
        return Task.CompletedTask;
    }

    private static Task AddFileBody(OpenApiOperation operation, OpenApiOperationTransformerContext context, CancellationToken token)
    {
        if (!context.Description.ActionDescriptor.EndpointMetadata.OfType<TakesFileMetadata>().Any())
            return Task.CompletedTask;
        var file = new OpenApiSchema { Type = JsonSchemaType.String, Format = "binary" };
        operation.RequestBody = new OpenApiRequestBody
        {
            Required = true,
            Description = "The file's bytes; or a multipart form with one file.",
            Content = new Dictionary<string, OpenApiMediaType>(StringComparer.Ordinal)
            {
                ["application/octet-stream"] = new() { Schema = file },
                ["multipart/form-data"] = new()
                {
                    Schema = new OpenApiSchema { Type = JsonSchemaType.Object, Properties = new Dictionary<string, IOpenApiSchema>(StringComparer.Ordinal) { ["file"] = file } },
                },
            },
        };
        return Task.CompletedTask;
    }

    private static void AddProblem(OpenApiOperation operation, OpenApiOperationTransformerContext context, string status, string when)
    {
        operation.Responses ??= [];
        operation.Responses.TryAdd(status, new OpenApiResponse
        {
            Description = when,
            Content = new Dictionary<string, OpenApiMediaType>(StringComparer.Ordinal)
            {
                [ProblemResult.MediaType] = new() { Schema = new OpenApiSchemaReference(nameof(Problem), context.Document) },
            },
        });
    }
}
