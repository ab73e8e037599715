// Counts the values of one column into the bins that its training left. Written by every thread that serves; nothing here locks or allocates.
using System.Text;
using MaaS.Contracts.Models;

namespace MaaS.Inference.Drift;

/// <summary>Places of the counts: the bins of the reference in their order, then <see cref="Unseen"/>, then <see cref="Missing"/>.</summary>
public sealed class ColumnCounts
{
    private const int LongestText = 256; // a longer one is no category that is told apart

    private readonly double[] _edges;
    private readonly Dictionary<string, int>.AlternateLookup<ReadOnlySpan<char>> _binOf;
    private readonly long[] _counts;

    /// <param name="known">All categories that the model knows; null of numbers.</param>
    public ColumnCounts(ColumnReference reference, IReadOnlyList<string>? known)
    {
        Name = reference.Name;
        _edges = reference.Edges?.ToArray() ?? [];
        _counts = new long[reference.Shares.Count + 2];
        var binOf = new Dictionary<string, int>(StringComparer.Ordinal);
        foreach (var text in known ?? [])
            binOf.TryAdd(text, reference.Shares.Count - 1);
        foreach (var (bin, text) in (reference.Values ?? []).Index())
            binOf[text] = bin;
        _binOf = binOf.GetAlternateLookup<ReadOnlySpan<char>>();
    }

    public string Name { get; }

    public static int Unseen(int counts) => counts - 2;

    public static int Missing(int counts) => counts - 1;

    public long[] Counts => [.. Enumerable.Range(0, _counts.Length).Select(bin => Volatile.Read(ref _counts[bin]))];

    public void Add(double value)
    {
        var bin = 0;
        while (bin < _edges.Length && value > _edges[bin])
            bin++;
        Count(bin);
    }

    public void AddMissing() => Count(Missing(_counts.Length));

    /// <param name="utf8">"" is missing, as it is to the model.</param>
    public void Add(ReadOnlySpan<byte> utf8)
    {
        if (utf8.IsEmpty)
        {
            AddMissing();
            return;
        }
        Span<char> text = stackalloc char[LongestText];
        Count(utf8.Length <= LongestText && _binOf.TryGetValue(text[..Encoding.UTF8.GetChars(utf8, text)], out var bin) ? bin : Unseen(_counts.Length));
    }

    /// <summary>A bin that is known already.</summary>
    public void Count(int bin) => Interlocked.Increment(ref _counts[bin]);
}
