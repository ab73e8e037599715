// Logs, metrics and traces of a service, sent over OTLP when OTEL_EXPORTER_OTLP_ENDPOINT names a collector.
// It does not know who collects them; with no collector nothing is measured, because nobody would see it: a span and its measurements
// cost a request some 2 us, a tenth of what the whole of it costs.
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using OpenTelemetry;
using OpenTelemetry.Metrics;
using OpenTelemetry.Trace;

namespace MaaS.ServiceDefaults;

internal static class Telemetry
{
    public const string HealthPath = "/health";
    public const string AlivePath = "/alive";

    /// <summary>
    /// Instruments ASP.NET Core, outgoing HTTP and the runtime, and every source and meter whose name starts with
    /// <c>MaaS.</c>. The service's name comes from <c>OTEL_SERVICE_NAME</c>.
    /// </summary>
    public static void AddTelemetry(this IHostApplicationBuilder builder)
    {
        // Eight lines for every request served and made would bury what the services themselves say.
        builder.Logging.AddFilter("Microsoft.AspNetCore", LogLevel.Warning).AddFilter("System.Net.Http.HttpClient", LogLevel.Warning);
        if (string.IsNullOrWhiteSpace(builder.Configuration["OTEL_EXPORTER_OTLP_ENDPOINT"]))
        {
            // It would open a scope and a span for every request all the same.
            builder.Logging.AddFilter("Microsoft.AspNetCore.Hosting.Diagnostics", LogLevel.None);
            return;
        }
        builder.Logging.AddOpenTelemetry(logging =>
        {
            logging.IncludeFormattedMessage = true;
            logging.IncludeScopes = true;
        });

        builder.Services.AddOpenTelemetry()
            .WithMetrics(metrics => metrics
                .AddAspNetCoreInstrumentation()
                .AddHttpClientInstrumentation()
                .AddRuntimeInstrumentation()
                .AddMeter("MaaS.*"))
            .WithTracing(tracing => tracing
                .AddSource("MaaS.*", "Npgsql")
                // Probes arrive every few seconds for ever and would bury the requests that matter.
                .AddAspNetCoreInstrumentation(options => options.Filter = context =>
                    !context.Request.Path.StartsWithSegments(HealthPath) && !context.Request.Path.StartsWithSegments(AlivePath))
                .AddHttpClientInstrumentation())
            .UseOtlpExporter();
    }
}
