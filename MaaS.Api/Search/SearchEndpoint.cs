// GET /api/search: one box for all of a team's nouns.
using MaaS.Api.Problems;
using MaaS.Api.Teams;
using MaaS.Catalog.Search;
using MaaS.Contracts.Search;
using Microsoft.AspNetCore.Http.HttpResults;

namespace MaaS.Api.Search;

internal static class SearchEndpoint
{
    private const int Longest = 200;
    private const int Most = 50;

    public static void MapSearch(this IEndpointRouteBuilder api) =>
        api.MapGroup("search").WithTags("Search").MapGet("", Find).WithSummary("Find experiments, runs, datasets, models, deployments and jobs by part of a name or tag, or by the beginning of an id");

    private static async Task<Results<Ok<IReadOnlyList<SearchHit>>, InvalidProblem>> Find(string? text, int? limit, Caller caller, NounFinder finder, CancellationToken token)
    {
        var wanted = text?.Trim() ?? "";
        if (wanted.Length is 0 or > Longest || wanted.Contains('\0', StringComparison.Ordinal))
            return new InvalidProblem("text_invalid", $"text is {(wanted.Length == 0 ? "empty" : $"{wanted.Length} characters long")}; it must be 1 to {Longest} characters, none of them U+0000.");
        if (limit is < 1 or > Most)
            return new InvalidProblem("limit_not_allowed", $"limit is {limit}; it must be 1 to {Most}.");
        return TypedResults.Ok(await finder.Find(caller.TeamId, wanted, limit ?? 20, token));
    }
}
