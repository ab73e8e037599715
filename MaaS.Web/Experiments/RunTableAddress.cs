// A table of runs as an address, and back: what a person sees is what a link to it shows.
using MaaS.Contracts.Experiments;
using Microsoft.AspNetCore.WebUtilities;
using Microsoft.Extensions.Primitives;

namespace MaaS.Web.Experiments;

internal static class RunTableAddress
{
    public static string Of(string path, RunTable table) => QueryHelpers.AddQueryString(path, Parts(table));

    /// <summary>Of any address; what it does not say, or says wrongly, is as a table begins.</summary>
    public static RunTable Read(string address)
    {
        var query = QueryHelpers.ParseQuery(new Uri(address).Query);
        return new(
            One("search"), One("sort"), One("order") != "asc", Several("column"), Several("pin"), One("differing") == "true",
            Enum.TryParse<RunShow>(One("show"), ignoreCase: true, out var show) && Enum.IsDefined(show) ? show : RunShow.Active);

        string? One(string name) => query.TryGetValue(name, out var values) && !string.IsNullOrWhiteSpace(values[0]) ? values[0] : null;
        string[]? Several(string name) => query.TryGetValue(name, out var values)
            ? [.. values.OfType<string>().Where(value => RunColumn.Parse(value) is not null).Distinct(StringComparer.Ordinal).Take(RunTable.MostColumns)]
            : null;
    }

    private static IEnumerable<KeyValuePair<string, StringValues>> Parts(RunTable table)
    {
        if (table.Search is { } search) yield return new("search", search);
        if (table.Sort is { } sort) yield return new("sort", sort);
        if (!table.Descending) yield return new("order", "asc");
        if (table.Columns is { } columns) yield return new("column", columns.ToArray());
        if (table.Pinned is { Count: > 0 } pinned) yield return new("pin", pinned.ToArray());
        if (table.OnlyDiffering) yield return new("differing", "true");
        if (table.Show != RunShow.Active) yield return new("show", table.Show.ToString().ToLowerInvariant());
    }
}
