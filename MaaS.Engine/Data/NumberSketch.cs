// Summarises a stream of numbers in constant memory.
using MaaS.Contracts.Datasets;

namespace MaaS.Engine.Data;

/// <summary>
/// Minimum, maximum, mean and standard deviation are exact (Welford 1962). Median and histogram come from a uniform random sample
/// (Li's Algorithm L, 1994; seeded): exact while the numbers fit the sample, estimates beyond; with 10,000 of them a
/// histogram share is right within about 1 %.
/// </summary>
internal sealed class NumberSketch
{
    private const int Bins = 20;

    private readonly int _capacity;
    private readonly List<double> _sample = [];
    private SplitMix64 _random = new(0x5EED);
    private double _weight = 1;
    private long _next;
    private double _mean;
    private double _squares;
    private double _min = double.PositiveInfinity;
    private double _max = double.NegativeInfinity;

    public NumberSketch(int capacity)
    {
        _capacity = capacity;
        _next = capacity - 1;
        Skip();
    }

    public long Count { get; private set; }

    public void Add(double value)
    {
        if (_sample.Count < _capacity)
            _sample.Add(value);
        else if (Count == _next)
        {
            _sample[_random.Below(_capacity)] = value;
            Skip();
        }
        Count++;
        var delta = value - _mean;
        _mean += delta / Count;
        _squares += delta * (value - _mean);
        if (value < _min)
            _min = value;
        if (value > _max)
            _max = value;
    }

    /// <summary>Null when no number came.</summary>
    public NumberSummary? Summary()
    {
        if (Count == 0)
            return null;
        var sorted = _sample.Order().ToArray();
        var middle = sorted.Length / 2;
        var median = sorted.Length % 2 == 1 ? sorted[middle] : (sorted[middle - 1] + sorted[middle]) / 2;
        return new NumberSummary(_min, _max, _mean, Math.Sqrt(_squares / Count), median, Histogram(sorted));
    }

    /// <summary>The sample's counts raised to the whole, rounded cumulatively so that they add up to <see cref="Count"/>.</summary>
    private long[] Histogram(double[] sorted)
    {
        var sampled = new long[Bins];
        foreach (var value in sorted)
            sampled[_max > _min ? Math.Min(Bins - 1, (int)((value - _min) / (_max - _min) * Bins)) : 0]++;
        var counts = new long[Bins];
        long seen = 0, given = 0;
        for (var bin = 0; bin < Bins; bin++)
        {
            seen += sampled[bin];
            counts[bin] = (long)Math.Round((double)seen * Count / sorted.Length) - given;
            given += counts[bin];
        }
        return counts;
    }

    /// <summary>Draws how many numbers pass by before the next one enters the sample.</summary>
    private void Skip()
    {
        _weight *= Math.Exp(Math.Log(_random.Unit()) / _capacity);
        _next += (long)Math.Min(1e15, Math.Floor(Math.Log(_random.Unit()) / Math.Log(1 - _weight))) + 1;
    }
}
