// The frontier as a drawing of its own: quality against bytes, on a logarithmic scale, those that another beats in both faded.
using System.Globalization;
using System.Net;
using System.Text;
using MaaS.Contracts.Compression;

namespace MaaS.Api.Compression;

internal static class FrontierDrawing
{
    private const double Width = 760;
    private const double Height = 340;
    private const double Left = 70;
    private const double Bottom = 300;
    private const double Top = 20;
    private const double Right = 740;

    public static string Of(CompressionReport report)
    {
        var all = report.Variants.Prepend(report.Source).Where(variant => double.IsFinite(variant.Figures.Quality)).ToList();
        var frontier = report.Frontier(figures => figures.Bytes);
        var (least, most) = Range(all.Select(variant => Math.Log10(Math.Max(1, variant.Figures.Bytes))));
        var (low, high) = Range(all.Select(variant => variant.Figures.Quality));
        var (worst, best) = report.HigherIsBetter ? (low, high) : (high, low); // the best is at the top
        double X(Variant variant) => Left + (Math.Log10(Math.Max(1, variant.Figures.Bytes)) - least) / (most - least) * (Right - Left);
        double Y(Variant variant) => Bottom - (variant.Figures.Quality - worst) / (best - worst) * (Bottom - Top);

        var drawing = new StringBuilder();
        drawing.Append(CultureInfo.InvariantCulture, $"<svg viewBox=\"0 0 {Width} {Height}\" role=\"img\" aria-label=\"Quality against size\"><line class=\"axis\" x1=\"{Left}\" y1=\"{Bottom}\" x2=\"{Right}\" y2=\"{Bottom}\"/><line class=\"axis\" x1=\"{Left}\" y1=\"{Top}\" x2=\"{Left}\" y2=\"{Bottom}\"/>");
        drawing.Append(CultureInfo.InvariantCulture, $"<text x=\"{Left}\" y=\"{Bottom + 18}\">{Math.Pow(10, least):N0} bytes</text><text x=\"{Right}\" y=\"{Bottom + 18}\" text-anchor=\"end\">{Math.Pow(10, most):N0} bytes</text>");
        drawing.Append(CultureInfo.InvariantCulture, $"<text x=\"{Left - 6}\" y=\"{Bottom}\" text-anchor=\"end\">{worst:0.0000}</text><text x=\"{Left - 6}\" y=\"{Top + 10}\" text-anchor=\"end\">{best:0.0000}</text>");
        drawing.Append(CultureInfo.InvariantCulture, $"<polyline class=\"line\" points=\"{string.Join(' ', frontier.Where(all.Contains).Select(variant => string.Create(CultureInfo.InvariantCulture, $"{X(variant):0.#},{Y(variant):0.#}")))}\"/>");
        foreach (var variant in all)
        {
            var kind = variant.Number == report.Source.Number ? "source" : frontier.Contains(variant) ? "on" : "off";
            drawing.Append(CultureInfo.InvariantCulture, $"<circle class=\"{kind}\" cx=\"{X(variant):0.#}\" cy=\"{Y(variant):0.#}\" r=\"6\"><title>{WebUtility.HtmlEncode(variant.Name)}</title></circle><text x=\"{X(variant) + 8:0.#}\" y=\"{Y(variant) - 8:0.#}\">{variant.Number}</text>");
        }
        return drawing.Append("</svg>").ToString();
    }

    /// <summary>From the least to the most, with a little room; never empty.</summary>
    private static (double Least, double Most) Range(IEnumerable<double> values)
    {
        var (least, most) = values.Aggregate((Least: double.MaxValue, Most: double.MinValue), (range, value) => (Math.Min(range.Least, value), Math.Max(range.Most, value)));
        var room = most > least ? 0.08 * (most - least) : Math.Max(1e-6, 0.05 * Math.Abs(most));
        return least > most ? (0, 1) : (least - room, most + room);
    }
}
