// A CSV file of any size that is never anywhere: its rows are made as they are read, the same ones every time.
using System.Globalization;
using System.Text;

namespace MaaS.Benchmarks;

/// <param name="bytes">The file ends with the row that reaches this many.</param>
/// <param name="breaksAfter">Reading past this many bytes fails, as a cut connection does. Null: it never does.</param>
internal sealed class CsvRows(long bytes, long? breaksAfter = null) : Stream
{
    private static readonly string[] _cities = ["Antwerp", "Bergen", "Cork", "Delft", "Évora", "Faro", "\"Genoa, old town\"", ""];

    private readonly byte[] _row = new byte[256];
    private readonly Random _random = new(1);
    private int _start;
    private int _end;
    private long _made;
    private long _read;

    public long Rows { get; private set; }

    public override int Read(Span<byte> buffer)
    {
        if (_read > breaksAfter)
            throw new IOException("The connection is cut here, on purpose.");
        var filled = 0;
        while (filled < buffer.Length && (_start < _end || Make()))
        {
            var count = Math.Min(buffer.Length - filled, _end - _start);
            _row.AsSpan(_start, count).CopyTo(buffer[filled..]);
            _start += count;
            filled += count;
        }
        _read += filled;
        return filled;
    }

    private bool Make()
    {
        if (_made >= bytes)
            return false;
        var row = _made == 0
            ? (IFormattable)$"number,opened,city,amount,rate,visits,balance,active,note\n"
            : $"{Rows++},20{_random.Next(10, 26)}-0{_random.Next(1, 10)}-1{_random.Next(10)},{_cities[_random.Next(_cities.Length)]},{_random.Next(1_000_000) / 100.0},{_random.NextSingle()},{_random.Next(40)},{_random.Next(-90_000, 90_000)},{(_random.Next(3) == 0 ? "no" : "yes")},order {_random.Next(100_000)} of the week\n";
        _start = 0;
        _end = Encoding.UTF8.GetBytes(row.ToString(null, CultureInfo.InvariantCulture), _row);
        _made += _end;
        return true;
    }

    public override int Read(byte[] buffer, int offset, int count) => Read(buffer.AsSpan(offset, count));

    public override ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default) => ValueTask.FromResult(Read(buffer.Span));

    public override bool CanRead => true;
    public override bool CanSeek => false;
    public override bool CanWrite => false;
    public override long Length => throw new NotSupportedException();
    public override long Position { get => _read; set => throw new NotSupportedException(); }
    public override void Flush() { }
    public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();
    public override void SetLength(long value) => throw new NotSupportedException();
    public override void Write(byte[] buffer, int offset, int count) => throw new NotSupportedException();
}
