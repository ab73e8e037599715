// Wires the open protocol and the metrics into the server: what is asked often before the rest of the pipeline, the rest of gRPC in it.
using MaaS.Api.Inference.OpenInference;
using MaaS.Catalog;

namespace MaaS.Api.Inference;

internal static class OpenInferenceRegistration
{
    public static void AddOpenInference(this IServiceCollection services)
    {
        services.AddSingleton<ModelDocuments>().AddSingleton<ModelRepository>().AddSingleton<InferHttp>().AddSingleton<DocumentHttp>()
            .AddSingleton<OpenInferenceHttp>().AddSingleton<InferGrpc>();
        // Its own answer to unknown services would take every address of two parts, and a wrong method there would be "not found".
        services.AddGrpc(grpc =>
        {
            grpc.IgnoreUnknownServices = true;
            grpc.MaxReceiveMessageSize = RequestBody.MostBytes; // a stream's messages may be as large as single ones
        });
        services.AddGrpcReflection();
    }

    public static void UseOpenInference(this WebApplication app)
    {
        app.Services.GetRequiredService<ServingMeter>(); // it is made by being asked for
        MetricsText.UseMetrics(app, Listening.Metrics(app.Configuration));
        var (http, grpc) = (app.Services.GetRequiredService<OpenInferenceHttp>(), app.Services.GetRequiredService<InferGrpc>());
        app.Use(next => context => context.Request.Path.Value == InferGrpc.Path ? grpc.Answer(context) : http.Invoke(context, next));
        app.Use(next => async context =>
        {
            await PoolThreads.Enter();
            await next(context);
        });
        app.MapGrpcService<OpenInferenceService>();
        app.MapGrpcService<GrpcHealth>();
        app.MapGrpcReflectionService().RequireAuthorization();
    }
}
