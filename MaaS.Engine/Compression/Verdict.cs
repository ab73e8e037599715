// Which variant to take, decided on the validation rows alone, and a sentence that says why.
using System.Globalization;
using MaaS.Contracts.Compression;

namespace MaaS.Engine.Compression;

internal static class Verdict
{
    // What most would give for a smaller file where nothing else was said.
    private const double UsualLoss = 0.5;

    /// <summary>The report with its best, by what a search asks, or by what is usual for what was asked.</summary>
    public static CompressionReport Of(CompressionReport report, CompressionPlan asked)
    {
        var plan = asked as SearchPlan ?? new SearchPlan(MaxLoss: UsualLoss, Aim: asked is PresetPlan { Preset: CompressionPreset.Faster } ? CompressionAim.Latency : CompressionAim.Bytes);
        var word = asked is SearchPlan ? "asked" : "usual";
        var best = report.Variants.Where(variant => Holds(report, variant, plan)).OrderBy(variant => Cost(variant.Figures, plan.Aim)).ThenBy(variant => variant.Number).FirstOrDefault();
        // One that costs more than the source is no find.
        if (best is not null && (plan.Aim == CompressionAim.Latency ? CompressionReport.Faster(best, report.Source) <= 1 : best.Figures.Bytes >= report.Source.Figures.Bytes))
            best = null;
        return report with { Best = best?.Number, Verdict = best is null ? None(report, plan) : Found(report, best, plan, word) };
    }

    /// <summary>Points of quality lost on the validation rows; negative is a gain.</summary>
    public static double Lost(CompressionReport report, Variant variant)
    {
        var (its, own) = (report.Source.Figures.ValidationQuality, variant.Figures.ValidationQuality);
        return report.HigherIsBetter ? 100 * (its - own) : 100 * (own / its - 1);
    }

    public static bool Holds(CompressionReport report, Variant variant, SearchPlan plan) =>
        Lost(report, variant) <= plan.MaxLoss && variant.Figures.Bytes <= (plan.MaxBytes ?? long.MaxValue) && variant.Figures.P50Ms <= (plan.MaxP50Ms ?? double.MaxValue);

    public static double Cost(VariantFigures figures, CompressionAim aim) => aim == CompressionAim.Latency ? figures.P50Ms : figures.Bytes;

    private static string Found(CompressionReport report, Variant best, SearchPlan plan, string word)
    {
        var rows = report.IsTested ? " on the test rows (" : " on the validation rows, as no test part was kept (";
        return Text($"Take variant {best.Number}, {best.Name}: {VariantWords.Of(report, best)}{rows}{Points(report, Lost(report, best))} on those that chose, at most {plan.MaxLoss:0.##} {word}).");
    }

    private static string None(CompressionReport report, SearchPlan plan)
    {
        if (report.Variants.Count == 0)
            return "No variant was made; the source is the one to take.";
        var nearest = report.Variants.MinBy(variant => Lost(report, variant))!;
        var bounds = string.Join(", ", new[]
        {
            Text($"at most {plan.MaxLoss:0.##} {(report.HigherIsBetter ? "points" : "%")} lost"), plan.MaxBytes is { } bytes ? Text($"{bytes:N0} bytes") : null, plan.MaxP50Ms is { } time ? Text($"{time:0.###} ms") : null,
        }.Where(bound => bound is not null));
        return Text($"No variant holds {bounds} and is {(plan.Aim == CompressionAim.Latency ? "faster" : "smaller")} than the source; variant {nearest.Number} lost least, {Points(report, Lost(report, nearest))} on the rows that chose.");
    }

    private static string Points(CompressionReport report, double lost) => Text($"{Math.Abs(lost):0.##} {(report.HigherIsBetter ? "points" : "%")} {(lost > 0 ? "lost" : "gained")}");

    private static string Text(FormattableString text) => text.ToString(CultureInfo.InvariantCulture);
}
