// Texts as cells of a CSV that a table program can open without harm (RFC 4180, and no formulas).
using System.Globalization;

namespace MaaS.Web.Shared;

internal static class Csv
{
    /// <summary>A number as it is; any other text quoted, with an apostrophe before what a table program would take for a formula.</summary>
    public static string Cell(string text) => double.TryParse(text, NumberStyles.Float, CultureInfo.InvariantCulture, out _)
        ? text
        : $"\"{(text.Length > 0 && "=+-@\t\r".Contains(text[0], StringComparison.Ordinal) ? "'" : "")}{text.Replace("\"", "\"\"", StringComparison.Ordinal)}\"";
}
