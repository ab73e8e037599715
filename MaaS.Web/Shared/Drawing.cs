// A drawing that the page made itself, as a picture to take along: lines, dots and words, written as SVG. Knows points, not what they mean.
using System.Globalization;
using System.Net;
using System.Text;
using MaaS.Web.Layout;

namespace MaaS.Web.Shared;

internal sealed class Drawing(double width, double height, string title, bool dark)
{
    private readonly StringBuilder _parts = new();
    private readonly (string Text, string Grid) _tones = Theme.ChartTones(dark);

    /// <param name="opacity">0 to 1.</param>
    public void Line(IEnumerable<(double X, double Y)> points, string? colour = null, double opacity = 1) => _parts.Append(CultureInfo.InvariantCulture,
        $"<polyline points=\"{string.Join(' ', points.Select(point => $"{Text(point.X)},{Text(point.Y)}"))}\" fill=\"none\" stroke=\"{colour ?? _tones.Grid}\" stroke-width=\"1.5\" opacity=\"{Text(opacity)}\"/>");

    public void Dot(double x, double y, string colour, string words) => _parts.Append(CultureInfo.InvariantCulture,
        $"<circle cx=\"{Text(x)}\" cy=\"{Text(y)}\" r=\"5\" fill=\"{colour}\"><title>{WebUtility.HtmlEncode(words)}</title></circle>");

    /// <param name="anchor">start, middle or end.</param>
    public void Word(double x, double y, string text, string anchor = "middle") => _parts.Append(CultureInfo.InvariantCulture,
        $"<text x=\"{Text(x)}\" y=\"{Text(y)}\" text-anchor=\"{anchor}\" fill=\"{_tones.Text}\">{WebUtility.HtmlEncode(text)}</text>");

    public override string ToString() =>
        $"<svg xmlns=\"http://www.w3.org/2000/svg\" width=\"{Text(width)}\" height=\"{Text(height)}\" viewBox=\"0 0 {Text(width)} {Text(height)}\" font-family=\"system-ui, sans-serif\" font-size=\"12\">"
        + $"<title>{WebUtility.HtmlEncode(title)}</title><rect width=\"100%\" height=\"100%\" fill=\"{Theme.Ground(dark)}\"/>{_parts}</svg>";

    private static string Text(double number) => number.ToString("0.##", CultureInfo.InvariantCulture);
}
