// What a profile job finds in images: every one is decoded, so that a training never meets a broken one.
using MaaS.Contracts.Datasets;

namespace MaaS.Engine.Data;

internal static class ImageProfile
{
    public const string ImageColumn = "image";
    public const string ClassColumn = "class";

    private const int PreviewRows = 50;
    private const int TopValues = 20;

    /// <exception cref="UserError">An image is broken or too large, or there is only one class.</exception>
    public static DatasetProfile Of(string path, DatasetFormat format, IProgress<double>? progress, CancellationToken token)
    {
        using var file = ImageFile.Open(path, format);
        var counts = new Dictionary<string, long>(StringComparer.Ordinal);
        var preview = new List<IReadOnlyList<string?>>();
        var (widths, heights, channels) = (new Span(), new Span(), 1);
        int seen = 0, test = 0;
        foreach (var (place, label, isTest, picture) in file.Read())
        {
            token.ThrowIfCancellationRequested();
            counts[label] = counts.GetValueOrDefault(label) + 1;
            (widths, heights, channels) = (widths.With(picture.Width), heights.With(picture.Height), Math.Max(channels, picture.Channels));
            if (preview.Count < PreviewRows)
                preview.Add([place, label]);
            test += isTest ? 1 : 0;
            if (++seen % Math.Max(1, file.Count / 100) == 0)
                progress?.Report((double)seen / file.Count);
        }
        if (counts.Count < 2)
            throw new UserError($"All {seen:N0} images are of the class \"{counts.Keys.First()}\"; at least two classes are needed to tell apart.");

        var top = counts.OrderByDescending(entry => entry.Value).ThenBy(entry => entry.Key, StringComparer.Ordinal).Take(TopValues);
        return new DatasetProfile(
            seen, new ReadingOptions(format),
            [
                new ColumnProfile(ImageColumn, ColumnType.Image, 0, seen, true, null, []),
                new ColumnProfile(ClassColumn, ColumnType.Category, 0, counts.Count, false, null, [.. top.Select(entry => new ValueCount(entry.Key, entry.Value))]),
            ],
            preview,
            [
                .. file.Warnings,
                .. test == 0 ? Array.Empty<string>() : [$"{test:N0} of the images lie in a part of their own for the test: a model is tested on those, and learns from the others."],
            ],
            new ImageSummary(widths.Min, widths.Max, heights.Min, heights.Max, channels));
    }

    private readonly record struct Span(int Min = int.MaxValue, int Max = 0)
    {
        public Span() : this(int.MaxValue) { }

        public Span With(int size) => new(Math.Min(Min, size), Math.Max(Max, size));
    }
}
