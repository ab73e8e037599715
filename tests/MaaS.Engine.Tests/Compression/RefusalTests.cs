// A bad plan gets a sentence before anything runs; the API says the same one.
using MaaS.Contracts.Compression;
using MaaS.Contracts.Models;
using MaaS.Contracts.Training;
using Xunit;

namespace MaaS.Engine.Tests.Compression;

public sealed class RefusalTests
{
    private static readonly ImageTraining s_images = new(new ConvolutionalNetwork([8, 8]));

    public static TheoryData<CompressionStep[], string> Recipes => new()
    {
        { [], "plan.steps holds 0 steps; 1 to 12 are allowed." },
        { [new Pruning(1.2)], "plan.steps[0].sparsity is 1.2; 0.01 to 0.99 is allowed." },
        { [new FineTuning(), new StructuredPruning(Macs: 0)], "plan.steps[1].macs is 0; 0.05 to 0.95 is allowed." },
        { [new WeightQuantization(3)], "plan.steps[0].bits is 3; 2, 4 and 8 are allowed." },
        { [new WeightQuantization(2, 48)], "plan.steps[0].block is 48; 16, 32, 64, 128 and 256 are allowed." },
        { [new StaticQuantization(), new FineTuning()], "plan.steps[1] is fine_tune, which trains, after static_int8, which changes the graph that is served and leaves nothing to train; put it before." },
        { [new DynamicQuantization(), new WeightQuantization()], "plan.steps[1] is weight_only after dynamic_int8: the weights are integers already; keep one of the two." },
        { [new Pruning(), new StructuredPruning()], "plan.steps[1] is shrink, which builds another network, after prune, whose weights would be lost; put it before." },
        { [new Pruning(), new BinaryWeights()], "plan.steps[1] is binary after prune: a weight that is a sign cannot be zero; keep one of the two." },
        { [new WeightSharing(), new Pruning()], "plan.steps[1] is prune after shared_weights; put it before, so that the values left are shared." },
        { [new BinaryWeights(), new QuantizationAwareTraining()], "plan.steps[1] is quantization_aware after binary: the weights hold few values already; keep one of the two." },
        { [new Distillation(Student: new TabularTraining("y"))], "plan.steps[0].student is a training of the task tabular, but the source is of the task image; a student is of the same task." },
        { [new Distillation(Teachers: [])], "plan.steps[0].teachers names no version; leave it out to learn from the source." },
        { [new StructuredPruning(Layers: true)], "plan.steps[0].layers is true, but the source's network has no blocks that its signal passes by; only transformers and residual networks of tables have them." },
    };

    [Theory]
    [MemberData(nameof(Recipes), DisableDiscoveryEnumeration = true)]
    public void A_bad_recipe_gets_a_sentence(CompressionStep[] steps, string sentence) =>
        Assert.Equal(sentence, CompressionRules.Refusal(new RecipePlan(steps), ModelTask.ImageClassification, s_images));

    [Fact]
    public void A_good_recipe_gets_none() => Assert.Null(CompressionRules.Refusal(
        new RecipePlan([new StructuredPruning(Epochs: 0), new Distillation(), new Pruning(), new WeightSharing(), new FineTuning(), new TemperatureScaling()]), ModelTask.ImageClassification, s_images));

    [Fact]
    public void A_source_made_elsewhere_is_refused() => Assert.StartsWith("version_id is a version made elsewhere", CompressionRules.Refusal(new PresetPlan(CompressionPreset.Smaller), ModelTask.Custom, null));

    [Fact]
    public void What_is_solved_cannot_be_trained()
    {
        var solved = new RecommendationTraining("u", "i", Network: new LinearAutoencoder());
        Assert.Equal(
            "plan.steps[0] is prune, which trains, but the source is solved from all events at once; dynamic_int8, static_int8, weight_only and float16 are allowed.",
            CompressionRules.Refusal(new RecipePlan([new Pruning()]), ModelTask.Recommendation, solved));
        Assert.Equal("plan.preset is tiny, which trains, but the source is solved from all events at once; smaller is allowed.", CompressionRules.Refusal(new PresetPlan(CompressionPreset.Tiny), ModelTask.Recommendation, solved));
        Assert.Null(CompressionRules.Refusal(new RecipePlan([new WeightQuantization()]), ModelTask.Recommendation, solved));
    }

    [Fact]
    public void A_search_has_its_ranges() =>
        Assert.Equal("plan.minutes is 0; 0.5 to 1440 is allowed.", CompressionRules.Refusal(new SearchPlan(0), ModelTask.ImageClassification, s_images));
}
