// Is this file text, and in which encoding? Looks at bytes only; knows nothing of rows and cells.
using System.Text;
using System.Text.Json;
using System.Text.Unicode;
using MaaS.Contracts.Datasets;
using UtfUnknown;

namespace MaaS.Engine.Data;

internal static class TextFile
{
    private const int SampleBytes = 1 << 20;
    private const string Image = "an image";

    // What people upload by mistake, by its first bytes.
    private static readonly (byte[] Magic, string What)[] s_others =
    [
        ([0x50, 0x4B, 0x03, 0x04], "an Excel workbook or a ZIP archive"),
        ([0xD0, 0xCF, 0x11, 0xE0], "an old Excel workbook"),
        ([0x1F, 0x8B], "compressed with gzip"),
        ("%PDF"u8.ToArray(), "a PDF"),
        ("SQLite format 3"u8.ToArray(), "an SQLite database"),
        ([0x89, 0x50, 0x4E, 0x47], Image),
        ([0xFF, 0xD8, 0xFF], Image),
    ];

    private static readonly string[] s_tables = [".csv", ".tsv", ".tab"];

    static TextFile() => Encoding.RegisterProvider(CodePagesEncodingProvider.Instance);

    /// <summary>
    /// By content: Parquet by its first bytes, JSON Lines by a first line that is a JSON object. Text that is none of these is a
    /// table when its name says so, or when its rows divide into as many cells each; else it is prose.
    /// </summary>
    /// <param name="name">As it was uploaded; null takes any text for a table.</param>
    public static DatasetFormat Format(string path, string? name)
    {
        var sample = Sample(path, SampleBytes);
        if (sample.AsSpan().StartsWith("PAR1"u8))
            return DatasetFormat.Parquet;
        if (sample.AsSpan().StartsWith("PK"u8) && ImageFile.FormatOf(path) is { } images)
            return images;
        // What is no text at all gets its sentence from the reader of tables.
        if (sample.Length == 0 || s_others.Any(other => sample.AsSpan().StartsWith(other.Magic)))
            return DatasetFormat.Csv;
        if (name is not null && s_tables.Contains(Path.GetExtension(name), StringComparer.OrdinalIgnoreCase))
            return DatasetFormat.Csv;
        var opening = (ByMark(sample) ?? Encoding.Latin1).GetString(sample).TrimStart('\uFEFF');
        if (IsObject(opening, wholeFile: sample.Length < SampleBytes))
            return DatasetFormat.JsonLines;
        return name is null || CsvDialect.IsTable(opening) ? DatasetFormat.Csv : DatasetFormat.PlainText;
    }

    /// <summary>
    /// The encoding asked for; else by byte order mark; else UTF-8 when every byte of the file agrees; else a guess from the
    /// bytes around the first that does not. Reads the whole file once (vectorised, about 2 GB/s from the page cache).
    /// </summary>
    /// <exception cref="UserError">Not text, empty, or not in the encoding asked for.</exception>
    public static Encoding DetectEncoding(string path, string? asked)
    {
        var sample = Sample(path, SampleBytes);
        if (sample.Length == 0)
            throw new UserError("The file is empty.");
        if (IdxFile.IsOne(sample))
            throw new UserError("The file is an IDX file by itself; put the one with the images and the one with their labels into a ZIP archive.");
        if (s_others.FirstOrDefault(other => sample.AsSpan().StartsWith(other.Magic)).What is { } what)
            throw new UserError($"The file is {what}, not a table in text form; save it as CSV or Parquet." +
                (what == Image ? " A model that tells images apart learns from a ZIP archive with a folder of images for each class." : ""));

        var encoding = asked is null ? ByMark(sample) : Named(asked);
        if (encoding is not (UnicodeEncoding or UTF32Encoding) && IsBinary(sample))
            throw new UserError("The file is not text: it holds bytes that no text has. Upload a CSV or Parquet file.");
        if (encoding is not null and not UTF8Encoding)
            return encoding;

        var invalid = FirstInvalidUtf8(path);
        if (invalid is null)
            return new UTF8Encoding(encoderShouldEmitUTF8Identifier: true, throwOnInvalidBytes: true);
        if (encoding is not null)
            throw new UserError(
                $"Line {LineAt(path, invalid.Value):N0} is not valid UTF-8 (byte {invalid:N0} of the file). " +
                "Choose the file's own encoding, or none to have it detected.");
        return Guess(path, invalid.Value);
    }

    /// <summary>The text from behind the byte order mark, if there is one.</summary>
    public static StreamReader Open(FileStream file, Encoding encoding)
    {
        var mark = new byte[encoding.Preamble.Length];
        file.ReadAtLeast(mark, mark.Length, throwOnEndOfStream: false);
        if (!mark.AsSpan().SequenceEqual(encoding.Preamble))
            file.Position = 0;
        return new StreamReader(file, encoding, detectEncodingFromByteOrderMarks: false, bufferSize: 1 << 16);
    }

    private static Encoding Named(string name)
    {
        try
        {
            return Encoding.GetEncoding(name, EncoderFallback.ExceptionFallback, DecoderFallback.ExceptionFallback);
        }
        catch (ArgumentException unknown)
        {
            throw new UserError($"\"{name}\" is not a known encoding; for example utf-8, windows-1252 or utf-16.", unknown);
        }
    }

    private static bool IsObject(string opening, bool wholeFile)
    {
        var text = opening.AsSpan().TrimStart();
        var end = text.IndexOf('\n');
        if (text.IsEmpty || text[0] != '{' || (end < 0 && !wholeFile))
            return false;
        try
        {
            using var first = JsonDocument.Parse((end < 0 ? text : text[..end]).ToString());
            return first.RootElement.ValueKind == JsonValueKind.Object;
        }
        catch (JsonException)
        {
            return false;
        }
    }

    private static Encoding? ByMark(ReadOnlySpan<byte> bytes) =>
        bytes.StartsWith(new byte[] { 0xFF, 0xFE, 0, 0 }) ? Named("utf-32") :
        bytes.StartsWith(new byte[] { 0xFF, 0xFE }) ? Named("utf-16") :
        bytes.StartsWith(new byte[] { 0xFE, 0xFF }) ? Named("utf-16BE") :
        bytes.StartsWith(new byte[] { 0xEF, 0xBB, 0xBF }) ? Named("utf-8") : null;

    /// <summary>A zero byte, or one control character in a hundred.</summary>
    private static bool IsBinary(ReadOnlySpan<byte> bytes)
    {
        var control = 0;
        foreach (var b in bytes)
        {
            if (b == 0)
                return true;
            if (b < 32 && b is not ((byte)'\t' or (byte)'\n' or (byte)'\r' or (byte)'\f'))
                control++;
        }
        return control > bytes.Length / 100;
    }

    private static Encoding Guess(string path, long around)
    {
        using var file = File.OpenRead(path);
        file.Position = Math.Max(0, around - SampleBytes / 2);
        var bytes = new byte[SampleBytes];
        var length = file.ReadAtLeast(bytes, bytes.Length, throwOnEndOfStream: false);
        var found = CharsetDetector.DetectFromBytes(bytes, 0, length).Detected;
        // A short sample of one accented name tells little; windows-1252 then reads most western files right and never fails.
        return found is { Encoding: not null, Confidence: > 0.5f } and not { Encoding: UTF8Encoding or ASCIIEncoding }
            ? Named(found.Encoding.WebName)
            : Encoding.GetEncoding(1252);
    }

    /// <summary>Offset of the first byte that is not UTF-8, or null.</summary>
    private static long? FirstInvalidUtf8(string path)
    {
        using var file = new FileStream(path, FileMode.Open, FileAccess.Read, FileShare.Read, bufferSize: 0);
        var buffer = new byte[1 << 18];
        long offset = 0;
        var kept = 0;
        while (true)
        {
            var read = file.ReadAtLeast(buffer.AsSpan(kept), buffer.Length - kept, throwOnEndOfStream: false);
            var chunk = buffer.AsSpan(0, kept + read);
            var atEnd = chunk.Length < buffer.Length;
            // A character may be cut by the end of the buffer: the last three bytes wait for the next.
            var whole = atEnd ? chunk.Length : chunk.Length - 3;
            while (!atEnd && whole > 0 && (chunk[whole] & 0xC0) == 0x80)
                whole--;
            if (!Utf8.IsValid(chunk[..whole]))
                return offset + FirstInvalid(chunk[..whole]);
            if (atEnd)
                return null;
            offset += whole;
            kept = chunk.Length - whole;
            chunk[whole..].CopyTo(buffer);
        }
    }

    private static int FirstInvalid(ReadOnlySpan<byte> bytes)
    {
        var at = 0;
        while (Rune.DecodeFromUtf8(bytes[at..], out _, out var consumed) == System.Buffers.OperationStatus.Done)
            at += consumed;
        return at;
    }

    private static long LineAt(string path, long offset)
    {
        using var file = File.OpenRead(path);
        var buffer = new byte[1 << 16];
        long line = 1;
        while (offset > 0)
        {
            var read = file.Read(buffer, 0, (int)Math.Min(buffer.Length, offset));
            line += buffer.AsSpan(0, read).Count((byte)'\n');
            offset -= read;
        }
        return line;
    }

    private static byte[] Sample(string path, int most)
    {
        using var file = File.OpenRead(path);
        var bytes = new byte[Math.Min(most, file.Length)];
        file.ReadExactly(bytes);
        return bytes;
    }
}
