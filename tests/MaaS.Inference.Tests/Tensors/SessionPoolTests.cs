using MaaS.Contracts.Datasets;
using MaaS.Contracts.Models;
using MaaS.Inference.Tensors;
using Xunit;

namespace MaaS.Inference.Tests.Tensors;

public sealed class SessionPoolTests
{
    [Fact]
    public void The_signature_is_the_graphs_own()
    {
        using var package = new TestPackage();
        using var model = Model.Load(package.Folder);
        var signature = model.Tensors.Signature;

        Assert.Equal(["age FP32 -1 1", "member FP32 -1 1", "city BYTES -1 1", "joined INT64 -1 1"], signature.Inputs.Select(Words));
        Assert.Equal(["label BYTES -1", "probabilities FP32 -1 2"], signature.Outputs.Select(Words));
        Assert.True(signature.ByRows);

        static string Words(TensorInfo tensor) => $"{tensor.Name} {tensor.Datatype.Name()} {string.Join(' ', tensor.Shape)}";
    }

    [Fact]
    public void Texts_and_numbers_go_in_and_come_out()
    {
        using var package = new TestPackage();
        using var model = Model.Load(package.Folder);
        var call = TensorModel.Call(2,
            TensorModel.Floats([50, float.NaN], 2, 1), TensorModel.Floats([1, 0], 2, 1), TensorModel.Texts(["oslo", "København"], 2, 1),
            ([2, 1], [.. BitConverter.GetBytes(0L), .. BitConverter.GetBytes(long.MinValue)]));

        Assert.Equal(CallOutcome.Answered, model.Tensors.Run([call], 2));
        Assert.Equal(["yes", "no"], call.Texts(0));
        Assert.Equal([0.2689f, 0.7311f, 0.7311f, 0.2689f], call.Floats(1).Select(value => (float)Math.Round(value, 4)));
        Assert.Equal([2], call.Shape(0));
        Assert.Equal([2, 2], call.Shape(1));
        call.Release();
    }

    [Fact]
    public void Calls_computed_together_each_read_their_own_rows()
    {
        using var model = TensorModel.Doubling();
        for (var round = 0; round < 3; round++) // the memory of the first round serves the others
        {
            var calls = new[] { Rows(1, 10 * round), Rows(4, 20), Rows(2, 30) };

            Assert.Equal(CallOutcome.Answered, model.Tensors.Run(calls, 7));
            Assert.Equal([.. Doubled(1, 10 * round)], calls[0].Floats(0));
            Assert.Equal([.. Doubled(4, 20)], calls[1].Floats(0));
            Assert.Equal([.. Doubled(2, 30)], calls[2].Floats(0));
            Assert.Equal([4, 3], calls[1].Shape(0));
            foreach (var call in calls)
                call.Release();
        }
    }

    [Fact]
    public void An_answer_that_is_still_read_is_not_written_over()
    {
        using var model = TensorModel.Doubling();
        var (first, second) = (Rows(1, 1), Rows(1, 2));
        model.Tensors.Run([first], 1);
        model.Tensors.Run([second], 1);

        Assert.Equal([.. Doubled(1, 1)], first.Floats(0));
        Assert.Equal([.. Doubled(1, 2)], second.Floats(0));
        first.Release();
        second.Release();
    }

    [Fact]
    public void A_graph_that_is_not_by_rows_takes_any_shape()
    {
        using var model = TensorModel.Open(
            new TinyOnnx().Tensor("x", TinyOnnx.Float, -1).Node("Transpose", ["x"], "turned").Output("turned", TinyOnnx.Float, -1),
            new ModelInput("x", ColumnType.Number, TensorType.Float32, [-1, -1]));
        var call = TensorModel.Call(1, TensorModel.Floats([1, 2, 3, 4, 5, 6], 2, 3));
        var empty = TensorModel.Call(1, TensorModel.Floats([], 0, 3));

        Assert.False(model.Tensors.Signature.ByRows);
        Assert.Equal(CallOutcome.Answered, model.Tensors.Run([call], 1));
        Assert.Equal([1, 4, 2, 5, 3, 6], call.Floats(0));
        Assert.Equal([3, 2], call.Shape(0));
        call.Release();
        Assert.Equal(CallOutcome.Answered, model.Tensors.Run([empty], 1));
        Assert.Empty(empty.Floats(0));
        Assert.Equal([3, 0], empty.Shape(0));
        empty.Release();
    }

    [Fact]
    public void What_the_graph_refuses_fails_with_its_words()
    {
        using var model = TensorModel.Open(
            new TinyOnnx().Tensor("x", TinyOnnx.Float, -1).Tensor("y", TinyOnnx.Float, -1).Node("Add", ["x", "y"], "sum").Output("sum", TinyOnnx.Float, -1),
            new ModelInput("x", ColumnType.Number, TensorType.Float32, [-1, -1]), new ModelInput("y", ColumnType.Number, TensorType.Float32, [-1, -1]));
        var call = TensorModel.Call(1, TensorModel.Floats([1, 2], 1, 2), TensorModel.Floats([1, 2, 3], 1, 3));

        Assert.Equal(CallOutcome.Failed, model.Tensors.Run([call], 1));
        Assert.Contains("Add", call.Failure, StringComparison.Ordinal);
    }

    [Fact]
    public void A_run_of_numbers_makes_no_garbage()
    {
        using var model = TensorModel.Doubling();
        var call = Rows(1, 5);
        long before = 0;
        for (var i = 0; i < 1100; i++)
        {
            if (i == 100)
                before = GC.GetAllocatedBytesForCurrentThread();
            model.Tensors.Run(new(in call), 1);
            call.Output(0);
            call.Release();
        }

        Assert.Equal(0, GC.GetAllocatedBytesForCurrentThread() - before);
    }

    [Fact]
    public void A_model_closed_amid_reading_gives_its_memory_back_with_the_last_reader()
    {
        var model = TensorModel.Doubling();
        var call = Rows(1, 5);
        model.Tensors.Run([call], 1);
        model.Dispose();

        Assert.Equal(CallOutcome.Unloaded, model.Tensors.Run([Rows(1, 6)], 1));
        Assert.Equal([.. Doubled(1, 5)], call.Floats(0));
        call.Release();
    }

    private static Call Rows(int rows, float first) => TensorModel.Call(rows, TensorModel.Floats([.. Numbers(rows, first)], rows, 3));

    private static IEnumerable<float> Numbers(int rows, float first) => Enumerable.Range(0, 3 * rows).Select(i => first + i / 8f);

    private static IEnumerable<float> Doubled(int rows, float first) => Numbers(rows, first).Select(number => 2 * number);
}
