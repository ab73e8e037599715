// The audit log as CSV (RFC 4180), row by row as PostgreSQL gives them, so its length does not matter.
using System.Text;
using MaaS.Catalog;
using MaaS.Catalog.Teams;
using MaaS.Contracts.Teams;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.EntityFrameworkCore;
using Microsoft.Net.Http.Headers;

namespace MaaS.Api.Teams;

internal static class AuditFile
{
    public static PushStreamHttpResult Send([AsParameters] AuditFilter filter, HttpContext http, Caller caller, CatalogContext context, TimeProvider clock, CancellationToken token)
    {
        http.Response.Headers[HeaderNames.XContentTypeOptions] = "nosniff";
        return TypedResults.Stream(
            body => Write(body, AuditLog.Of(context, caller, filter), token), "text/csv; charset=utf-8", FormattableString.Invariant($"audit-{clock.GetUtcNow():yyyy-MM-dd}.csv"));
    }

    private static async Task Write(Stream body, IQueryable<AuditEvent> events, CancellationToken token)
    {
        await using var writer = new StreamWriter(body, new UTF8Encoding(false), leaveOpen: true) { NewLine = "\r\n" };
        await writer.WriteLineAsync("number,at,actor,action,noun,name,detail".AsMemory(), token);
        await foreach (var row in events.AsAsyncEnumerable().WithCancellation(token))
            await writer.WriteLineAsync(string.Join(',', new[] { $"{row.Number}", row.At.UtcDateTime.ToString("O"), row.Actor, row.Action, row.Noun, row.NounName, row.Detail ?? "" }.Select(Cell)).AsMemory(), token);
    }

    /// <summary>Names are what people typed; a spreadsheet would compute one that begins like a formula.</summary>
    private static string Cell(string text)
    {
        var safe = text.Length > 0 && "=+-@\t\r".Contains(text[0]) ? $"'{text}" : text;
        return safe.AsSpan().IndexOfAny(",\"\r\n") < 0 ? safe : $"\"{safe.Replace("\"", "\"\"", StringComparison.Ordinal)}\"";
    }
}
