// Answers as a Parquet file. Rows wait until a row group is full, so that a file of many small batches reads as fast as any other.
using Parquet;
using Parquet.Schema;

namespace MaaS.Engine.Scoring;

internal sealed class ParquetAnswers : AnswerFile
{
    // A wide table's group has fewer rows: some 4 million cells at most wait in memory.
    private const int MostCells = 1 << 22;

    private readonly FileStream _file;
    private readonly ParquetWriter _writer;
    private readonly DataField[] _fields;
    private readonly List<IReadOnlyList<Array>> _waiting = [];
    private readonly int _groupRows;
    private int _rows;

    public ParquetAnswers(string path, IReadOnlyList<AnswerColumn> columns)
    {
        _groupRows = Math.Clamp(MostCells / columns.Count, 1_000, 1 << 16);
        _fields = [.. columns.Select(column => (DataField)(column.Type switch
        {
            CellType.Float => new DataField<float?>(column.Name),
            CellType.Double => new DataField<double?>(column.Name),
            CellType.Integer => new DataField<long?>(column.Name),
            _ => new DataField<string>(column.Name),
        }))];
        _file = File.Create(path);
        _writer = Done(ParquetWriter.CreateAsync(new ParquetSchema(_fields), _file));
    }

    public override void Write(IReadOnlyList<Array> cells, int rows)
    {
        _waiting.Add(cells);
        _rows += rows;
        if (_rows >= _groupRows)
            WriteGroup();
    }

    public override void Dispose()
    {
        if (_rows > 0)
            WriteGroup();
        // The end of the file says where everything is.
        _writer.DisposeAsync().AsTask().GetAwaiter().GetResult();
        _file.Dispose();
    }

    private void WriteGroup()
    {
        using (var group = _writer.CreateRowGroup())
            for (var i = 0; i < _fields.Length; i++)
                switch (_waiting[0][i])
                {
                    case float?[]: Done(group.WriteAsync<float>(_fields[i], Joined<float?>(i))); break;
                    case double?[]: Done(group.WriteAsync<double>(_fields[i], Joined<double?>(i))); break;
                    case long?[]: Done(group.WriteAsync<long>(_fields[i], Joined<long?>(i))); break;
                    default: Done(group.WriteAsync(_fields[i], Joined<string>(i))); break;
                }
        _waiting.Clear();
        _rows = 0;
    }

    private T[] Joined<T>(int column) => [.. _waiting.SelectMany(cells => (T[])cells[column])];

    /// <summary>A job's process has nothing else to do meanwhile.</summary>
    private static T Done<T>(Task<T> task) => task.GetAwaiter().GetResult();

    private static void Done(Task task) => task.GetAwaiter().GetResult();
}
