// What can be shown of a file without trusting it: a picture by its first bytes, rows of a CSV, JSON set out, or plain text. Nothing of
// it becomes markup: texts are encoded by the page, and a picture is data of a type that runs nothing (SVG is none of them).
using System.Text;
using System.Text.Json;

namespace MaaS.Web.Experiments;

internal sealed record FilePreview(string? Picture = null, IReadOnlyList<IReadOnlyList<string>>? Rows = null, string? Text = null, bool Cut = false)
{
    public const long MostPictureBytes = 1 << 20;
    private const int MostTextBytes = 1 << 17;
    private const int MostRows = 50;
    private const int MostColumns = 30;

    private static readonly (byte[] Begin, string Type)[] Pictures =
    [
        ([0x89, (byte)'P', (byte)'N', (byte)'G', 0x0D, 0x0A, 0x1A, 0x0A], "image/png"),
        ([0xFF, 0xD8, 0xFF], "image/jpeg"),
        ("GIF8"u8.ToArray(), "image/gif"),
    ];

    private static readonly UTF8Encoding Strict = new(encoderShouldEmitUTF8Identifier: false, throwOnInvalidBytes: true);

    private static readonly JsonSerializerOptions SetOut = new() { WriteIndented = true, Encoder = System.Text.Encodings.Web.JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    /// <summary>None of these where the file is neither a picture nor text.</summary>
    public static async Task<FilePreview> Read(string path, long bytes, Stream file, CancellationToken token)
    {
        var begin = new byte[Math.Min(bytes, Math.Max(MostPictureBytes, MostTextBytes))];
        begin = begin[..await file.ReadAtLeastAsync(begin, begin.Length, throwOnEndOfStream: false, token)];
        foreach (var (start, type) in Pictures)
            if (begin.AsSpan().StartsWith(start))
                return bytes > begin.Length ? new() : new(Picture: $"data:{type};base64,{Convert.ToBase64String(begin)}");
        if (Decode(begin.AsSpan()[..Math.Min(begin.Length, MostTextBytes)]) is not { } text)
            return new();
        var cut = bytes > MostTextBytes;
        return Path.GetExtension(path).ToLowerInvariant() switch
        {
            ".csv" => Table(text, ',', cut),
            ".tsv" => Table(text, '\t', cut),
            ".json" when !cut => new(Text: Json(text)),
            _ => new(Text: text, Cut: cut),
        };
    }

    // Null for what is no text. A file that is cut may end inside a character, which takes four bytes at most.
    private static string? Decode(ReadOnlySpan<byte> bytes)
    {
        if (bytes.Contains((byte)0)) return null;
        for (var lost = 0; lost < 4 && lost <= bytes.Length; lost++)
        {
            try
            {
                return Strict.GetString(bytes[..^lost]);
            }
            catch (DecoderFallbackException)
            {
            }
        }
        return null;
    }

    private static string Json(string text)
    {
        try
        {
            using var document = JsonDocument.Parse(text);
            return JsonSerializer.Serialize(document.RootElement, SetOut);
        }
        catch (JsonException)
        {
            return text;
        }
    }

    private static FilePreview Table(string text, char between, bool cut)
    {
        var rows = new List<IReadOnlyList<string>>();
        var (row, cell, quoted) = (new List<string>(), new StringBuilder(), false);
        var at = 0;
        for (; at < text.Length && rows.Count <= MostRows; at++)
        {
            var c = text[at];
            if (c == '"' && quoted && at + 1 < text.Length && text[at + 1] == '"') cell.Append(text[++at]);
            else if (c == '"' && (quoted || cell.Length == 0)) quoted = !quoted;
            else if (quoted || (c != between && c is not ('\r' or '\n'))) cell.Append(c);
            else if (c == between) Next();
            else if (c == '\n') End();
        }
        if (at == text.Length && !cut && (cell.Length > 0 || row.Count > 0)) End();
        return new(Rows: rows, Cut: cut || at < text.Length);

        void Next()
        {
            if (row.Count < MostColumns) row.Add($"{cell}");
            cell.Clear();
        }

        void End()
        {
            Next();
            rows.Add(row);
            row = [];
        }
    }
}
