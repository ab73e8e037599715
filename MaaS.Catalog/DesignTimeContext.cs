// For the migration tool only. After changing an entity: dotnet tool restore, then
// dotnet ef migrations add WhatChanged --project MaaS.Catalog --output-dir Migrations
using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Design;
using Npgsql;

namespace MaaS.Catalog;

internal sealed class DesignTimeContext : IDesignTimeDbContextFactory<CatalogContext>
{
    public CatalogContext CreateDbContext(string[] args)
    {
        var options = new DbContextOptionsBuilder<CatalogContext>();
        CatalogRegistration.Configure(options, NpgsqlDataSource.Create("Host=localhost"));
        return new(options.Options);
    }
}
