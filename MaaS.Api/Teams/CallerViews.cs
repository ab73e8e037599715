// What a caller is told about itself: its team with the storage it takes, its role, and the teams it could switch to.
using MaaS.Catalog;
using MaaS.Catalog.Artifacts;
using MaaS.Catalog.Teams;
using MaaS.Contracts.Teams;
using Microsoft.EntityFrameworkCore;

namespace MaaS.Api.Teams;

internal sealed class CallerViews(StorageUse storage)
{
    public async Task<CallerView> Of(CatalogContext context, Caller caller, CancellationToken token)
    {
        var teams = await context.Teams.AsNoTracking()
            .Where(team => team.Id == caller.TeamId || context.Members.Any(member => member.UserId == caller.UserId && member.TeamId == team.Id))
            .OrderBy(team => team.Name).ToListAsync(token);
        var views = new List<TeamView>();
        foreach (var team in teams)
            views.Add(View(team, await storage.Of(team.Id, token)));
        return new(views.Single(view => view.Id == caller.TeamId), caller.Role, caller.Name, caller.UserId, caller.KeyId, views);
    }

    private static TeamView View(Team team, long bytes) => new(team.Id, team.Name, bytes, team.StorageQuotaBytes, team.CreatedAt, team.ApprovalNeeded);
}
