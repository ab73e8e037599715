using System.Diagnostics;
using FsCheck;
using FsCheck.Fluent;
using MaaS.Contracts.Datasets;
using MaaS.Contracts.Deployments;
using MaaS.Contracts.Models;
using MaaS.Inference.Tensors;
using Xunit;

namespace MaaS.Inference.Tests.Tensors;

public sealed class BatcherTests
{
    private static CancellationToken Token => TestContext.Current.CancellationToken;

    private sealed record Asking(int Rows, int Priority, int Pause, bool Leaves, bool Hurries);

    [Fact]
    public void Every_caller_gets_exactly_its_own_rows_whatever_the_interleaving()
    {
        var askings = Gen.Choose(1, 6).SelectMany(rows => Gen.Choose(1, 5).SelectMany(priority => Gen.Choose(0, 400).SelectMany(pause =>
            Gen.Frequency((8, Gen.Constant((false, false))), (1, Gen.Constant((true, false))), (1, Gen.Constant((false, true)))).Select(mood =>
                new Asking(rows, priority, pause, mood.Item1, mood.Item2)))));
        var settings = Gen.Choose(1, 12).SelectMany(most => Gen.Choose(0, 2).Select(delay => new Batching(most, delay)));
        using var model = TensorModel.Doubling();
        Prop.ForAll(askings.NonEmptyListOf().ToArbitrary(), settings.ToArbitrary(), (askings, settings) => Answers(model, askings, settings))
            .QuickCheckThrowOnFailure();
    }

    private static bool Answers(Model model, IList<Asking> askings, Batching settings)
    {
        var counts = new BatchCounts();
        var batcher = new Batcher(model.Tensors, settings, counts);
        var ends = Task.WhenAll(askings.Select((asking, number) => Task.Run(() => Ask(batcher, asking, number)))).GetAwaiter().GetResult();
        var answered = askings.Where((_, i) => ends[i] == CallOutcome.Answered).Sum(asking => asking.Rows);
        return ends.Zip(askings).All(pair => pair.First switch
        {
            CallOutcome.Answered => true,
            CallOutcome.Canceled => pair.Second.Leaves,
            CallOutcome.TimedOut => pair.Second.Hurries,
            _ => false,
        }) && counts.BySize.Sum(size => size.Key * size.Value.Runs) >= answered && counts.BySize.All(size => size.Key <= Math.Max(settings.MaxBatchSize, 6));
    }

    /// <returns>Failed when the answer is not this caller's.</returns>
    private static async Task<CallOutcome> Ask(Batcher batcher, Asking asking, int number)
    {
        Thread.SpinWait(asking.Pause);
        using var leaving = new CancellationTokenSource();
        var numbers = Enumerable.Range(0, 3 * asking.Rows).Select(i => number + i / 64f).ToArray();
        var call = TensorModel.Call(asking.Rows, TensorModel.Floats(numbers, asking.Rows, 3));
        call.Priority = asking.Priority;
        var waiting = batcher.Ask(call, asking.Hurries ? TimeSpan.Zero : null, leaving.Token);
        if (asking.Leaves)
            await leaving.CancelAsync();
        var outcome = await waiting;
        if (outcome != CallOutcome.Answered)
            return outcome;
        var own = call.Floats(0).SequenceEqual(numbers.Select(value => 2 * value));
        call.Release();
        return own ? CallOutcome.Answered : CallOutcome.Failed;
    }

    [Fact]
    public async Task A_computation_that_takes_too_long_is_stopped_and_the_next_is_not()
    {
        using var model = TensorModel.Doubling();
        var batcher = new Batcher(model.Tensors, new(8, RunLimitMs: 50), new());
        var endless = new Call();
        endless.Begin(0);
        endless.Work = options =>
        {
            SpinWait.SpinUntil(() => options.Terminate);
            throw new OutOfMemoryException("as the runtime does when it is stopped");
        };

        var waiting = batcher.Ask(endless, null, Token);
        Assert.Equal(CallOutcome.Stopped, await waiting);
        Assert.Equal(CallOutcome.Answered, await Ask(batcher, new(1, 3, 0, false, false), 7));
    }

    [Fact]
    public async Task Calls_that_come_within_the_delay_are_computed_together()
    {
        using var model = TensorModel.Doubling();
        var counts = new BatchCounts();
        var batcher = new Batcher(model.Tensors, new(8, 1000), counts);

        var ends = await Task.WhenAll(Enumerable.Range(0, 8).Select(i => Ask(batcher, new(1, 3, 0, false, false), i)));

        Assert.Equal(Enumerable.Repeat(CallOutcome.Answered, 8), ends);
        Assert.Equal([(8, 1L)], counts.BySize.Select(size => (size.Key, size.Value.Runs)));
    }

    [Fact]
    public async Task A_full_queue_refuses_and_what_waits_too_long_is_given_up()
    {
        using var model = TensorModel.Doubling();
        var batcher = new Batcher(model.Tensors, new(8, 1000, 2, 50), new());

        var (first, second) = (One(), One());
        var waiting = new[] { batcher.Ask(first, null, Token).AsTask(), batcher.Ask(second, TimeSpan.FromMinutes(1), Token).AsTask() };
        var refused = await batcher.Ask(One(), null, Token);

        Assert.Equal(CallOutcome.QueueFull, refused);
        Assert.Equal([CallOutcome.TimedOut, CallOutcome.Answered], await Task.WhenAll(waiting));
        second.Release();
    }

    [Fact]
    public async Task The_urgent_are_computed_before_the_others()
    {
        using var model = Slow();
        var batcher = new Batcher(model.Tensors, new(), new());
        var busy = Enumerable.Range(0, Environment.ProcessorCount).Select(_ => Ask(3, rows: 20)).ToList();
        await Task.Delay(20, Token); // these are being computed now, and the others wait
        var others = new[] { 4, 5, 1, 4 }.Select(priority => Ask(priority, rows: 1)).ToList();
        await Task.WhenAll(busy);
        var calls = await Task.WhenAll(others);

        Assert.Equal([1, 4, 4, 5], calls.OrderBy(call => call.StartedAt).Select(call => call.Priority));

        async Task<Call> Ask(int priority, int rows)
        {
            var call = SlowCall(rows);
            call.Priority = priority;
            Assert.Equal(CallOutcome.Answered, await batcher.Ask(call, null, Token));
            call.Release();
            return call;
        }
    }

    [Fact]
    public async Task A_run_whose_caller_has_gone_is_stopped()
    {
        using var model = Slow();
        var batcher = new Batcher(model.Tensors, new(), new());
        using var leaving = new CancellationTokenSource();
        var waiting = batcher.Ask(SlowCall(100), null, leaving.Token).AsTask();
        await Task.Delay(50, Token);
        await leaving.CancelAsync();

        Assert.Equal(CallOutcome.Canceled, await waiting);
        var next = SlowCall(1);
        Assert.Equal(CallOutcome.Answered, await batcher.Ask(next, null, Token));
        next.Release();
    }

    [Fact]
    public async Task What_is_quick_is_computed_on_its_callers_thread_until_it_takes_long()
    {
        using var model = TensorModel.Counting();
        var batcher = new Batcher(model.Tensors, new(), new());
        Assert.Null(batcher.AskNow(Count(1))); // nobody knows yet
        await UntilQuick();

        var far = Math.Min(1.6e7f, MathF.Round(1e6f * 300 / await MillisecondsTo(1e6f))); // 300 ms on every processor; a float counts no further
        await UntilQuick();
        var slow = Count(far);
        Assert.Null(batcher.AskNow(slow)); // it was stopped
        Assert.Equal(CallOutcome.Answered, await batcher.Enqueue(slow, null, Token));
        Assert.Equal([far], slow.Floats(0));
        slow.Release();
        Assert.Null(batcher.AskNow(Count(1)));
        await UntilQuick(); // what comes is quick again

        async Task<float> MillisecondsTo(float to)
        {
            var least = float.MaxValue;
            for (var round = 0; round < 5; round++)
            {
                var call = Count(to);
                var began = Stopwatch.GetTimestamp();
                Assert.Equal(CallOutcome.Answered, await batcher.Ask(call, null, Token));
                call.Release();
                least = Math.Min(least, (float)Stopwatch.GetElapsedTime(began).TotalMilliseconds);
            }
            return least;
        }

        async Task UntilQuick()
        {
            for (var asked = 0; ; asked++)
            {
                var call = Count(asked % 5);
                var now = batcher.AskNow(call);
                Assert.Equal(CallOutcome.Answered, now ?? await batcher.Enqueue(call, null, Token));
                Assert.Equal([asked % 5], call.Floats(0));
                call.Release();
                if (now is not null)
                    return;
                Assert.True(asked < 1000, "It never became quick.");
            }
        }

        static Call Count(float to) => TensorModel.Call(1, TensorModel.Floats([to], 1, 1));
    }

    [Fact]
    public async Task What_is_long_to_read_or_to_write_is_never_computed_on_its_callers_thread()
    {
        using var model = TensorModel.Open(
            new TinyOnnx().Tensor("x", TinyOnnx.Float, 1).Constant("ones", [.. Enumerable.Repeat(1f, 1000)], 1, 1000).Node("Mul", ["x", "ones"], "y").Output("y", TinyOnnx.Float, 1000),
            new ModelInput("x", ColumnType.Number, TensorType.Float32, [-1, 1]));
        var batcher = new Batcher(model.Tensors, new(), new());
        for (var i = 0; i < 100; i++)
        {
            foreach (var rows in new[] { 1, 20 })
            {
                var call = TensorModel.Call(rows, TensorModel.Floats(new float[rows], rows, 1));
                Assert.Equal(CallOutcome.Answered, await batcher.Ask(call, null, Token));
                call.Release();
            }
        }

        var quick = TensorModel.Call(1, TensorModel.Floats([1], 1, 1));
        Assert.Equal(CallOutcome.Answered, batcher.AskNow(quick));
        quick.Release();
        Assert.Null(batcher.AskNow(TensorModel.Call(20, TensorModel.Floats(new float[20], 20, 1)))); // an answer of 80 KB
    }

    [Fact]
    public async Task A_call_whose_model_was_unloaded_while_it_waited_is_answered_by_the_next()
    {
        var gone = TensorModel.Doubling();
        using var next = TensorModel.Doubling();
        var call = One();
        var waiting = new Batcher(gone.Tensors, new(8, 100), new()).Ask(call, null, Token);
        gone.Dispose();

        Assert.Equal(CallOutcome.Unloaded, await waiting);
        Assert.Equal(CallOutcome.Answered, await new Batcher(next.Tensors, new(8, 100), new()).Ask(call, null, Token));
        Assert.Equal([2f, 4, 6], call.Floats(0));
        call.Release();
    }

    [Fact]
    public async Task One_callers_bad_row_does_not_spoil_the_answers_of_the_others()
    {
        using var model = TensorModel.Open(
            new TinyOnnx().Tensor("x", TinyOnnx.Int64, 1).Constant("table", [5f, 6f], 2).Node("Gather", ["table", "x"], "y").Output("y", TinyOnnx.Float, 1),
            new ModelInput("x", ColumnType.Date, TensorType.Int64, [-1, 1]));
        var batcher = new Batcher(model.Tensors, new(3, 1000), new());
        var calls = new[] { 0L, 7, 1 }.Select(index => TensorModel.Call(1, ([1, 1], BitConverter.GetBytes(index)))).ToList();

        var ends = await Task.WhenAll(calls.Select(call => batcher.Ask(call, null, Token).AsTask()));

        Assert.Equal([CallOutcome.Answered, CallOutcome.Failed, CallOutcome.Answered], ends);
        Assert.Equal((5f, 6f), (calls[0].Floats(0)[0], calls[2].Floats(0)[0]));
        Assert.Contains("7", calls[1].Failure, StringComparison.Ordinal);
        calls[0].Release();
        calls[2].Release();
    }

    private static Call One() => TensorModel.Call(1, TensorModel.Floats([1, 2, 3], 1, 3));

    /// <summary>A row takes some 50 ms: 1,000 products with a matrix of 1 MB.</summary>
    private static Model Slow()
    {
        var graph = new TinyOnnx().Tensor("x", TinyOnnx.Float, 512).Constant("w", new float[512 * 512], 512, 512);
        for (var i = 0; i < 1000; i++)
            graph.Node("MatMul", [i == 0 ? "x" : $"x{i}", "w"], i == 999 ? "y" : $"x{i + 1}");
        return TensorModel.Open(graph.Output("y", TinyOnnx.Float, 512), new ModelInput("x", ColumnType.Number, TensorType.Float32, [-1, 512]));
    }

    private static Call SlowCall(int rows) => TensorModel.Call(rows, TensorModel.Floats(new float[512 * rows], rows, 512));
}
