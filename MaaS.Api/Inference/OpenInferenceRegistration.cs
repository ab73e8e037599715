// Wires the open protocol into the server.
using MaaS.Api.Inference.OpenInference;

namespace MaaS.Api.Inference;

internal static class OpenInferenceRegistration
{
    public static void AddOpenInference(this IServiceCollection services) => services
        .AddSingleton<ModelDocuments>().AddSingleton<ModelRepository>().AddSingleton<InferHttp>().AddSingleton<DocumentHttp>().AddSingleton<OpenInferenceHttp>();

    public static void UseOpenInference(this WebApplication app)
    {
        MetricsText.UseMetrics(app, Listening.Metrics(app.Configuration));
        var http = app.Services.GetRequiredService<OpenInferenceHttp>();
        app.Use(next => context => http.Invoke(context, next));
    }
}
