// One tensor of weights as a coder sees it: its most frequent value, which is nothing to speak of, a table of the others, and where which of
// them stands. Where the others are too many for a table they follow as they are.
using System.Runtime.InteropServices;

namespace MaaS.Engine.Compression.Coding;

/// <param name="Background">The most frequent element, by its bits.</param>
/// <param name="Values">The others, most frequent first; empty when they follow one by one.</param>
/// <param name="Symbols">0 for the background, i + 1 for the i-th of the others, 1 for any where they follow.</param>
/// <param name="Rest">The others in their order, where there is no table.</param>
internal sealed record CodedTensor(uint Background, uint[] Values, ushort[] Symbols, uint[] Rest)
{
    /// <summary>More would cost more than they save.</summary>
    public const int MostValues = 4096;

    /// <summary>Null for weights that are neither sparse nor few different ones.</summary>
    public static CodedTensor? Of(ReadOnlySpan<byte> bytes, int size)
    {
        var elements = Elements(bytes, size);
        var counts = new Dictionary<uint, int>();
        foreach (var element in elements)
            CollectionsMarshal.GetValueRefOrAddDefault(counts, element, out _)++;
        var ordered = counts.OrderByDescending(pair => pair.Value).ThenBy(pair => pair.Key).Select(pair => pair.Key).ToArray();
        var others = ordered[1..];
        if (others.Length <= MostValues && (size == 1 || others.Length <= elements.Length / 8))
        {
            var place = others.Select((value, i) => (value, i)).ToDictionary(pair => pair.value, pair => (ushort)(pair.i + 1));
            return new CodedTensor(ordered[0], others, Array.ConvertAll(elements, element => place.GetValueOrDefault(element)), []);
        }
        return counts[ordered[0]] * 4L < elements.Length ? null
            : new CodedTensor(ordered[0], [], Array.ConvertAll(elements, element => (ushort)(element == ordered[0] ? 0 : 1)), Array.FindAll(elements, element => element != ordered[0]));
    }

    public void Into(Span<byte> bytes, int size)
    {
        var rest = 0;
        for (var i = 0; i < Symbols.Length; i++)
        {
            var element = Symbols[i] == 0 ? Background : Values.Length > 0 ? Values[Symbols[i] - 1] : Rest[rest++];
            if (size == 1)
                bytes[i] = (byte)element;
            else
                BitConverter.TryWriteBytes(bytes[(i * size)..], element);
        }
    }

    private static uint[] Elements(ReadOnlySpan<byte> bytes, int size)
    {
        if (size == 4)
            return MemoryMarshal.Cast<byte, uint>(bytes).ToArray();
        var elements = new uint[bytes.Length];
        for (var i = 0; i < bytes.Length; i++)
            elements[i] = bytes[i];
        return elements;
    }
}
