// The protocol's repository: the team's deployments with the versions they serve. To load one is to resume it, to unload it to pause it.
using MaaS.Api.Deployments;
using MaaS.Api.Teams;
using MaaS.Catalog;
using MaaS.Contracts.Deployments;
using Microsoft.EntityFrameworkCore;

namespace MaaS.Api.Inference.OpenInference;

internal sealed class ModelRepository(IDbContextFactory<CatalogContext> contexts, Router router, Admission admission, LoadedModels models)
{
    /// <param name="readyOnly">Leaves out what would not be answered now.</param>
    public async Task<IReadOnlyList<RepositoryEntry>> Index(Caller caller, bool readyOnly, CancellationToken token)
    {
        await using var context = await contexts.CreateDbContextAsync(token);
        var deployments = await context.Deployments.ForViews().Where(row => row.TeamId == caller.TeamId).OrderBy(row => row.Name).ToListAsync(token);
        return [.. deployments
            .SelectMany(row => row.Revisions.MaxBy(revision => revision.Number)!.Shares.OrderBy(share => share.Version.Number).Select(share =>
                (Reason: row.State == DeploymentState.Paused ? "paused" : models.Failure(share.VersionId), row.Name, share.Version.Number)))
            .Where(entry => !readyOnly || entry.Reason is null)
            .Select(entry => new RepositoryEntry(entry.Name, $"{entry.Number}", entry.Reason is null ? "READY" : "UNAVAILABLE", entry.Reason ?? ""))];
    }

    /// <exception cref="ServingError">A parameter would change what is loaded, which the catalog alone decides.</exception>
    public static void Check(string model, IEnumerable<string> parameters)
    {
        if (parameters.FirstOrDefault(name => name == "config" || name.StartsWith("file:", StringComparison.Ordinal)) is { } name)
            throw new ServingError(ServingStatus.Invalid, $"failed to load '{model}': the parameter '{name}' is not taken; a deployment serves versions of the catalog.");
    }

    /// <exception cref="ServingError">There is no such deployment, or a version of it cannot be loaded; then it stays as it was.</exception>
    public async Task Load(Caller caller, string model, CancellationToken token)
    {
        var route = await Route(caller, model, "load", token);
        foreach (var share in route.Shares)
            await admission.Load(share, token);
        await Switch(caller, model, DeploymentState.Serving, "resumed", token);
    }

    /// <exception cref="ServingError">There is no such deployment.</exception>
    public async Task Unload(Caller caller, string model, CancellationToken token)
    {
        await Route(caller, model, "unload", token); // which knows names that the database does not take
        await Switch(caller, model, DeploymentState.Paused, "paused", token);
    }

    private async Task<DeploymentRoute> Route(Caller caller, string model, string action, CancellationToken token) =>
        await router.Find(caller.TeamId, model, token) ?? throw Missing(model, action);

    private async Task Switch(Caller caller, string model, DeploymentState state, string action, CancellationToken token)
    {
        await using var context = await contexts.CreateDbContextAsync(token);
        if (!await DeploymentSwitch.Set(context, router, models, caller, model, state, action, token))
            throw Missing(model, state == DeploymentState.Paused ? "unload" : "load");
    }

    private static ServingError Missing(string model, string action) => new(ServingStatus.NotFound, $"failed to {action} '{model}': there is no such deployment in this team.");
}
