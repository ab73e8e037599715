// A compression report as one page of HTML: the frontier drawn, every variant beside its source, what each layer bears. Complete in
// itself: no script, no other file. Everything that came from people or from data is encoded.
using System.Globalization;
using System.Net;
using System.Text;
using MaaS.Contracts.Compression;

namespace MaaS.Api.Compression;

internal static class CompressionPage
{
    private const string Style =
        """
        :root{color-scheme:light dark}body{font:15px/1.5 system-ui,sans-serif;max-width:1100px;margin:2rem auto;padding:0 1rem}
        table{border-collapse:collapse;font-variant-numeric:tabular-nums}th,td{padding:6px 12px;border-bottom:1px solid #8886;text-align:right;vertical-align:top}
        th:first-child,td:first-child,.text{text-align:left}.frame{overflow-x:auto}small{display:block;opacity:.75}.best{font-weight:650}
        svg{max-width:100%;height:auto}svg text{font-size:12px;fill:currentColor}.axis{stroke:currentColor;opacity:.4}.line{fill:none;stroke:#0f8a83;stroke-width:2}
        .on{fill:#0f8a83}.off{fill:#7d8790;opacity:.45}.source{fill:#d2691e}
        """;

    public static string Of(string run, CompressionReport report)
    {
        var page = new StringBuilder();
        page.Append(CultureInfo.InvariantCulture, $"<!doctype html><html lang=\"en\"><head><meta charset=\"utf-8\"><title>{Safe(run)}: compression</title><style>{Style}</style></head><body>");
        page.Append(CultureInfo.InvariantCulture, $"<h1>Compression: {Safe(run)}</h1>");
        if (report.Verdict is { } verdict)
            page.Append(CultureInfo.InvariantCulture, $"<p><strong>{Safe(verdict)}</strong></p>");
        page.Append(CultureInfo.InvariantCulture, $"<p>Every figure was measured on the same {report.Source.Figures.Rows:N0} {report.Rows} and on one machine ({Safe(report.Machine)}), through the runtime that serves. ");
        page.Append(CultureInfo.InvariantCulture, $"Quality is {Safe(report.Quality)}; {(report.HigherIsBetter ? "more" : "less")} is better. The interval is of 95&nbsp;%.</p>");
        page.Append("<h2>Quality against size</h2>").Append(FrontierDrawing.Of(report));
        page.Append("<h2>Variants</h2><div class=\"frame\"><table><thead><tr><th>Variant</th><th>Quality</th><th class=\"text\">Against the source</th><th>Bytes</th><th>At rest</th>")
            .Append("<th>Parameters</th><th>Not zero</th><th>MACs</th><th>p50, 1 row</th><th>p99</th><th>32 rows</th><th>Rows/s</th><th>Memory</th></tr></thead><tbody>");
        foreach (var variant in report.Variants.Prepend(report.Source))
            Row(page, report, variant);
        page.Append("</tbody></table></div>");
        Sensitivity(page, report);
        return page.Append("</body></html>").ToString();
    }

    private static void Row(StringBuilder page, CompressionReport report, Variant variant)
    {
        var of = variant.Figures;
        var isSource = variant.Number == report.Source.Number;
        page.Append(CultureInfo.InvariantCulture, $"<tr{(variant.Number == report.Best ? " class=\"best\"" : "")}><td>{variant.Number}. {Safe(variant.Name)}");
        if (variant.Number == report.Best)
            page.Append(" (best)");
        if (variant.Version is { } version)
            page.Append(CultureInfo.InvariantCulture, $"<small>{Safe(version.Model)}, version {version.Number}</small>");
        if (variant.Steps.Count > 0)
            page.Append(CultureInfo.InvariantCulture, $"<small>{Safe(StepWords.Of(variant.Steps))}</small>");
        if (variant.Remark is { } remark)
            page.Append(CultureInfo.InvariantCulture, $"<small>{Safe(remark)}</small>");
        page.Append(CultureInfo.InvariantCulture, $"</td><td>{of.Quality:0.0000}<small>{of.QualityLow:0.0000} to {of.QualityHigh:0.0000}</small></td>");
        page.Append(CultureInfo.InvariantCulture, $"<td class=\"text\">{(isSource ? "the source" : Safe(VariantWords.Of(report, variant)))}");
        if (!isSource && VariantWords.IsWithinUncertainty(report, variant))
            page.Append("<small>quality within the source's own interval</small>");
        if (of.IntegerKernels is { } kernels)
            page.Append(CultureInfo.InvariantCulture, $"<small>{kernels.Integer} of {kernels.Quantized} quantized products run on integers</small>");
        page.Append(CultureInfo.InvariantCulture, $"</td><td>{of.Bytes:N0}</td><td>{of.BytesAtRest:N0}</td><td>{of.Parameters:N0}</td><td>{of.NonZeros:N0}</td><td>{of.Macs:N0}</td>");
        page.Append(CultureInfo.InvariantCulture, $"<td>{of.P50Ms:0.000} ms</td><td>{of.P99Ms:0.000} ms</td><td>{of.BatchMs:0.000} ms</td><td>{of.RowsPerSecond:N0}</td><td>{of.PeakBytes?.ToString("N0", CultureInfo.InvariantCulture) ?? "not measured"}</td></tr>");
    }

    private static void Sensitivity(StringBuilder page, CompressionReport report)
    {
        if (report.Sensitivity is not { Count: > 0 } layers)
            return;
        var shares = layers.SelectMany(layer => layer.Points).Select(point => point.Sparsity).Distinct().Order().ToList();
        page.Append(CultureInfo.InvariantCulture, $"<h2>What each layer bears</h2><p>Validation {Safe(report.Quality)} with this share of one layer alone at zero.</p><div class=\"frame\"><table><thead><tr><th>Layer</th><th>Weights</th>");
        foreach (var share in shares)
            page.Append(CultureInfo.InvariantCulture, $"<th>{100 * share:0.#} %</th>");
        page.Append("</tr></thead><tbody>");
        foreach (var layer in layers)
        {
            page.Append(CultureInfo.InvariantCulture, $"<tr><td>{Safe(layer.Layer)}</td><td>{layer.Weights:N0}</td>");
            foreach (var share in shares)
                page.Append(CultureInfo.InvariantCulture, $"<td>{(layer.Points.FirstOrDefault(point => point.Sparsity == share) is { } point ? point.Quality.ToString("0.0000", CultureInfo.InvariantCulture) : "–")}</td>");
            page.Append("</tr>");
        }
        page.Append("</tbody></table></div>");
    }

    private static string Safe(string text) => WebUtility.HtmlEncode(text);
}
