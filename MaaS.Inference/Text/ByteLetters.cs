// How byte-level tokenizers write bytes in a JSON file: each byte has a visible letter. Radford et al. 2019's table, which
// tokenizer.json of every byte-level model uses: printable Latin-1 stands for itself, the other 68 bytes for U+0100 on.
namespace MaaS.Inference.Text;

public static class ByteLetters
{
    private static readonly char[] s_letters = Letters();
    private static readonly Dictionary<char, byte> s_bytes = s_letters.Select((letter, i) => (letter, i)).ToDictionary(pair => pair.letter, pair => (byte)pair.i);

    public static char Of(byte value) => s_letters[value];

    public static string Of(ReadOnlySpan<byte> bytes) => string.Create(bytes.Length, bytes, (letters, from) =>
    {
        for (var i = 0; i < letters.Length; i++)
            letters[i] = s_letters[from[i]];
    });

    /// <summary>Null when a letter is none of the table.</summary>
    public static byte[]? Bytes(string letters) =>
        letters.All(s_bytes.ContainsKey) ? [.. letters.Select(letter => s_bytes[letter])] : null;

    private static char[] Letters()
    {
        var letters = new char[256];
        var next = (char)256;
        for (var value = 0; value < 256; value++)
            letters[value] = value is (>= '!' and <= '~') or (>= 0xA1 and <= 0xAC) or (>= 0xAE and <= 0xFF) ? (char)value : next++;
        return letters;
    }
}
