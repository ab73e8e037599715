// Floats to small whole numbers and a scale, so that value = scale (number - zero point).
namespace MaaS.Engine.Compression.Quantization;

/// <summary>Eight bits with a sign; zero is 0.</summary>
/// <param name="Scales">One for each channel, or one for all.</param>
internal sealed record Rounded8(sbyte[] Numbers, float[] Scales);

/// <summary>Numbers of 2 to 8 bits, without a sign, one a byte.</summary>
/// <param name="Scales">One for each block.</param>
/// <param name="ZeroPoints">One for each block.</param>
internal sealed record RoundedBlocks(byte[] Numbers, float[] Scales, byte[] ZeroPoints);

internal static class Rounding
{
    /// <summary>What a block's range is tried to be cut to: a few clipped weights cost less than coarser steps for all.</summary>
    private static readonly float[] s_shares = [1, 0.95f, 0.9f, 0.85f, 0.8f, 0.75f, 0.7f, 0.6f, 0.5f];

    /// <param name="axis">The channels' dimension.</param>
    /// <param name="most">The largest number: 127, or 63 where only seven bits are used.</param>
    /// <param name="least">A scale for each channel that it may not fall below; null is none.</param>
    public static Rounded8 PerChannel(float[] values, long[] shape, int axis, int most, float[]? least = null)
    {
        var (channels, inner) = ((int)shape[axis], (int)shape.Skip(axis + 1).Aggregate(1L, (product, size) => product * size));
        var scales = new float[channels];
        for (var i = 0; i < values.Length; i++)
            scales[i / inner % channels] = Math.Max(scales[i / inner % channels], Math.Abs(values[i]));
        for (var channel = 0; channel < channels; channel++)
            scales[channel] = Math.Max(Step(scales[channel] / most), least?[channel] ?? 0);
        return new Rounded8([.. values.Select((value, i) => Near(value, scales[i / inner % channels], most))], scales);
    }

    public static Rounded8 Whole(float[] values, int most, float least = 0)
    {
        var scale = Math.Max(Step(values.Max(Math.Abs) / most), least);
        return new Rounded8([.. values.Select(value => Near(value, scale, most))], [scale]);
    }

    /// <summary>Blocks along the rows of a matrix (rows, length), the last of each row perhaps shorter.</summary>
    /// <param name="isCentred">The zero point is the middle of the numbers, and needs no room.</param>
    public static RoundedBlocks Blocks(float[] rows, int length, int block, int bits, bool isCentred)
    {
        var perRow = (length + block - 1) / block;
        var blocks = rows.Length / length * perRow;
        var (numbers, scales, zeroPoints) = (new byte[rows.Length], new float[blocks], new byte[blocks]);
        for (var at = 0; at < blocks; at++)
        {
            var from = at / perRow * length + at % perRow * block;
            var part = rows.AsSpan(from, Math.Min(block, length - at % perRow * block));
            (scales[at], zeroPoints[at]) = isCentred ? Centred(part, bits) : Ranged(part, bits);
            for (var i = 0; i < part.Length; i++)
                numbers[from + i] = Number(part[i], scales[at], zeroPoints[at], bits);
        }
        return new RoundedBlocks(numbers, scales, zeroPoints);
    }

    /// <summary>Numbers of so many bits, the first in the lowest bits of its byte: as ONNX packs 4 and 2 bits.</summary>
    public static byte[] Pack(ReadOnlySpan<byte> numbers, int bits)
    {
        var packed = new byte[(numbers.Length * bits + 7) / 8];
        for (var i = 0; i < numbers.Length; i++)
            packed[i * bits / 8] |= (byte)(numbers[i] << (i * bits % 8));
        return packed;
    }

    private static (float Scale, byte ZeroPoint) Ranged(ReadOnlySpan<float> part, int bits)
    {
        var (low, high) = (0f, 0f); // zero is always among the numbers: a pruned weight stays one
        foreach (var value in part)
            (low, high) = (Math.Min(low, value), Math.Max(high, value));
        return Best(part, bits, share =>
        {
            var scale = Step((high - low) * share / ((1 << bits) - 1));
            return (scale, (byte)Math.Clamp(MathF.Round(-low * share / scale), 0, (1 << bits) - 1));
        });
    }

    /// <summary>There is one number more below the middle than above it: the largest value decides the sign.</summary>
    private static (float Scale, byte ZeroPoint) Centred(ReadOnlySpan<float> part, int bits)
    {
        var largest = 0f;
        foreach (var value in part)
            if (Math.Abs(value) > Math.Abs(largest))
                largest = value;
        var middle = 1 << (bits - 1);
        return Best(part, bits, share => (-MathF.CopySign(Step(Math.Abs(largest) * share / middle), largest), (byte)middle));
    }

    /// <summary>Of the ranges tried, the one with the least squared error.</summary>
    private static (float Scale, byte ZeroPoint) Best(ReadOnlySpan<float> part, int bits, Func<float, (float Scale, byte ZeroPoint)> tried)
    {
        var (best, least) = (tried(1), double.PositiveInfinity);
        foreach (var share in s_shares)
        {
            var candidate = tried(share);
            var error = 0.0;
            foreach (var value in part)
            {
                var off = candidate.Scale * (Number(value, candidate.Scale, candidate.ZeroPoint, bits) - candidate.ZeroPoint) - value;
                error += (double)off * off;
            }
            if (error < least)
                (best, least) = (candidate, error);
        }
        return best;
    }

    private static byte Number(float value, float scale, byte zeroPoint, int bits) => (byte)Math.Clamp(MathF.Round(value / scale) + zeroPoint, 0, (1 << bits) - 1);

    private static sbyte Near(float value, float scale, int most) => (sbyte)Math.Clamp(MathF.Round(value / scale), -most, most);

    /// <summary>Nothing but zeros takes any scale; so do numbers too small to divide by.</summary>
    private static float Step(float step) => step > 1e-30f ? step : 1;
}
