// How many requests took how long: a bucket for each bound of the one latency histogram, and one for the rest. Written by every request, so nothing
// here locks or allocates.
using System.Diagnostics;
using MaaS.Inference;

namespace MaaS.Api.Inference;

internal sealed class TimeBuckets
{
    private static readonly long[] s_bounds = [.. LatencyHistogram.Bounds.Select(bound => (long)(bound * Stopwatch.Frequency / 1000))];

    private readonly long[] _counts = new long[s_bounds.Length + 1];

    public long[] Counts => [.. Enumerable.Range(0, _counts.Length).Select(i => Volatile.Read(ref _counts[i]))];

    /// <param name="ticks">Of the Stopwatch.</param>
    public void Add(long ticks)
    {
        var bucket = 0;
        while (bucket < s_bounds.Length && ticks > s_bounds[bucket])
            bucket++;
        Interlocked.Increment(ref _counts[bucket]);
    }
}
