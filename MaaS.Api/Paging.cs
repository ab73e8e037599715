// Lists in pages, newest first. The cursor is the last item's own id or number, so a page never shifts when items are added.
using System.ComponentModel.DataAnnotations;
using System.Globalization;
using MaaS.Api.Problems;
using MaaS.Contracts;
using Microsoft.AspNetCore.Mvc;
using Microsoft.EntityFrameworkCore;

namespace MaaS.Api;

/// <summary>The query of every list: <c>?limit=50&amp;after=...</c>.</summary>
internal sealed class Paging
{
    /// <summary>Items wanted; 1 to 200.</summary>
    [FromQuery(Name = "limit"), Range(1, Limits.PageItems)]
    public int? Limit { get; init; }

    /// <summary>The cursor the previous page ended with.</summary>
    [FromQuery(Name = "after")]
    public string? After { get; init; }

    public const int Default = 50;

    public int Count => Limit ?? Default;

    /// <summary>The cursor as an id; false with a problem when it is none, or when the limit is out of range.</summary>
    public bool TryId(out Guid? after, out InvalidProblem? problem)
    {
        var fine = Guid.TryParse(After, out var id) || After is null;
        (after, problem) = (After is null ? null : id, Judge(fine));
        return problem is null;
    }

    /// <summary>The cursor as a number; false with a problem when it is none, or when the limit is out of range.</summary>
    public bool TryNumber(out long? after, out InvalidProblem? problem)
    {
        var fine = long.TryParse(After, NumberStyles.None, CultureInfo.InvariantCulture, out var number) || After is null;
        (after, problem) = (After is null ? null : number, Judge(fine));
        return problem is null;
    }

    // The framework's validation does not look into a parameter list, so the range is checked here; the attribute documents it.
    private InvalidProblem? Judge(bool cursorFine) =>
        Count is < 1 or > Limits.PageItems ? new("limit_not_allowed", $"limit is {Limit}; it must be 1 to {Limits.PageItems}.")
        : !cursorFine ? new("invalid_cursor", $"after is \"{After}\"; it must be the \"next\" of an earlier page.")
        : null;
}

internal static class Pages
{
    /// <summary>Takes one more than asked for, to know whether there is a next page.</summary>
    public static async Task<Page<TView>> Page<TRow, TView>(
        this IQueryable<TRow> rows, int count, Func<TRow, string> cursor, Func<TRow, TView> view, CancellationToken token)
    {
        var taken = await rows.Take(count + 1).ToListAsync(token);
        var shown = taken.Take(count).ToList();
        return new(shown.ConvertAll(row => view(row)), taken.Count > count ? cursor(shown[^1]) : null);
    }
}
