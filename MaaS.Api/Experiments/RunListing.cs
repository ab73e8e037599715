// Which runs a list is of, from its address: ?experiment=…&search=metrics.val_loss < 0.3&sort=metrics.val_loss&order=asc&show=archived.
using MaaS.Api.Problems;
using MaaS.Api.Teams;
using MaaS.Catalog.Experiments;
using MaaS.Contracts.Experiments;
using MaaS.Contracts.Experiments.Search;
using Microsoft.AspNetCore.Mvc;

namespace MaaS.Api.Experiments;

internal sealed class RunListing
{
    [FromQuery(Name = "experiment")]
    public Guid? Experiment { get; init; }

    /// <summary>As in <c>metrics.val_loss &lt; 0.3 and (params.lr &gt; 1e-3 or tags.stage = "candidate")</c>.</summary>
    [FromQuery(Name = "search")]
    public string? Search { get; init; }

    /// <summary>A column, as in <c>metrics.val_loss</c>; the time of creation when it is not given.</summary>
    [FromQuery(Name = "sort")]
    public string? Sort { get; init; }

    /// <summary><c>desc</c>, when it is not given, or <c>asc</c>. What lacks the value is last in both.</summary>
    [FromQuery(Name = "order")]
    public string? Order { get; init; }

    /// <summary><c>active</c>, when it is not given, <c>archived</c>, or <c>deleted</c>: what can still be restored.</summary>
    [FromQuery(Name = "show")]
    public string? Show { get; init; }

    /// <summary>Newest first, with nothing asked but the experiment.</summary>
    public bool IsPlain => Search is null && Sort is null && Order is null && Show is null;

    public bool TryQuery(Caller caller, out RunQuery? query, out MalformedProblem? problem)
    {
        var (condition, mistake) = SearchParser.Parse(Search, DateTimeOffset.UtcNow);
        var sort = RunColumn.Parse(Sort ?? "created");
        problem = mistake is not null ? Misunderstood(mistake)
            : sort is null ? SortUnknown(Sort!)
            : Order is not (null or "asc" or "desc") ? new("order_unknown", $"order is \"{Order}\"; it must be asc or desc.")
            : Show is not (null or "active" or "archived" or "deleted") ? new("show_unknown", $"show is \"{Show}\"; it must be active, archived or deleted.")
            : null;
        query = problem is null ? new(caller.TeamId, Experiment, condition, sort!, Order is not "asc", Show is null ? RunShow.Active : Enum.Parse<RunShow>(Show, ignoreCase: true)) : null;
        return problem is null;
    }

    public static MalformedProblem Misunderstood(SearchMistake mistake) =>
        new("search_not_understood", $"search cannot be understood at character {mistake.Position + 1}: {mistake.Sentence}");

    public static MalformedProblem SortUnknown(string sort) => new("sort_unknown", $"sort is \"{sort}\"; it must be {RunColumn.Spellings}.");
}
