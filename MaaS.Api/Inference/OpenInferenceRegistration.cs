// Wires the open protocol and the metrics into the server: what is asked often before the rest of the pipeline, the rest of gRPC in it.
using MaaS.Api.Inference.OpenInference;

namespace MaaS.Api.Inference;

internal static class OpenInferenceRegistration
{
    public static void AddOpenInference(this IServiceCollection services)
    {
        services.AddSingleton<ModelDocuments>().AddSingleton<ModelRepository>().AddSingleton<InferHttp>().AddSingleton<DocumentHttp>()
            .AddSingleton<OpenInferenceHttp>().AddSingleton<InferGrpc>();
        services.AddGrpc();
        services.AddGrpcReflection();
    }

    public static void UseOpenInference(this WebApplication app)
    {
        MetricsText.UseMetrics(app, Listening.Metrics(app.Configuration));
        var (http, grpc) = (app.Services.GetRequiredService<OpenInferenceHttp>(), app.Services.GetRequiredService<InferGrpc>());
        app.Use(next => context => context.Request.Path.Value == InferGrpc.Path ? grpc.Answer(context) : http.Invoke(context, next));
        app.MapGrpcService<OpenInferenceService>();
        app.MapGrpcService<GrpcHealth>();
        app.MapGrpcReflectionService().RequireAuthorization();
    }
}
