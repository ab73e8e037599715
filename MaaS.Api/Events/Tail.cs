// The newest things of a numbered source, as events of one thing each, for all streams that follow it. Who has been told up to a number gets
// what came after it, unless that is too long ago.
using MaaS.Contracts.Events;

namespace MaaS.Api.Events;

/// <param name="from">What comes after this number will be here.</param>
internal sealed class Tail(long from)
{
    private const int Most = 4000;

    private readonly Lock _lock = new();
    private readonly List<(long Number, string? Key, LiveEvent Event)> _things = [];
    private long _from = from;

    /// <summary>The newest number.</summary>
    public long To { get; private set; } = from;

    /// <param name="things">In the order of their numbers, all above <see cref="To"/>.</param>
    public void Add(IEnumerable<(long Number, string? Key, LiveEvent Event)> things)
    {
        lock (_lock)
        {
            _things.AddRange(things);
            if (_things.Count == 0)
                return;
            To = _things[^1].Number;
            if (_things.Count <= Most)
                return;
            var away = _things.Count - (Most / 2);
            _from = _things[away - 1].Number;
            _things.RemoveRange(0, away);
        }
    }

    /// <returns>False when part of it is no longer here; the number up to which there is nothing else otherwise.</returns>
    public bool TryAfter(long number, out IReadOnlyList<(long Number, string? Key, LiveEvent Event)> things, out long to)
    {
        lock (_lock)
        {
            (things, to) = ([], To);
            if (number < _from)
                return false;
            var first = _things.Count;
            while (first > 0 && _things[first - 1].Number > number)
                first--;
            things = _things.GetRange(first, _things.Count - first);
            return true;
        }
    }
}
