// Which accounts at the identity provider sign in to mine; one that should not is unlinked.
using MaaS.Api.Problems;
using MaaS.Catalog;
using MaaS.Contracts.Teams;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.EntityFrameworkCore;

namespace MaaS.Api.Teams.Oidc;

internal static class IdentityEndpoints
{
    public static void MapIdentities(this RouteGroupBuilder account)
    {
        account.MapGet("identities", List).WithSummary("My accounts at identity providers that sign in to this one");
        account.MapDelete("identities/{identity}", Unlink).WithSummary("Unlink one; the next sign-in through the provider links by e-mail address again");
    }

    private static async Task<Ok<IReadOnlyList<IdentityView>>> List(Caller caller, CatalogContext context, CancellationToken token) =>
        TypedResults.Ok<IReadOnlyList<IdentityView>>(await context.ExternalIdentities.Where(row => row.UserId == caller.UserId).OrderBy(row => row.Id)
            .Select(row => new IdentityView(row.Id, row.Issuer, row.LinkedAt)).ToListAsync(token));

    private static async Task<Results<NoContent, NotFoundProblem>> Unlink(Guid identity, Caller caller, CatalogContext context, CancellationToken token)
    {
        if (await context.ExternalIdentities.SingleOrDefaultAsync(row => row.Id == identity && row.UserId == caller.UserId, token) is not { } row)
            return new NotFoundProblem("identity", identity);
        context.ExternalIdentities.Remove(row);
        context.Audit(caller, "unlinked", "account", caller.Name, row.Issuer);
        await context.SaveChangesAsync(token);
        return TypedResults.NoContent();
    }
}
