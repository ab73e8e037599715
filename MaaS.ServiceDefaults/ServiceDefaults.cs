// What every service does the same way: telemetry, health, finding the other services, resilient calls to them.
// It is the Aspire template's, trimmed. It does not know what any service is for.
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Diagnostics.HealthChecks;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Diagnostics.HealthChecks;
using Microsoft.Extensions.Hosting;

namespace MaaS.ServiceDefaults;

public static class ServiceDefaults
{
    /// <summary>The tag of a check that says the process itself is alive, whatever it depends on.</summary>
    public const string Live = "live";

    /// <summary>
    /// Telemetry, a liveness check, and for every <see cref="HttpClient"/> made by the factory: service discovery
    /// (<c>http://api</c> resolves through <c>services__api__http__0</c>) and retries with time-outs.
    /// </summary>
    public static TBuilder AddServiceDefaults<TBuilder>(this TBuilder builder) where TBuilder : IHostApplicationBuilder
    {
        builder.AddTelemetry();
        builder.Services.AddHealthChecks().AddCheck("self", () => HealthCheckResult.Healthy(), [Live]);
        builder.Services.AddServiceDiscovery();
        builder.Services.ConfigureHttpClientDefaults(http =>
        {
            http.AddStandardResilienceHandler();
            http.AddServiceDiscovery();
        });
        return builder;
    }

    /// <summary>
    /// <c>/health</c>: every registered check passes, so the service may take traffic. <c>/alive</c>: the process
    /// answers; a database that is down does not make it fail, so nobody restarts a service for that.
    /// Both are mapped in every environment, because whoever starts the services waits for them; they say one word.
    /// </summary>
    public static WebApplication MapDefaultEndpoints(this WebApplication app)
    {
        app.MapHealthChecks(Telemetry.HealthPath);
        app.MapHealthChecks(Telemetry.AlivePath, new HealthCheckOptions { Predicate = check => check.Tags.Contains(Live) });
        return app;
    }
}
