// How often each size of a value occurs, in a table that does not grow: when a larger value comes the range doubles, and neighbours are
// added together. So any number of rows is calibrated on in the same few kilobytes.
using MaaS.Contracts.Compression;

namespace MaaS.Engine.Compression.Quantization;

internal sealed class Histogram
{
    private const int Half = 2048;

    /// <summary>Of the absolute values, from which the entropy method chooses; TensorRT's number (Migacz 2017, 8-bit Inference with TensorRT).</summary>
    private const int Levels = 128;

    private readonly long[] _counts = new long[2 * Half];
    private float _range; // bin i holds values from (i - Half) to (i + 1 - Half) times range / Half
    private float _low;
    private float _high;

    public void Add(ReadOnlySpan<float> values)
    {
        foreach (var value in values)
        {
            if (!float.IsFinite(value))
                continue; // a mask's minus infinity is no size to be kept
            (_low, _high) = (Math.Min(_low, value), Math.Max(_high, value));
            var size = Math.Abs(value);
            if (size > _range)
                Widen(size);
            _counts[_range == 0 ? Half : Math.Clamp(Half + (int)MathF.Floor(value / _range * Half), 0, 2 * Half - 1)]++;
        }
    }

    /// <summary>The range to keep; zero is always in it.</summary>
    public (float Low, float High) Range(CalibrationMethod method, double percentile) => method switch
    {
        CalibrationMethod.Percentile => Percentile(percentile),
        CalibrationMethod.Entropy => Entropy(),
        _ => (_low, _high),
    };

    /// <summary>Half of what may be outside on each side; all of it above where nothing is below zero.</summary>
    private (float, float) Percentile(double percentile)
    {
        var outside = _counts.Sum() * (1 - percentile / 100) / (_low < 0 ? 2 : 1);
        var (first, last) = (0, 2 * Half - 1);
        for (long seen = 0; _low < 0 && first < Half && (seen += _counts[first]) <= outside; first++) { }
        for (long seen = 0; last > Half && (seen += _counts[last]) <= outside; last--) { }
        return (Math.Max(_low, (first - Half) * _range / Half), Math.Min(_high, (last + 1 - Half) * _range / Half));
    }

    /// <summary>The cut after which the distribution of absolute values loses least when it is brought to few levels: least Kullback-Leibler divergence.</summary>
    private (float, float) Entropy()
    {
        var sizes = new double[Half];
        for (var i = 0; i < Half; i++)
            sizes[i] = _counts[Half + i] + _counts[Half - 1 - i];
        var levels = _low < 0 ? Levels : 2 * Levels;
        var (best, least) = (Half, double.PositiveInfinity);
        for (var cut = levels; cut <= Half; cut += 8)
            if (Divergence(sizes, cut, levels) is var divergence && divergence < least)
                (best, least) = (cut, divergence);
        var limit = best * _range / Half;
        return (Math.Max(_low, -limit), Math.Min(_high, limit));
    }

    private static double Divergence(double[] sizes, int cut, int levels)
    {
        var outside = sizes.Skip(cut).Sum();
        var total = sizes.Sum();
        var kept = total - outside;
        if (kept <= 0)
            return double.PositiveInfinity;
        var divergence = 0.0;
        for (var level = 0; level < levels; level++)
        {
            var (from, to) = ((long)level * cut / levels, (level + 1L) * cut / levels);
            var (sum, filled) = (0.0, 0);
            for (var i = from; i < to; i++)
                (sum, filled) = (sum + sizes[i], filled + (sizes[i] > 0 ? 1 : 0));
            for (var i = from; i < to; i++)
            {
                var p = (sizes[i] + (i == cut - 1 ? outside : 0)) / total;
                if (p == 0)
                    continue;
                // What lies beyond the cut falls on its last bin, which the levels did not see.
                var q = sizes[i] > 0 ? sum / filled / kept : 1e-9;
                divergence += p * Math.Log(p / q);
            }
        }
        return divergence;
    }

    private void Widen(float size)
    {
        if (_range == 0)
            _range = size; // there were only zeros, and theirs is the middle bin whatever the range
        while (size > _range)
        {
            var old = (long[])_counts.Clone();
            Array.Clear(_counts);
            for (var i = 0; i < 2 * Half; i++)
                _counts[Half + (i - Half >> 1)] += old[i];
            _range *= 2;
        }
    }
}
