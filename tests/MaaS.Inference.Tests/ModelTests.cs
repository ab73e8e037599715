using MaaS.Contracts.Inference;
using MaaS.Contracts.Models;
using MaaS.Inference.Tensors;
using Xunit;

namespace MaaS.Inference.Tests;

public sealed class ModelTests
{
    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact]
    public void A_batch_of_rows_is_answered_in_order_with_labels_and_probabilities()
    {
        using var package = new TestPackage();
        using var model = Model.Load(package.Folder);

        var predictions = model.Predict(TestPackage.Rows(
            """{"age":20,"member":false,"city":"oslo","joined":"1970-01-01"}""",
            """{"age":45.0,"member":"yes","city":" rome ","joined":"1997-05-19T08:00:00Z"}""",
            """{}""",
            """{"age":null,"member":"","city":"paris","joined":15000}"""));

        double[] z = [2 + 0 - 1 + 0 - 4, 4.5 + 1 + 1 + 1 - 4, 3 + 0 + 0 + 0 - 4, 3 + 0 + 0 + 1.5 - 4];
        Assert.Equal(z.Length, predictions.Count);
        for (var row = 0; row < z.Length; row++)
            Same(TestPackage.Answer(z[row]), predictions[row]);
    }

    [Fact]
    public async Task Through_a_queue_a_row_that_does_not_fit_has_its_reason_and_the_others_their_answers()
    {
        using var package = new TestPackage();
        using var model = Model.Load(package.Folder);
        var (call, queue) = (new Call(), new Batcher(model.Tensors, new(), new()));

        var (outcome, predictions) = await model.Predict(TestPackage.Rows("""{"age":20,"city":"oslo"}""", """{"age":"old"}""", """{"city":"rome"}"""), call, queue, Token);

        Assert.Equal(CallOutcome.Answered, outcome);
        Same(TestPackage.Answer(2 - 1 - 4), predictions[0]);
        Assert.Equal(new Prediction(Error: "rows[1].age: \"old\" is not a number."), predictions[1]);
        Same(TestPackage.Answer(3 + 1 - 4), predictions[2]);
        call.Release();

        var wrong = await Assert.ThrowsAsync<InputError>(async () => await model.Predict(TestPackage.Rows("""{"age":"old"}""", """{"height":1}"""), call, queue, Token));
        Assert.Equal(2, wrong.Problems.Count);
    }

    [Fact]
    public void A_regressor_answers_with_values()
    {
        using var package = new TestPackage(ModelTask.TabularRegression);
        using var model = Model.Load(package.Folder);

        var predictions = model.Predict(TestPackage.Rows("""{"age":20}""", """{"age":"50"}"""));

        Assert.Equal([(null, null, -2f), (null, null, 1f)],
            predictions.Select(prediction => (prediction.Label, prediction.Probabilities, (float)Math.Round(prediction.Value!.Value, 4))));
    }

    [Fact]
    public void Typed_columns_give_the_graphs_own_answers()
    {
        using var package = new TestPackage();
        using var model = Model.Open(package.Path("model.onnx"), package.Manifest);

        var answers = model.Run([new[] { 50f, float.NaN }, new[] { 1f, 0f }, new[] { "oslo", "" }, new[] { 0L, long.MinValue }], 2);

        Assert.Equal(["yes", "no"], answers.Labels!);
        Assert.Equal([0.2689f, 0.7311f, 0.7311f, 0.2689f], answers.Probabilities!.Select(value => (float)Math.Round(value, 4)));
        Assert.Null(answers.Values);
    }

    [Fact]
    public void A_model_unloaded_amid_requests_finishes_them_and_takes_no_new_ones()
    {
        using var package = new TestPackage();
        var model = Model.Load(package.Folder);
        var rows = TestPackage.Rows([.. Enumerable.Repeat("""{"age":30,"member":true,"city":"rome","joined":"1970-01-01"}""", 500)]);
        var started = new CountdownEvent(2);
        var answered = 0;

        var callers = Enumerable.Range(0, 2).Select(_ => new Thread(() =>
        {
            started.Signal();
            try
            {
                while (true)
                {
                    Same(TestPackage.Answer(1), model.Predict(rows)[499]);
                    Interlocked.Increment(ref answered);
                }
            }
            catch (ObjectDisposedException)
            {
                // The end of the test: every call before this one was answered in full.
            }
        })).ToList();
        callers.ForEach(caller => caller.Start());
        started.Wait(TestContext.Current.CancellationToken);
        SpinWait.SpinUntil(() => Volatile.Read(ref answered) > 0);
        model.Dispose();
        model.Dispose();
        callers.ForEach(caller => caller.Join());

        Assert.True(answered > 0);
        Assert.Throws<ObjectDisposedException>(() => model.Predict(rows));
    }

    [Fact]
    public void Threads_share_one_model_and_each_gets_its_own_answers()
    {
        using var package = new TestPackage(ModelTask.TabularRegression);
        using var model = Model.Load(package.Folder);

        Parallel.For(0, 400, new ParallelOptions { MaxDegreeOfParallelism = 4, CancellationToken = TestContext.Current.CancellationToken }, i =>
            Assert.Equal(i / 10f - 4, model.Predict(TestPackage.Rows($$"""{"age":{{i}}}"""))[0].Value!.Value, 3));
    }

    private static void Same(Prediction expected, Prediction actual)
    {
        Assert.Equal(expected.Label, actual.Label);
        Assert.Equal(expected.Probabilities!.Keys.Order(), actual.Probabilities!.Keys.Order());
        foreach (var (label, probability) in expected.Probabilities!)
            Assert.Equal(probability, actual.Probabilities![label], 4);
        Assert.Null(actual.Value);
    }
}
