// Brings the database to the schema this build was made for. The API applies it; everybody else waits for it.
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.Logging;

namespace MaaS.Catalog;

public sealed class CatalogMigrations(IDbContextFactory<CatalogContext> contexts, ILogger<CatalogMigrations> logger)
{
    private static readonly TimeSpan s_pause = TimeSpan.FromSeconds(1);

    /// <summary>Applies what is missing, once over all replicas (the provider takes a lock); waits for a server that is still starting.</summary>
    public Task Apply(CancellationToken token) => UntilDone("apply the schema", async context =>
    {
        await context.Database.MigrateAsync(token);
        return true;
    }, token);

    /// <summary>Waits until somebody has applied every migration this build knows.</summary>
    public Task WaitUntilApplied(CancellationToken token) => UntilDone("find its schema complete", async context =>
        !(await context.Database.GetPendingMigrationsAsync(token)).Any(), token);

    private async Task UntilDone(string what, Func<CatalogContext, Task<bool>> tried, CancellationToken token)
    {
        for (var said = false; ; said = true)
        {
            string? why;
            try
            {
                await using var context = await contexts.CreateDbContextAsync(token);
                if (await tried(context))
                    return;
                why = "migrations are pending";
            }
            catch (Exception error) when (Outage.Is(error))
            {
                why = error.Message;
            }
            if (!said)
                logger.LogInformation("Waiting for the database to {What}: {Why}", what, why);
            await Task.Delay(s_pause, token);
        }
    }
}
