// Answers as a CSV: UTF-8, commas, a header, numbers in their shortest form with a point, whatever the machine's language.
using System.Data;
using System.Globalization;
using System.Text;
using Sylvan.Data.Csv;

namespace MaaS.Engine.Scoring;

internal sealed class CsvAnswers(string path, IReadOnlyList<AnswerColumn> columns) : AnswerFile
{
    private static readonly UTF8Encoding s_encoding = new(encoderShouldEmitUTF8Identifier: false);

    private readonly FileStream _file = File.Create(path, bufferSize: 1 << 16);
    private bool _begun;

    public override void Write(IReadOnlyList<Array> cells, int rows)
    {
        using var table = new DataTable { Locale = CultureInfo.InvariantCulture };
        foreach (var column in columns)
            table.Columns.Add(column.Name, column.Type switch
            {
                CellType.Float => typeof(float),
                CellType.Double => typeof(double),
                CellType.Integer => typeof(long),
                _ => typeof(string),
            });
        var values = new object?[columns.Count];
        for (var row = 0; row < rows; row++)
        {
            for (var i = 0; i < values.Length; i++)
                values[i] = cells[i].GetValue(row) ?? DBNull.Value;
            table.Rows.Add(values);
        }
        using var text = new StreamWriter(_file, s_encoding, leaveOpen: true);
        using var csv = CsvDataWriter.Create(text, new CsvDataWriterOptions { WriteHeaders = !_begun, NewLine = "\n", Culture = CultureInfo.InvariantCulture, MaxBufferSize = 1 << 27 });
        using var reader = table.CreateDataReader();
        csv.Write(reader);
        _begun = true;
    }

    public override void Dispose() => _file.Dispose();
}
