// Calls that wait, by priority and then by age, and which of them are computed together next. Knows no threads and no clock.
namespace MaaS.Inference.Tensors;

internal enum CallState { New, Waiting, Taken, Ended }

internal sealed class BatchQueue
{
    private readonly (Call? First, Call? Last)[] _lines = new (Call?, Call?)[Call.Priorities + 1];

    public int Count { get; private set; }

    public int Rows { get; private set; }

    /// <summary>When the one that has waited longest was asked; the end of time when nobody waits.</summary>
    public long OldestAt => _lines.Min(line => line.First?.AskedAt ?? long.MaxValue);

    public void Add(Call call)
    {
        ref var line = ref _lines[call.Priority];
        (call.Previous, call.Next, call.State) = (line.Last, null, CallState.Waiting);
        if (line.Last is { } last)
            last.Next = call;
        else
            line.First = call;
        line.Last = call;
        Count++;
        Rows += call.Rows;
    }

    public void Remove(Call call)
    {
        ref var line = ref _lines[call.Priority];
        if (call.Previous is { } before)
            before.Next = call.Next;
        else
            line.First = call.Next;
        if (call.Next is { } after)
            after.Previous = call.Previous;
        else
            line.Last = call.Previous;
        (call.Previous, call.Next, call.State) = (null, null, CallState.Taken);
        Count--;
        Rows -= call.Rows;
    }

    /// <summary>
    /// Takes the next calls, as many as fit into <paramref name="most"/> rows. The first that does not fit ends it, so that nobody is
    /// overtaken by a smaller one; a call of more rows than that goes alone, and so does one with work of its own.
    /// </summary>
    public void Take(int most, List<Call> taken)
    {
        var rows = 0;
        for (var priority = 1; priority <= Call.Priorities; priority++)
            while (_lines[priority].First is { } call)
            {
                if (taken.Count > 0 && (rows + call.Rows > most || call.Work is not null || taken[0].Work is not null))
                    return;
                Remove(call);
                taken.Add(call);
                rows += call.Rows;
            }
    }

    /// <summary>Takes out whoever has waited past its deadline.</summary>
    /// <returns>The nearest deadline of those who are left.</returns>
    public long Expire(long now, List<Call> expired)
    {
        var nearest = long.MaxValue;
        foreach (var (first, _) in _lines)
            for (var call = first; call is not null;)
            {
                var next = call.Next;
                if (call.Deadline <= now)
                {
                    Remove(call);
                    expired.Add(call);
                }
                else
                    nearest = Math.Min(nearest, call.Deadline);
                call = next;
            }
        return nearest;
    }
}
