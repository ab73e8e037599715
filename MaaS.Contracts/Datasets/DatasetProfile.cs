// What a profile job finds in a table: the schema, a summary of every column, and the first rows.
namespace MaaS.Contracts.Datasets;

/// <param name="Reading">The options actually used: detected where the user said nothing.</param>
/// <param name="Preview">The first rows as text, one cell per column; null is a missing value.</param>
/// <param name="Warnings">Sentences, for example rows that were refused and why.</param>
/// <param name="Images">Of image files; their columns are the image and its class.</param>
/// <param name="Text">Of plain text; its one column is the line.</param>
public sealed record DatasetProfile(
    long RowCount,
    ReadingOptions Reading,
    IReadOnlyList<ColumnProfile> Columns,
    IReadOnlyList<IReadOnlyList<string?>> Preview,
    IReadOnlyList<string> Warnings,
    ImageSummary? Images = null,
    TextSummary? Text = null);

/// <summary>Sizes in pixels, smallest and largest.</summary>
/// <param name="Channels">1 for grey, 3 for colours.</param>
public sealed record ImageSummary(int MinWidth, int MaxWidth, int MinHeight, int MaxHeight, int Channels);

/// <param name="Alphabet">Distinct characters.</param>
public sealed record TextSummary(long Characters, long Words, int Alphabet);

public enum ColumnType
{
    /// <summary>A real number.</summary>
    Number,
    /// <summary>A whole number.</summary>
    Integer,
    /// <summary>True or false, also written yes/no or 0/1.</summary>
    Boolean,
    /// <summary>A calendar date or instant, counted in days when a model sees it.</summary>
    Date,
    /// <summary>One of a limited number of texts.</summary>
    Category,
    /// <summary>Free text; tabular models leave it out.</summary>
    Text,
    /// <summary>Pixels; sent as PNG or JPEG in Base64.</summary>
    Image,
    /// <summary>A list of a recommender's items.</summary>
    Items,
}

/// <param name="Missing">Rows without a value.</param>
/// <param name="Distinct">Distinct values; exact up to 10,000, an estimate beyond (<see cref="DistinctIsEstimate"/>).</param>
/// <param name="Numbers">For number, integer and date columns (dates in days since 1970-01-01).</param>
/// <param name="Top">The most frequent values, most frequent first; at most 20.</param>
public sealed record ColumnProfile(
    string Name,
    ColumnType Type,
    long Missing,
    long Distinct,
    bool DistinctIsEstimate,
    NumberSummary? Numbers,
    IReadOnlyList<ValueCount> Top);

/// <param name="Histogram">Counts over <c>Histogram.Count</c> equal-width bins from <see cref="Min"/> to <see cref="Max"/>.</param>
public sealed record NumberSummary(
    double Min, double Max, double Mean, double StandardDeviation, double Median, IReadOnlyList<long> Histogram);

public sealed record ValueCount(string Value, long Count);
