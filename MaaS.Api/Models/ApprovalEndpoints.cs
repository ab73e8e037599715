// Approval of versions: asked for by members, given by admins, and needed before a version gets traffic where the team's rule says so.
using MaaS.Api.Problems;
using MaaS.Api.Teams;
using MaaS.Catalog;
using MaaS.Catalog.Models;
using MaaS.Contracts;
using MaaS.Contracts.Models;
using MaaS.Contracts.Teams;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.EntityFrameworkCore;

namespace MaaS.Api.Models;

internal static class ApprovalEndpoints
{
    public static void MapApprovals(this IEndpointRouteBuilder api, IEndpointRouteBuilder versions)
    {
        api.MapGet("approvals", List).WithTags("Models").WithSummary("Requests for approval, newest first; of one state when it is given");
        api.MapPut("team/approval-rule", SetRule).Needs(Role.Admin).WithTags("Team").WithSummary("Say whether a version must be approved before it is deployed");
        versions.MapGet("{version}/approvals", OfVersion).WithSummary("The requests for approval of a version, newest first");
        versions.MapPost("{version}/approvals", Ask).Needs(Role.Member).WithSummary("Request the approval of a version");
        versions.MapPut("{version}/approvals/pending", Decide).Needs(Role.Admin).WithSummary("Approve or reject a version whose approval is requested");
    }

    private static async Task<Results<Ok<Page<ApprovalView>>, InvalidProblem>> List(
        string? state, [AsParameters] Paging paging, Caller caller, CatalogContext context, CancellationToken token)
    {
        if (!paging.TryId(out var after, out var problem))
            return problem!;
        ApprovalState? wanted = null;
        if (state is not null)
        {
            if (!Enum.TryParse<ApprovalState>(state, ignoreCase: true, out var known) || !Enum.IsDefined(known) || char.IsAsciiDigit(state[0]))
                return new InvalidProblem("state_unknown", $"state is \"{state}\"; it must be one of pending, approved, rejected.");
            wanted = known;
        }
        var requests = ForViews(context).Where(row => row.TeamId == caller.TeamId && (wanted == null || row.State == wanted) && (after == null || row.Id < after)).OrderByDescending(row => row.Id);
        return TypedResults.Ok(await requests.Page(paging.Count, row => $"{row.Id}", View, token));
    }

    private static async Task<Results<Ok<IReadOnlyList<ApprovalView>>, NotFoundProblem>> OfVersion(
        string model, int version, Caller caller, CatalogContext context, CancellationToken token)
    {
        if (await Find(context, caller, model, version, token) is not { } row)
            return ModelVersionEndpoints.Missing(model, version);
        var requests = await ForViews(context).Where(request => request.VersionId == row.Id).OrderByDescending(request => request.Id).ToListAsync(token);
        return TypedResults.Ok<IReadOnlyList<ApprovalView>>(requests.ConvertAll(View));
    }

    private static async Task<Results<Ok<ApprovalView>, NotFoundProblem, ConflictProblem>> Ask(
        string model, int version, RequestApproval request, Caller caller, CatalogContext context, TimeProvider clock, CancellationToken token)
    {
        await using var transaction = await context.Database.BeginTransactionAsync(token);
        if (await Locked(context, caller, model, version, token) is not { } row)
            return ModelVersionEndpoints.Missing(model, version);
        if (row.Approvals.Any(earlier => earlier.State == ApprovalState.Approved))
            return new ConflictProblem("already_approved", $"Version {version} of \"{model}\" is approved already.");
        if (Pending(row) is { } pending)
            return new ConflictProblem("approval_pending", $"{pending.RequestedBy} has requested the approval of version {version} of \"{model}\" already; an admin has yet to decide.");
        var asked = new VersionApproval
        {
            TeamId = caller.TeamId,
            VersionId = row.Id,
            RequestedBy = caller.Name,
            Requester = caller.KeyId is { } key ? await context.ApiKeys.Where(found => found.Id == key).Select(found => found.CreatedBy).SingleOrDefaultAsync(token) ?? caller.Name : caller.Name,
            RequestedAt = clock.GetUtcNow(),
            Note = request.Note,
        };
        context.VersionApprovals.Add(asked);
        context.Audit(caller, "requested_approval", "model", model, $"version {version}: {request.Note}");
        await context.SaveChangesAsync(token);
        await transaction.CommitAsync(token);
        return TypedResults.Ok(View(asked, model, version));
    }

    private static async Task<Results<Ok<ApprovalView>, NotFoundProblem, ConflictProblem, ForbiddenProblem>> Decide(
        string model, int version, DecideApproval request, Caller caller, CatalogContext context, TimeProvider clock, CancellationToken token)
    {
        await using var transaction = await context.Database.BeginTransactionAsync(token);
        if (await Locked(context, caller, model, version, token) is not { } row)
            return ModelVersionEndpoints.Missing(model, version);
        if (caller.UserId is null)
            return new ForbiddenProblem("session_needed", "A version is approved by a person, not by an API key; sign in to decide.");
        if (Pending(row) is not { } pending)
            return new ConflictProblem("no_approval_requested", $"Nobody has requested the approval of version {version} of \"{model}\", or it was decided already.");
        if (request.Approve && pending.Requester == caller.Name && await context.Members.CountAsync(member => member.TeamId == caller.TeamId && member.Role == Role.Admin, token) > 1)
            return new ForbiddenProblem("own_request", $"You requested the approval of version {version} of \"{model}\" yourself; another admin of the team must decide.");
        (pending.State, pending.DecidedBy, pending.DecidedAt, pending.Decision) =
            (request.Approve ? ApprovalState.Approved : ApprovalState.Rejected, caller.Name, clock.GetUtcNow(), request.Note);
        context.Audit(caller, request.Approve ? "approved" : "rejected", "model", model, $"version {version}: {request.Note}");
        await context.SaveChangesAsync(token);
        await transaction.CommitAsync(token);
        return TypedResults.Ok(View(pending, model, version));
    }

    private static async Task<Ok<ApprovalRule>> SetRule(ApprovalRule request, Caller caller, CatalogContext context, CancellationToken token)
    {
        var team = await context.Teams.SingleAsync(row => row.Id == caller.TeamId, token);
        if (team.ApprovalNeeded != request.Needed)
        {
            team.ApprovalNeeded = request.Needed;
            context.Audit(caller, "changed_approval_rule", "team", team.Name, request.Needed ? "versions must be approved before they are deployed" : "versions need no approval");
            await context.SaveChangesAsync(token);
        }
        return TypedResults.Ok(request);
    }

    private static VersionApproval? Pending(ModelVersion row) => row.Approvals.SingleOrDefault(request => request.State == ApprovalState.Pending);

    private static Task<ModelVersion?> Find(CatalogContext context, Caller caller, string model, int version, CancellationToken token) =>
        context.ModelVersions.AsNoTracking().SingleOrDefaultAsync(row => row.TeamId == caller.TeamId && row.Model.Name == model && row.Number == version, token);

    /// <summary>With its requests, and locked until the transaction ends: one request at a time, decided once.</summary>
    private static async Task<ModelVersion?> Locked(CatalogContext context, Caller caller, string model, int version, CancellationToken token)
    {
        if (await Find(context, caller, model, version, token) is not { } found)
            return null;
        await context.Database.ExecuteSqlAsync($"select 1 from model_versions where id = {found.Id} for no key update", token);
        return await context.ModelVersions.Include(row => row.Approvals).SingleOrDefaultAsync(row => row.Id == found.Id, token);
    }

    private static IQueryable<VersionApproval> ForViews(CatalogContext context) => context.VersionApprovals.AsNoTracking().Include(row => row.Version.Model);

    private static ApprovalView View(VersionApproval row) => View(row, row.Version.Model.Name, row.Version.Number);

    private static ApprovalView View(VersionApproval row, string model, int version) =>
        new(row.Id, model, version, row.State, row.RequestedBy, row.RequestedAt, row.Note, row.DecidedBy, row.DecidedAt, row.Decision);
}
