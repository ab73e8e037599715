// The lines of a text file, one after the other, none of them longer than memory bears. Knows no format.
using System.Text;

namespace MaaS.Engine.Data;

internal sealed class Lines(string path, Encoding encoding) : IDisposable
{
    /// <summary>A longer line comes in pieces.</summary>
    public const int MostCharacters = CsvDialect.MaxRecordCharacters;

    private readonly FileStream _file = new(path, FileMode.Open, FileAccess.Read, FileShare.Read, bufferSize: 0);
    private readonly StringBuilder _line = new();
    private StreamReader? _text;
    private readonly char[] _block = new char[1 << 16];
    private int _at;
    private int _filled;

    public string Current { get; private set; } = "";

    /// <summary>Counts from 1.</summary>
    public long Number { get; private set; }

    public bool IsCut { get; private set; }

    public double Fraction => _file.Length == 0 ? 1 : (double)_file.Position / _file.Length;

    /// <exception cref="UserError">The file is not in its encoding here, or holds a zero character.</exception>
    public bool Next()
    {
        _line.Clear();
        if (!IsCut)
            Number++;
        IsCut = false;
        while (Fill())
        {
            var rest = _block.AsSpan(_at, _filled - _at);
            var end = rest.IndexOf('\n');
            var taken = end < 0 ? rest : rest[..end];
            if (_line.Length + taken.Length > MostCharacters)
            {
                taken = taken[..(MostCharacters - _line.Length)];
                (end, IsCut) = (-1, true);
            }
            _line.Append(taken);
            _at += taken.Length + (end < 0 ? 0 : 1);
            if (end >= 0 || IsCut)
                return Take();
        }
        return _line.Length > 0 && Take();
    }

    public void Dispose()
    {
        _text?.Dispose();
        _file.Dispose();
    }

    private bool Take()
    {
        Current = _line.ToString().TrimEnd('\r');
        return !Current.Contains('\0') ? true
            : throw new UserError($"Line {Number:N0} holds the character U+0000, which no text has and nothing can store; save the file again without it.");
    }

    private bool Fill()
    {
        if (_at < _filled)
            return true;
        try
        {
            _text ??= TextFile.Open(_file, encoding);
            (_at, _filled) = (0, _text.ReadBlock(_block, 0, _block.Length));
            return _filled > 0;
        }
        catch (DecoderFallbackException broken)
        {
            throw new UserError($"Somewhere after line {Number:N0} the file is not valid {encoding.WebName}.", broken);
        }
    }
}
