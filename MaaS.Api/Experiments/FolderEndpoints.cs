// Folders above experiments. A folder is a path that experiments share, so there is nothing to make or delete, only to move and rename.
using MaaS.Api.Problems;
using MaaS.Api.Teams;
using MaaS.Catalog;
using MaaS.Contracts.Experiments;
using MaaS.Contracts.Teams;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.EntityFrameworkCore;

namespace MaaS.Api.Experiments;

internal static class FolderEndpoints
{
    public static void MapFolders(this IEndpointRouteBuilder api)
    {
        api.MapGroup("experiments").WithTags("Experiments").MapPost("move", Move).Needs(Role.Member).WithSummary("Move experiments to a folder, all or none");
        api.MapGroup("folders").WithTags("Experiments").MapPost("rename", Rename).Needs(Role.Member).WithSummary("Give a folder, with all below it, another path");
    }

    private static async Task<Results<NoContent, NotFoundProblem>> Move(MoveExperiments request, Caller caller, CatalogContext context, CancellationToken token)
    {
        var rows = await context.Experiments.Where(row => row.TeamId == caller.TeamId && request.ExperimentIds.Contains(row.Id)).ToDictionaryAsync(row => row.Id, token);
        foreach (var id in request.ExperimentIds)
            if (!rows.ContainsKey(id))
                return new NotFoundProblem("experiment", id);
        foreach (var row in rows.Values)
        {
            row.Folder = request.Folder;
            context.Audit(caller, "moved", "experiment", row.Name, request.Folder.Length == 0 ? "to the top" : $"to {request.Folder}");
        }
        await context.SaveChangesAsync(token);
        return TypedResults.NoContent();
    }

    private static async Task<Results<NoContent, NotFoundProblem, InvalidProblem>> Rename(RenameFolder request, Caller caller, CatalogContext context, CancellationToken token)
    {
        var (from, below) = (request.Folder, request.Folder + "/");
        if (request.To == from || request.To.StartsWith(below, StringComparison.Ordinal))
            return new InvalidProblem("folder_in_itself", $"to is \"{request.To}\", which is in \"{from}\" itself; choose a path outside of it.");
        var rows = await context.Experiments.Where(row => row.TeamId == caller.TeamId && (row.Folder == from || row.Folder.StartsWith(below))).ToListAsync(token);
        if (rows.Count == 0)
            return new NotFoundProblem("folder", $"\"{from}\"");
        var allowed = new FolderPathAttribute();
        foreach (var row in rows)
        {
            row.Folder = request.To + row.Folder[from.Length..];
            if (!allowed.IsValid(row.Folder))
                return new InvalidProblem("folder_too_deep", $"to is \"{request.To}\", which would make \"{row.Folder}\"; up to eight names are allowed.");
        }
        context.Audit(caller, "renamed", "folder", from, $"to {request.To}");
        await context.SaveChangesAsync(token);
        return TypedResults.NoContent();
    }
}
