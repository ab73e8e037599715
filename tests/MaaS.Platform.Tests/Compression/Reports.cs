// Reports for the tests of compression: figures that are easy to tell apart.
using MaaS.Contracts.Compression;

namespace MaaS.Platform.Tests.Compression;

internal static class Reports
{
    public static CompressionReport Of(double quality = 0.9, long bytes = 4000, string machine = "a processor, 2 cores") =>
        new("accuracy", true, machine, new(0, "the source", [], Figures(quality, bytes)), []);

    public static Variant Variant(int number, double quality, long bytes, string? remark = null) =>
        new(number, $"variant {number}", [new StaticQuantization()], Figures(quality, bytes), null, remark);

    public static VariantFigures Figures(double quality, long bytes) => new(
        quality, quality - 0.01, quality + 0.01, quality, 1000, bytes, bytes / 2, 1000, 1000, 2000, 0.5, 0.9, 4, 8000, 1_000_000, null,
        new Dictionary<string, double> { ["accuracy"] = quality });
}
