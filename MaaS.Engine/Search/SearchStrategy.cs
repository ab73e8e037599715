// Which settings to try next, from what was tried so far. The same seed and the same past give the same answer.
// Knows ranges and objectives; nothing of jobs, models or metrics.
using System.Text.Json;
using MaaS.Contracts.Sweeps;
using MaaS.Engine.Data;

namespace MaaS.Engine.Search;

public abstract class SearchStrategy(SweepJob sweep)
{
    /// <summary>By name, so that the order in which they were given means nothing.</summary>
    protected KeyValuePair<string, SearchRange>[] Space { get; } = [.. sweep.Space.OrderBy(range => range.Key, StringComparer.Ordinal)];

    public static SearchStrategy Of(SweepJob sweep) => sweep.Method switch
    {
        SearchMethod.Grid => new GridSearch(sweep),
        SearchMethod.Random => new RandomSearch(sweep),
        _ => new TreeParzenSearch(sweep),
    };

    /// <param name="trials">All so far, in the order they began; open ones have no or a preliminary objective.</param>
    /// <returns>Null when nothing is left to try.</returns>
    public abstract IReadOnlyDictionary<string, JsonElement>? Next(IReadOnlyList<Trial> trials);

    /// <summary>Positions from 0 to 1, of the seed and the trial's number alone.</summary>
    private protected static SplitMix64 Randomness(int seed, int number) => new((ulong)seed << 32 | (uint)number);
}

internal sealed class RandomSearch(SweepJob sweep) : SearchStrategy(sweep)
{
    private readonly int _seed = sweep.Seed;

    public override IReadOnlyDictionary<string, JsonElement> Next(IReadOnlyList<Trial> trials)
    {
        var random = Randomness(_seed, trials.Count);
        return Space.ToDictionary(range => range.Key, range => range.Value.At(random.Unit()));
    }
}

/// <summary>All combinations, the last setting changing fastest.</summary>
internal sealed class GridSearch(SweepJob sweep) : SearchStrategy(sweep)
{
    public override IReadOnlyDictionary<string, JsonElement>? Next(IReadOnlyList<Trial> trials)
    {
        long rest = trials.Count;
        var values = new Dictionary<string, JsonElement>();
        foreach (var (path, range) in Space.Reverse())
        {
            var count = range.Count!.Value;
            values[path] = range.At((rest % count + 0.5) / count);
            rest /= count;
        }
        return rest == 0 ? values : null;
    }
}
