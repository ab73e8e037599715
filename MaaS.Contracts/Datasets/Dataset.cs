// A dataset is a name; what was uploaded is an immutable version of it.
using System.ComponentModel.DataAnnotations;

namespace MaaS.Contracts.Datasets;

public sealed record DatasetView(
    Guid Id, string Name, string? Description, DateTimeOffset CreatedAt, DatasetVersionView? Latest);

/// <param name="State">A version is usable once its profile job has made it ready.</param>
/// <param name="Sha256">Of the uploaded bytes, lower-case hex.</param>
/// <param name="Reading">How the file is read: what the user said; whatever is null was detected (see <see cref="DatasetProfile.Reading"/>).</param>
/// <param name="ProfileJobId">The job that reads the file; follow it as any other.</param>
public sealed record DatasetVersionView(
    Guid Id,
    Guid DatasetId,
    string DatasetName,
    int Number,
    DatasetState State,
    string FileName,
    long Bytes,
    string Sha256,
    ReadingOptions Reading,
    long? RowCount,
    int? ColumnCount,
    Guid? ProfileJobId,
    string? Error,
    DateTimeOffset CreatedAt);

public enum DatasetState { Profiling, Ready, Failed }

public enum DatasetFormat
{
    Csv,
    Parquet,
    /// <summary>A zip of PNG and JPEG files in one folder per class.</summary>
    ImageFolders,
    /// <summary>A zip of an image and a label file as MNIST has them (http://yann.lecun.com/exdb/mnist), gzipped or not.</summary>
    Idx,
    /// <summary>Plain text, for a language model.</summary>
    PlainText,
    /// <summary>One JSON object a line.</summary>
    JsonLines,
}

/// <summary>How to read a table file. Null means: detect it, and say what was found.</summary>
/// <param name="Delimiter">One of <c>, ; | </c> and tab.</param>
/// <param name="Header">Whether the first row holds the column names; without one they are <c>column_1</c>, <c>column_2</c>, ...</param>
/// <param name="Encoding">An IANA name, for example <c>utf-8</c> or <c>windows-1252</c>.</param>
/// <param name="Missing">Cell texts that mean "no value", beside the empty cell.</param>
/// <param name="Types">Column types that override the inferred ones.</param>
/// <param name="Quoted">Whether a cell may stand in double quotes; if not, a double quote is a character like any other.</param>
public sealed record ReadingOptions(
    DatasetFormat? Format = null,
    [property: StringLength(1, MinimumLength = 1)] string? Delimiter = null,
    bool? Header = null,
    [property: StringLength(40)] string? Encoding = null,
    IReadOnlyList<string>? Missing = null,
    IReadOnlyDictionary<string, ColumnType>? Types = null,
    bool? Quoted = null);

public sealed record UpdateDataset(
    [property: Required, StringLength(100, MinimumLength = 1)] string Name,
    [property: StringLength(2000)] string? Description = null);
