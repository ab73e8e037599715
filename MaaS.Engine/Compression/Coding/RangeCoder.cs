// An adaptive binary range coder: each bit costs what its model thought it would, and the model learns from it. The arithmetic is that of
// LZMA's coder (Pavlov, LZMA specification) with finer probabilities: a range of 32 bits, a byte out as soon as it is certain.
namespace MaaS.Engine.Compression.Coding;

/// <summary>How likely a bit is 0, from the bits seen. It follows quickly at first and steadily later.</summary>
internal struct Odds
{
    public const int Bits = 16;

    // Most bits that are averaged over: 2^7, beyond which the oldest are forgotten.
    private const int Slowest = 7;

    private ushort _zero;
    private byte _seen;

    /// <summary>Out of 2^16, never certain.</summary>
    public readonly uint Zero => _seen == 0 ? 1u << (Bits - 1) : _zero;

    public void Learn(int bit)
    {
        var zero = (int)Zero;
        var rate = Math.Min(Slowest, 1 + System.Numerics.BitOperations.Log2((uint)_seen + 1));
        zero += ((bit == 0 ? (1 << Bits) - 1 : 0) - zero) >> rate;
        _zero = (ushort)Math.Clamp(zero, 32, (1 << Bits) - 32);
        if (_seen < byte.MaxValue)
            _seen++;
    }
}

internal sealed class RangeEncoder
{
    private readonly MemoryStream _bytes = new();
    private ulong _low;
    private uint _range = uint.MaxValue;
    private byte _held;
    private long _waiting = 1; // the held byte and the 0xFF after it, which a carry would change

    public void Put(ref Odds odds, int bit)
    {
        var bound = (_range >> Odds.Bits) * odds.Zero;
        if (bit == 0)
            _range = bound;
        else
        {
            _low += bound;
            _range -= bound;
        }
        odds.Learn(bit);
        while (_range < 1u << 24)
        {
            _range <<= 8;
            Shift();
        }
    }

    public byte[] Finish()
    {
        for (var i = 0; i < 5; i++)
            Shift();
        // The first byte is always 0.
        return _bytes.ToArray()[1..];
    }

    private void Shift()
    {
        if ((uint)_low < 0xFF00_0000 || _low >> 32 != 0)
        {
            var carry = (byte)(_low >> 32);
            for (; _waiting > 0; _waiting--, _held = 0xFF)
                _bytes.WriteByte((byte)(_held + carry));
            _held = (byte)(_low >> 24);
        }
        _waiting++;
        _low = (_low & 0x00FF_FFFF) << 8;
    }
}

internal ref struct RangeDecoder
{
    private readonly ReadOnlySpan<byte> _bytes;
    private uint _range = uint.MaxValue;
    private uint _code;
    private int _at;

    /// <param name="bytes">Of an encoder. Behind their end zeros are read: what comes of it is for a checksum to find.</param>
    public RangeDecoder(ReadOnlySpan<byte> bytes)
    {
        _bytes = bytes;
        for (var i = 0; i < 4; i++)
            _code = _code << 8 | Next();
    }

    public int Take(ref Odds odds)
    {
        var bound = (_range >> Odds.Bits) * odds.Zero;
        var bit = _code < bound ? 0 : 1;
        if (bit == 0)
            _range = bound;
        else
        {
            _code -= bound;
            _range -= bound;
        }
        odds.Learn(bit);
        while (_range < 1u << 24)
        {
            _range <<= 8;
            _code = _code << 8 | Next();
        }
        return bit;
    }

    private uint Next() => _at < _bytes.Length ? _bytes[_at++] : 0u;
}
