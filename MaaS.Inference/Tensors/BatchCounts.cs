// How often how many rows were computed together, and how long that took. Written by many threads, read now and then.
using System.Collections.Concurrent;

namespace MaaS.Inference.Tensors;

public sealed class BatchCounts
{
    private readonly ConcurrentDictionary<int, Count> _bySize = new();

    /// <summary>Of one batch size, in Stopwatch ticks.</summary>
    public sealed class Count
    {
        private long _runs, _fillTicks, _computeTicks;

        public long Runs => Volatile.Read(ref _runs);
        public long FillTicks => Volatile.Read(ref _fillTicks);
        public long ComputeTicks => Volatile.Read(ref _computeTicks);

        internal void Add(long fill, long compute)
        {
            Interlocked.Increment(ref _runs);
            Interlocked.Add(ref _fillTicks, fill);
            Interlocked.Add(ref _computeTicks, compute);
        }
    }

    public IEnumerable<KeyValuePair<int, Count>> BySize => _bySize.OrderBy(size => size.Key);

    public long Runs => _bySize.Values.Sum(size => size.Runs);

    internal void Add(int rows, Call one) =>
        _bySize.GetOrAdd(rows, _ => new()).Add(one.FilledAt - one.StartedAt, one.ComputedAt - one.FilledAt);
}
