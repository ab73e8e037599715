// What happens once at start, behind an address that already answers /alive: the schema, then the first team and admin.
// /health says ready only after it; a database that comes late is waited for.
using MaaS.Api.Teams;
using MaaS.Catalog;
using Microsoft.Extensions.Diagnostics.HealthChecks;
using Npgsql;

namespace MaaS.Api;

internal sealed class StartUp(CatalogMigrations migrations, FirstStart first, NpgsqlDataSource database, ILogger<StartUp> logger) : BackgroundService, IHealthCheck
{
    private volatile bool _done;

    public bool IsDone => _done;

    public async Task<HealthCheckResult> CheckHealthAsync(HealthCheckContext context, CancellationToken token = default)
    {
        if (!_done)
            return HealthCheckResult.Unhealthy("The schema is still being applied, or the database does not answer.");
        try
        {
            await using var command = database.CreateCommand("select 1");
            await command.ExecuteScalarAsync(token);
            return HealthCheckResult.Healthy();
        }
        catch (NpgsqlException error)
        {
            return HealthCheckResult.Unhealthy("The database does not answer.", error);
        }
    }

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        await PoolThreads.Enter();
        await migrations.Apply(stoppingToken);
        await first.Run(stoppingToken);
        _done = true;
        logger.LogInformation("Ready");
    }
}

internal static class StartUpRegistration
{
    public static void AddStartUp(this WebApplicationBuilder builder)
    {
        builder.Services.AddSingleton<FirstStart>().AddSingleton<StartUp>();
        builder.Services.AddHostedService(provider => provider.GetRequiredService<StartUp>());
        builder.Services.AddHostedService<Retention>();
        builder.Services.AddHealthChecks().AddCheck<StartUp>("database");
    }
}
