// One real PostgreSQL for the whole test run, and a fresh database, schema applied, for each test class that asks.
using MaaS.Catalog;
using MaaS.Platform.Tests;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Npgsql;
using Xunit;

[assembly: AssemblyFixture(typeof(PostgresFixture))]

namespace MaaS.Platform.Tests;

public sealed class PostgresFixture : IAsyncLifetime
{
    private const string Template = "maas_template";

    private readonly PostgresServer _server = new();
    private int _databases;

    public async ValueTask InitializeAsync()
    {
        if (PostgresServer.Missing is not null)
            return;
        var token = TestContext.Current.CancellationToken;
        await _server.Start(token);
        await _server.Execute($"create database {Template}", token);
        await using var services = Services($"{_server.ConnectionString(Template)};Pooling=false", "/nowhere");
        await services.GetRequiredService<CatalogMigrations>().Apply(token);
    }

    /// <summary>The connection string of a new database with the whole schema in it. Skips the test where there is no PostgreSQL.</summary>
    public async Task<string> CreateDatabase()
    {
        Assert.SkipWhen(PostgresServer.Missing is not null, PostgresServer.Missing ?? "");
        var name = $"test_{Interlocked.Increment(ref _databases)}";
        await _server.Execute($"create database {name} template {Template}", TestContext.Current.CancellationToken);
        return _server.ConnectionString(name);
    }

    /// <summary>The catalog, as a service registers it.</summary>
    public static ServiceProvider Services(string connectionString, string artifacts, params (string Key, string Value)[] settings) =>
        new ServiceCollection()
            .AddLogging()
            .AddCatalog(new ConfigurationBuilder()
                .AddInMemoryCollection(settings.ToDictionary(setting => setting.Key, string? (setting) => setting.Value))
                .AddInMemoryCollection(new Dictionary<string, string?>
                {
                    ["ConnectionStrings:maas"] = connectionString,
                    ["ConnectionStrings:artifacts"] = new Uri(artifacts).AbsoluteUri,
                })
                .Build())
            .BuildServiceProvider();

    public ValueTask DisposeAsync()
    {
        NpgsqlConnection.ClearAllPools();
        return _server.DisposeAsync();
    }
}
