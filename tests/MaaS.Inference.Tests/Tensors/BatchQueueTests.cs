using FsCheck;
using FsCheck.Fluent;
using MaaS.Inference.Tensors;
using Xunit;

namespace MaaS.Inference.Tests.Tensors;

public sealed class BatchQueueTests
{
    private sealed record Step(int Kind, int Rows, int Priority, int Number);

    /// <summary>Held against a plain list, whatever is asked of it in whatever order.</summary>
    [Fact]
    public void Every_call_is_taken_once_in_its_turn_and_batches_keep_their_size()
    {
        var steps = Gen.Choose(0, 4).SelectMany(kind => Gen.Choose(1, 6).SelectMany(rows => Gen.Choose(1, 5).SelectMany(priority =>
            Gen.Choose(0, 20).Select(number => new Step(kind, rows, priority, number)))));
        Prop.ForAll(steps.ListOf().ToArbitrary(), Holds).QuickCheckThrowOnFailure();
    }

    private static bool Holds(IList<Step> steps)
    {
        const int most = 8;
        var queue = new BatchQueue();
        var plain = new List<Call>();
        var clock = 0L;
        foreach (var (kind, rows, priority, number) in steps)
        {
            clock++;
            var turn = plain.OrderBy(call => call.Priority).ToList(); // stable: by age within a priority
            var taken = new List<Call>();
            List<Call> expected;
            switch (kind)
            {
                case 0 when plain.Count > 0:
                    var gone = plain[number % plain.Count];
                    queue.Remove(gone);
                    expected = [];
                    plain.Remove(gone);
                    break;
                case 1:
                    var room = most;
                    expected = [.. turn.TakeWhile((call, i) => (room -= call.Rows) >= 0 || i == 0)];
                    queue.Take(most, taken);
                    break;
                case 2:
                    expected = [.. plain.Where(call => call.Deadline <= clock)];
                    var nearest = queue.Expire(clock, taken);
                    taken = [.. taken.OrderBy(call => call.AskedAt)];
                    if (nearest != plain.Except(expected).Select(call => call.Deadline).DefaultIfEmpty(long.MaxValue).Min())
                        return false;
                    break;
                default:
                    var call = new Call();
                    call.Begin(0);
                    (call.Rows, call.Priority, call.AskedAt, call.Deadline) = (rows, priority, clock, clock + number);
                    queue.Add(call);
                    plain.Add(call);
                    expected = [];
                    break;
            }
            plain = [.. plain.Except(expected)];
            if (!taken.SequenceEqual(expected) || queue.Count != plain.Count || queue.Rows != plain.Sum(call => call.Rows)
                || queue.OldestAt != plain.Select(call => call.AskedAt).DefaultIfEmpty(long.MaxValue).Min())
                return false;
        }
        return true;
    }
}
