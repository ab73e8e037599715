// Counts the distinct texts of a column: exactly while they are few, by estimate once they are many.
// Keeps what was found out about each text, so that it is found out once.
using System.Buffers.Binary;
using System.Numerics;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using MaaS.Contracts.Datasets;

namespace MaaS.Engine.Data;

/// <summary>
/// An open-addressing table keyed by a 64-bit hash of the text (two texts among 10,000 share one with probability 3e-12).
/// Past the limit, HyperLogLog (Flajolet et al. 2007; 2^12 registers, standard error 1.6 %) estimates how many there are.
/// </summary>
internal sealed class DistinctValues(int limit)
{
    private const int RegisterBits = 12;
    private const int FilterBits = 16;
    private const int LongestKept = 200;

    private uint[] _slots = new uint[64]; // 16 bits of the hash above, 16 bits of entry number + 1 below; 0 is free
    private Entry[] _entries = new Entry[32];
    private int _used;
    private byte[]? _registers;

    // One bit per known hash. In a column of ever new numbers it saves most visits to the table, whose 0.5 MB per column
    // no cache holds for many columns: half the time of a whole profile, measured.
    private ulong[]? _filter;

    public struct Entry
    {
        public ulong Hash;
        public long Count;
        public double Value;
        public CellKinds Kinds;
        public string Text;
    }

    public bool IsEstimate => _registers is not null;

    public long Count => _registers is null ? _used : Math.Max(_used + 1, Estimate(_registers));

    /// <summary>Counts the text. The returned entry is new when its count is 1, and a null reference when there is no room for it.</summary>
    public ref Entry Add(ReadOnlySpan<char> text)
    {
        var hash = Hash(text);
        if (_filter is not null && !IsSet(_filter, hash))
        {
            Register(_registers!, hash);
            return ref Unsafe.NullRef<Entry>();
        }
        var tag = (uint)(hash >> 48) << 16;
        var mask = _slots.Length - 1;
        var at = (int)hash & mask;
        for (; _slots[at] != 0; at = (at + 1) & mask)
        {
            if ((_slots[at] & 0xFFFF0000) != tag)
                continue;
            ref var found = ref _entries[(int)(_slots[at] & 0xFFFF) - 1];
            if (found.Hash != hash)
                continue;
            found.Count++;
            return ref found;
        }
        if (_used == limit)
        {
            Overflow(hash);
            return ref Unsafe.NullRef<Entry>();
        }
        if (_used == _entries.Length)
        {
            Grow();
            mask = _slots.Length - 1;
            for (at = (int)hash & mask; _slots[at] != 0; at = (at + 1) & mask) { }
        }
        _slots[at] = tag | (uint)(_used + 1);
        ref var entry = ref _entries[_used++];
        entry.Hash = hash;
        entry.Count = 1;
        entry.Text = text.Length <= LongestKept ? text.ToString() : $"{text[..LongestKept]}...";
        return ref entry;
    }

    /// <summary>
    /// The most frequent, most frequent first. Each count is exact; past the limit, a value first met late is not among them.
    /// </summary>
    public IReadOnlyList<ValueCount> Top(int most) =>
        [.. _entries.Take(_used).OrderByDescending(entry => entry.Count).Take(most).Select(entry => new ValueCount(entry.Text, entry.Count))];

    private void Grow()
    {
        Array.Resize(ref _entries, Math.Min(limit, _entries.Length * 2));
        _slots = new uint[BitOperations.RoundUpToPowerOf2((uint)_entries.Length * 2)];
        var mask = _slots.Length - 1;
        for (var i = 0; i < _used; i++)
        {
            var at = (int)_entries[i].Hash & mask;
            while (_slots[at] != 0)
                at = (at + 1) & mask;
            _slots[at] = (uint)(_entries[i].Hash >> 48) << 16 | (uint)(i + 1);
        }
    }

    private void Overflow(ulong hash)
    {
        if (_registers is null)
        {
            _registers = new byte[1 << RegisterBits];
            _filter = new ulong[(1 << FilterBits) / 64];
            foreach (var entry in _entries.AsSpan(0, _used))
            {
                Register(_registers, entry.Hash);
                Set(_filter, entry.Hash);
            }
        }
        Register(_registers, hash);
    }

    // The bits that neither the slot nor the register is chosen by.
    private static int FilterBit(ulong hash) => (int)(hash >> 24) & ((1 << FilterBits) - 1);

    private static bool IsSet(ulong[] filter, ulong hash) => (filter[FilterBit(hash) >> 6] >> FilterBit(hash) & 1) != 0;

    private static void Set(ulong[] filter, ulong hash) => filter[FilterBit(hash) >> 6] |= 1UL << FilterBit(hash);

    private static void Register(byte[] registers, ulong hash)
    {
        var register = hash >> (64 - RegisterBits);
        var rank = (byte)(BitOperations.LeadingZeroCount(hash << RegisterBits | 1UL << (RegisterBits - 1)) + 1);
        if (registers[register] < rank)
            registers[register] = rank;
    }

    private static long Estimate(byte[] registers)
    {
        double m = registers.Length;
        var harmonic = registers.Sum(rank => Math.ScaleB(1, -rank));
        var estimate = 0.7213 / (1 + 1.079 / m) * m * m / harmonic;
        var empty = registers.Count(rank => rank == 0);
        return (long)Math.Round(estimate <= 2.5 * m && empty > 0 ? m * Math.Log(m / empty) : estimate);
    }

    /// <summary>Multiply and fold, four characters at a time, in the manner of wyhash.</summary>
    private static ulong Hash(ReadOnlySpan<char> text)
    {
        var bytes = MemoryMarshal.AsBytes(text);
        var hash = (ulong)bytes.Length * 0x9E3779B97F4A7C15;
        for (; bytes.Length >= 8; bytes = bytes[8..])
            hash = Fold(hash ^ BinaryPrimitives.ReadUInt64LittleEndian(bytes), 0xA0761D6478BD642F);
        ulong rest = 0;
        for (var i = 0; i < bytes.Length; i += 2)
            rest = rest << 16 | BinaryPrimitives.ReadUInt16LittleEndian(bytes[i..]);
        return Fold(Fold(hash ^ rest, 0xE7037ED1A0B428DB), 0x8EBC6AF09C88C6E3);

        static ulong Fold(ulong a, ulong b) => Math.BigMul(a ^ 0x589965CC75374CC3, b, out var low) ^ low;
    }
}
