// Wires the pieces of this folder into the request pipeline.
using MaaS.Contracts;

namespace MaaS.Api.Problems;

internal static class ProblemRegistration
{
    public static void AddProblems(this WebApplicationBuilder builder)
    {
        builder.Services.ConfigureHttpJsonOptions(json => MaaSJson.Configure(json.SerializerOptions));
        // Without it a request that cannot be bound is answered 400 with no word about why.
        builder.Services.Configure<RouteHandlerOptions>(routes => routes.ThrowOnBadRequest = true);
        builder.Services.AddValidation();
        builder.Services.AddSingleton<IProblemDetailsWriter, ProblemWriter>();
        builder.Services.AddProblemDetails();
        builder.Services.AddExceptionHandler<RequestErrors>();
        builder.WebHost.ConfigureKestrel(kestrel => kestrel.Limits.MaxRequestBodySize = Limits.JsonBytes);
    }

    public static void UseProblems(this WebApplication app)
    {
        app.UseExceptionHandler(new ExceptionHandlerOptions { SuppressDiagnosticsCallback = _ => true });
        app.UseStatusCodePages();
        app.UseRouting();
        app.UseBodyLimit();
    }
}
