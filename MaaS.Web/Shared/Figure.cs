// Numbers as people read them: bytes, counts, durations, measurements.
using System.Globalization;

namespace MaaS.Web.Shared;

internal static class Figure
{
    private static CultureInfo Culture => CultureInfo.CurrentCulture;

    public static string Bytes(long bytes)
    {
        string[] units = ["B", "kB", "MB", "GB", "TB"];
        double size = bytes;
        var unit = 0;
        for (; size >= 1000 && unit < units.Length - 1; unit++) size /= 1000;
        return size.ToString(unit == 0 || size >= 100 ? "0" : "0.0", Culture) + " " + units[unit];
    }

    public static string Count(long? count) => count?.ToString("N0", Culture) ?? "–";

    /// <summary>Four significant digits, without a tail of zeros: 0.8531, 51,980, 1.2e-05.</summary>
    public static string Number(double? value) => value switch
    {
        null => "–",
        double.NaN => "NaN",
        0 => "0",
        var v when Math.Abs(v.Value) is >= 10_000 and < 1e9 => v.Value.ToString("N0", Culture),
        var v when Math.Abs(v.Value) is >= 1e-4 and < 10_000 => double.Round(v.Value, Digits(v.Value)).ToString("0.######", Culture),
        var v => v.Value.ToString("0.###e+0", Culture),
    };

    /// <summary>As a person would type it into a field, which reads one notation in every language: 0.001, 1E-08.</summary>
    public static string Exact(double value) => value.ToString("R", CultureInfo.InvariantCulture);

    public static string Percent(double share) => share.ToString(share is > 0 and < 0.001 ? "0.00 %" : "0.0 %", Culture);

    public static string Duration(TimeSpan span) => span.TotalSeconds switch
    {
        < 10 => T["{0} s", span.TotalSeconds.ToString("0.0", Culture)],
        < 90 => T["{0} s", span.TotalSeconds.ToString("0", Culture)],
        < 5400 => T["{0} min {1} s", (int)span.TotalMinutes, span.Seconds],
        _ => T["{0} h {1} min", (int)span.TotalHours, span.Minutes],
    };

    private static int Digits(double value) => Math.Clamp(3 - (int)Math.Floor(Math.Log10(Math.Abs(value))), 0, 6);
}
