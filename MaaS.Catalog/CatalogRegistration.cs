// Makes the catalog available to a service. Knows configuration; knows nothing of HTTP.
using System.Globalization;
using MaaS.Catalog.Artifacts;
using MaaS.Catalog.Compression;
using MaaS.Catalog.Deployments;
using MaaS.Catalog.Experiments;
using MaaS.Catalog.Jobs;
using MaaS.Catalog.Models;
using MaaS.Catalog.Search;
using MaaS.Catalog.Sweeps;
using MaaS.Catalog.Teams;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Npgsql;

namespace MaaS.Catalog;

public static class CatalogRegistration
{
    private static readonly PoolReading s_reading = new();

    /// <summary>
    /// Reads <c>ConnectionStrings:maas</c> (PostgreSQL), <c>ConnectionStrings:artifacts</c> (<c>file:///folder</c>) and
    /// <c>Worker:LeaseSeconds</c> (60). Nothing is connected yet.
    /// </summary>
    /// <exception cref="InvalidOperationException">One of them is missing or cannot work; the message says what to set.</exception>
    public static IServiceCollection AddCatalog(this IServiceCollection services, IConfiguration configuration)
    {
        var connectionString = configuration.GetConnectionString("maas")
            ?? throw new InvalidOperationException(
                "ConnectionStrings:maas is not set. Give the PostgreSQL to use: ConnectionStrings__maas=\"Host=...;Username=...;Password=...;Database=maas\".");
        var root = ArtifactRoot(configuration.GetConnectionString("artifacts"));
        var lease = TimeSpan.FromSeconds(double.Parse(configuration["Worker:LeaseSeconds"] ?? "60", CultureInfo.InvariantCulture));

        services.AddSingleton(_ => NpgsqlDataSource.Create(connectionString));
        services.AddPooledDbContextFactory<CatalogContext>((provider, options) =>
            Configure(options, provider.GetRequiredService<NpgsqlDataSource>()));
        // A request's own context, from the same pool.
        services.AddScoped(provider => provider.GetRequiredService<IDbContextFactory<CatalogContext>>().CreateDbContext());
        services.AddSingleton<CatalogMigrations>();
        services.AddSingleton<MetricStore>();
        services.AddSingleton<RunFinder>().AddSingleton<NounFinder>();
        services.AddSingleton<JobLog>();
        services.AddSingleton(provider => ActivatorUtilities.CreateInstance<JobQueue>(provider, lease));
        services.AddSingleton(provider => ActivatorUtilities.CreateInstance<ArtifactStore>(provider, root));
        services.AddSingleton(provider => ActivatorUtilities.CreateInstance<ArtifactSweep>(provider, root));
        services.AddSingleton<LoadMarks>();
        services.AddSingleton<UsageStore>();
        services.AddSingleton<ComparisonStore>();
        services.AddSingleton<TrafficStore>();
        services.AddSingleton<SampleStore>();
        services.AddSingleton<AnswerStore>();
        services.AddSingleton<StorageUse>();
        services.AddSingleton<SweepStore>();
        services.AddSingleton<CompressionStore>();
        services.AddSingleton<ModelStore>();
        return services;
    }

    internal static void Configure(DbContextOptionsBuilder options, NpgsqlDataSource database) => options
        .UseNpgsql(database, npgsql => npgsql.UseQuerySplittingBehavior(QuerySplittingBehavior.SplitQuery))
        .UseSnakeCaseNamingConvention().AddInterceptors(s_reading);

    private static string ArtifactRoot(string? address)
    {
        if (address is null)
            throw new InvalidOperationException(
                "ConnectionStrings:artifacts is not set. Give the folder for files: ConnectionStrings__artifacts=\"file:///var/lib/maas/artifacts\".");
        if (!Uri.TryCreate(address, UriKind.Absolute, out var uri) || !uri.IsFile)
            throw new InvalidOperationException(
                $"ConnectionStrings:artifacts is \"{address}\"; only file:///folder is built yet, an object store (s3://) is not.");
        return uri.LocalPath;
    }
}
