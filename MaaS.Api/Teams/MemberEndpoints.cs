// The people of a team and their roles. A team always keeps an admin.
using MaaS.Api.Problems;
using MaaS.Catalog;
using MaaS.Catalog.Teams;
using MaaS.Contracts.Teams;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.EntityFrameworkCore;

namespace MaaS.Api.Teams;

internal static class MemberEndpoints
{
    public static void MapMembers(this IEndpointRouteBuilder api)
    {
        var members = api.MapGroup("team/members").WithTags("Team");
        members.MapGet("", List).WithSummary("Members; for an admin also invitations not yet accepted, and who signs in with a code");
        members.MapPost("", InvitationEndpoints.Create).Needs(Role.Admin).WithSummary("Invite a person; the answer holds a one-time link's token");
        members.MapPut("{user}", ChangeRole).Needs(Role.Admin).WithSummary("Change a member's role");
        members.MapPost("{user}/password-reset", PasswordResets.Make).Needs(Role.Admin).WithSummary("Make a one-time link to a new password for a member; its token is in the answer and nowhere else");
        members.MapDelete("{user}/authenticator", PasswordResets.RemoveAuthenticator).Needs(Role.Admin).WithSummary("Turn off the authenticator of a member who lost it");
        members.MapDelete("{user}", Remove).Needs(Role.Admin).WithSummary("Remove a member, and end their sessions in this team");
    }

    private static async Task<Ok<IReadOnlyList<MemberView>>> List(Caller caller, CatalogContext context, TimeProvider clock, CancellationToken token)
    {
        var (now, isAdmin) = (clock.GetUtcNow(), caller.Role == Role.Admin);
        var members = await context.Members.Where(row => row.TeamId == caller.TeamId).OrderBy(row => row.User.Email)
            .Select(row => new MemberView(row.UserId, row.User.Email, row.Role, false, row.JoinedAt, isAdmin && row.User.AuthenticatorSince != null)).ToListAsync(token);
        if (!isAdmin)
            return TypedResults.Ok<IReadOnlyList<MemberView>>(members);
        var invited = await context.Invitations.Where(row => row.TeamId == caller.TeamId && row.UsedAt == null && row.ExpiresAt > now && row.Email != null)
            .OrderBy(row => row.Email).Select(row => new MemberView(Guid.Empty, row.Email!, row.Role, true, row.CreatedAt, false)).ToListAsync(token);
        return TypedResults.Ok<IReadOnlyList<MemberView>>([.. members, .. invited]);
    }

    private static async Task<Results<Ok<MemberView>, NotFoundProblem, ConflictProblem>> ChangeRole(
        Guid user, ChangeRole request, Caller caller, CatalogContext context, CancellationToken token)
    {
        await using var transaction = await context.Database.BeginTransactionAsync(token);
        var members = await Locked(context, caller.TeamId, token);
        if (members.SingleOrDefault(row => row.UserId == user) is not { } member)
            return new NotFoundProblem("member", user);
        if (request.Role != Role.Admin && IsLastAdmin(members, member))
            return LastAdmin(member);
        context.Audit(caller, "changed_role", "member", member.User.Email, $"{member.Role.Word()} to {request.Role.Word()}");
        member.Role = request.Role;
        await context.SaveChangesAsync(token);
        await transaction.CommitAsync(token);
        return TypedResults.Ok(new MemberView(member.UserId, member.User.Email, member.Role, false, member.JoinedAt, member.User.AuthenticatorSince is not null));
    }

    private static async Task<Results<NoContent, NotFoundProblem, ConflictProblem>> Remove(
        Guid user, Caller caller, CatalogContext context, CancellationToken token)
    {
        await using var transaction = await context.Database.BeginTransactionAsync(token);
        var members = await Locked(context, caller.TeamId, token);
        if (members.SingleOrDefault(row => row.UserId == user) is not { } member)
            return new NotFoundProblem("member", user);
        if (IsLastAdmin(members, member))
            return LastAdmin(member);
        context.Members.Remove(member);
        context.Audit(caller, "removed", "member", member.User.Email);
        await context.SaveChangesAsync(token);
        await context.Sessions.Where(row => row.UserId == user && row.TeamId == caller.TeamId).ExecuteDeleteAsync(token);
        await transaction.CommitAsync(token);
        return TypedResults.NoContent();
    }

    /// <summary>The team's row is locked, so two admins cannot demote each other at the same moment.</summary>
    private static async Task<List<Member>> Locked(CatalogContext context, Guid teamId, CancellationToken token)
    {
        await context.Database.ExecuteSqlAsync($"select 1 from teams where id = {teamId} for update", token);
        return await context.Members.Include(row => row.User).Where(row => row.TeamId == teamId).ToListAsync(token);
    }

    private static bool IsLastAdmin(List<Member> members, Member member) =>
        member.Role == Role.Admin && members.Count(other => other.Role == Role.Admin) == 1;

    private static ConflictProblem LastAdmin(Member member) =>
        new("last_admin", $"{member.User.Email} is the team's last admin; make somebody else an admin first.");
}
