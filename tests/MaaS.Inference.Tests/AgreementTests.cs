using System.Runtime.InteropServices;
using System.Text.Json;
using MaaS.Contracts.Inference;
using MaaS.Contracts.Models;
using MaaS.Inference.Tensors;
using Xunit;

namespace MaaS.Inference.Tests;

public sealed class AgreementTests
{
    public static TheoryData<Prediction, Prediction, bool> Answers() => new()
    {
        { new("yes", new Dictionary<string, float> { ["yes"] = 0.9f }), new("yes", new Dictionary<string, float> { ["yes"] = 0.6f }), true },
        { new("yes"), new("no"), false },
        { new("yes"), new(Value: 1), false },
        { new(Value: 100), new(Value: 100.99f), true },
        { new(Value: 100), new(Value: 102), false },
        { new(Value: -0.5f), new(Value: 0.5f), false },
        { new(Value: 0), new(Value: 0), true },
        { new(Value: float.NaN), new(Value: float.NaN), true },
        { new(Value: float.NaN), new(Value: 1), false },
        { new(Value: float.PositiveInfinity), new(Value: 1), false },
        { new(Items: [new("film", 3), new("other", 2)]), new(Items: [new("film", 9)]), true },
        { new(Items: [new("film", 3)]), new(Items: [new("other", 3)]), false },
        { new(Items: []), new(Items: []), true },
        { new(Items: []), new(Items: [new("film", 3)]), false },
        { new(Text: "once"), new(Text: "once"), true },
        { new(Text: "once"), new(Text: "twice"), false },
        { Custom("[1000, 0]"), Custom("[1000.9, 0.0009]"), true },
        { Custom("[1000, 0]"), Custom("[1000, 0.002]"), false },
        { Custom("[1, 2]"), Custom("[1]"), false },
        { Custom("\"a\""), Custom("\"a\""), true },
        { new(Error: "rows[0].age: wrong"), new(Error: "rows[0].age: another sentence"), true },
        { new(Error: "rows[0].age: wrong"), new("yes"), false },
    };

    [Theory]
    [MemberData(nameof(Answers))]
    public void Two_answers_agree_by_what_their_task_is_about(Prediction one, Prediction other, bool agree)
    {
        Assert.Equal(agree, Agreement.Of([one], [other]));
        Assert.Equal(agree, Agreement.Of([other], [one]));
        Assert.False(Agreement.Of([one, one], [other]));
    }

    [Fact]
    public void A_request_agrees_when_all_its_rows_do()
    {
        Assert.True(Agreement.Of([new("yes"), new("no")], [new("yes"), new("no")]));
        Assert.False(Agreement.Of([new("yes"), new("no")], [new("yes"), new("yes")]));
    }

    [Theory]
    [InlineData(ModelTask.TabularRegression, 100f, 100.9f, true)]
    [InlineData(ModelTask.TabularRegression, 100f, 102f, false)]
    [InlineData(ModelTask.Custom, 100f, 100.05f, true)]
    [InlineData(ModelTask.Custom, 100f, 100.9f, false)]
    [InlineData(ModelTask.Custom, 0f, 0.0009f, true)]
    [InlineData(ModelTask.Custom, 0f, 0.0011f, false)]
    public void Tensors_of_numbers_agree_within_the_tolerance_of_their_task(ModelTask task, float one, float other, bool agree) =>
        Assert.Equal(agree, Agreement.Of(task, [Numbers("value", [5, one], 2)], [Numbers("value", [5, other], 2)]));

    [Fact]
    public void Tensors_of_a_classifier_agree_by_the_label_and_a_recommenders_by_the_best_item()
    {
        Assert.True(Agreement.Of(ModelTask.ImageClassification, [Texts("label", "cat"), Numbers("probabilities", [0.9f], 1)], [Texts("label", "cat"), Numbers("probabilities", [0.5f], 1)]));
        Assert.False(Agreement.Of(ModelTask.TextClassification, [Texts("label", "ham", "spam")], [Texts("label", "ham", "ham")]));
        Assert.True(Agreement.Of(ModelTask.Recommendation, [Texts("items", "a", "b")], [Texts("items", "a", "c")]));
        Assert.False(Agreement.Of(ModelTask.Recommendation, [Texts("items", "a", "b")], [Texts("items", "b", "a")]));
    }

    [Fact]
    public void Tensors_of_another_name_or_shape_do_not_agree()
    {
        Assert.False(Agreement.Of(ModelTask.Custom, [Numbers("y", [1], 1)], [Numbers("z", [1], 1)]));
        Assert.False(Agreement.Of(ModelTask.Custom, [Numbers("y", [1, 2], 2)], [Numbers("y", [1, 2], 2, 1)]));
        Assert.True(Agreement.Of(ModelTask.Custom, [Numbers("y", [1], 1), Texts("t", "a")], [Texts("t", "a"), Numbers("y", [1], 1)]));
    }

    private static TensorCopy Numbers(string name, float[] values, params long[] shape) => new(name, Datatype.FP32, shape, MemoryMarshal.AsBytes(values.AsSpan()).ToArray());

    private static TensorCopy Texts(string name, params string[] values) => new(name, Datatype.Bytes, [values.Length], [], values);

    private static Prediction Custom(string json) => new(Outputs: new Dictionary<string, JsonElement> { ["y"] = JsonElement.Parse(json) });
}
