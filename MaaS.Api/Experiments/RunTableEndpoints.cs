// Runs as rows of a table: only what its columns show, for any stretch of the list; and which columns there are.
using System.ComponentModel.DataAnnotations;
using MaaS.Api.Problems;
using MaaS.Api.Teams;
using MaaS.Catalog;
using MaaS.Catalog.Experiments;
using MaaS.Contracts.Experiments;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.AspNetCore.Mvc;
using Microsoft.EntityFrameworkCore;

namespace MaaS.Api.Experiments;

internal static class RunTableEndpoints
{
    private const int MostRows = 1000;

    public static void MapRunTable(this IEndpointRouteBuilder runs)
    {
        runs.MapGet("rows", Rows).WithSummary("A stretch of the runs found, with the values of the columns that are named");
        runs.MapGet("columns", Columns).WithSummary("The metrics, parameters and tags of the runs found, and which tell them apart");
    }

    private static async Task<Results<Ok<RunRows>, MalformedProblem>> Rows(
        [AsParameters] RunListing listing, [FromQuery(Name = "column")] string[]? columns,
        [Range(0, int.MaxValue)] int? skip, [Range(1, MostRows)] int? limit,
        Caller caller, CatalogContext context, RunFinder finder, CancellationToken token)
    {
        if (!listing.TryQuery(caller, out var query, out var problem))
            return problem!;
        var named = new List<RunColumn>();
        foreach (var text in columns ?? [])
        {
            if (RunColumn.Parse(text) is not { } column || named.Count == RunTable.MostColumns)
                return new MalformedProblem("column_unknown", $"column is \"{text}\"; it must be {RunColumn.Spellings}, and at most {RunTable.MostColumns} of them.");
            named.Add(column);
        }
        var (ids, total) = await finder.Find(query!, skip ?? 0, limit ?? Paging.Default, token);
        return TypedResults.Ok(new RunRows(await Read(context, finder, ids, named, token), total));
    }

    private static async Task<Results<Ok<RunColumns>, MalformedProblem>> Columns(
        [AsParameters] RunListing listing, Caller caller, RunFinder finder, CancellationToken token) =>
        listing.TryQuery(caller, out var query, out var problem) ? TypedResults.Ok(await finder.Columns(query!, token)) : problem!;

    private static async Task<IReadOnlyList<RunRow>> Read(
        CatalogContext context, RunFinder finder, IReadOnlyList<Guid> ids, List<RunColumn> columns, CancellationToken token)
    {
        var rows = await context.Runs.IgnoreQueryFilters().AsNoTracking().Where(run => ids.Contains(run.Id)).Select(run => new
        {
            run.Id,
            run.Name,
            run.ExperimentId,
            Experiment = run.Experiment.Name,
            run.Experiment.Folder,
            run.Job.State,
            run.CreatedAt,
            run.Job.StartedAt,
            run.Job.FinishedAt,
            run.Params,
            run.Tags,
        }).ToDictionaryAsync(run => run.Id, token);
        var keys = columns.Where(column => column.IsMetric).Select(column => column.Key!).Distinct(StringComparer.Ordinal).ToList();
        var metrics = keys.Count == 0 ? null : await finder.Summaries(ids, keys, token);
        // One that was really deleted between the two looks is left out.
        return [.. ids.Where(rows.ContainsKey).Select(id => rows[id]).Select(run => new RunRow(
            run.Id, run.Name, run.ExperimentId, run.Experiment, run.Folder, run.State, run.CreatedAt, run.StartedAt, run.FinishedAt,
            metrics?[run.Id].ToDictionary(one => one.Key, one => one.Summary, StringComparer.Ordinal) ?? [],
            Asked(run.Params, RunField.Params), Asked(run.Tags, RunField.Tags)))];

        Dictionary<string, string> Asked(Dictionary<string, string> all, RunField field) => columns
            .Where(column => column.Field == field && all.ContainsKey(column.Key!)).DistinctBy(column => column.Key, StringComparer.Ordinal)
            .ToDictionary(column => column.Key!, column => all[column.Key!], StringComparer.Ordinal);
    }
}
