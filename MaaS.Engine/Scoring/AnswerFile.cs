// The file that answers are written to, batch by batch. Knows columns; nothing of models.
using MaaS.Contracts.Jobs;

namespace MaaS.Engine.Scoring;

internal enum CellType
{
    /// <summary>string?[]</summary>
    Text,

    /// <summary>float?[]</summary>
    Float,

    /// <summary>double?[]</summary>
    Double,

    /// <summary>long?[]</summary>
    Integer,
}

internal sealed record AnswerColumn(string Name, CellType Type);

internal abstract class AnswerFile : IDisposable
{
    public static AnswerFile Create(string path, AnswerFormat format, IReadOnlyList<AnswerColumn> columns) =>
        format == AnswerFormat.Csv ? new CsvAnswers(path, columns) : new ParquetAnswers(path, columns);

    /// <param name="cells">One array per column, of the column's type; null is an empty cell.</param>
    public abstract void Write(IReadOnlyList<Array> cells, int rows);

    /// <summary>Ends the file: only then is it whole.</summary>
    public abstract void Dispose();
}
