// How often how many rows were computed together, and how long that took. Written by many threads, read now and then.
using System.Collections.Concurrent;

namespace MaaS.Inference.Tensors;

public sealed class BatchCounts
{
    /// <summary>Numbers of rows that a histogram of the sizes is told by.</summary>
    public static IReadOnlyList<int> Bounds { get; } = [1, 2, 4, 8, 16, 32, 64, 128, 256, 512, 1024];

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

    public long Runs => RunsWithin(int.MaxValue);

    public long RowsRun => _bySize.Sum(size => size.Key * size.Value.Runs);

    /// <summary>Runs of up to so many rows.</summary>
    public long RunsWithin(int rows) => _bySize.Sum(size => size.Key <= rows ? size.Value.Runs : 0);

    internal void Add(int rows, Call one) =>
        _bySize.GetOrAdd(rows, _ => new()).Add(one.FilledAt - one.StartedAt, one.ComputedAt - one.FilledAt);
}
