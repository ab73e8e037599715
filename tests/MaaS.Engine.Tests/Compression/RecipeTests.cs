// What a recipe leaves: packages that load and answer, figures measured on them, and a report that hides nothing.
using MaaS.Contracts.Compression;
using MaaS.Contracts.Training;
using MaaS.Engine.Packages;
using MaaS.Inference;
using Xunit;

namespace MaaS.Engine.Tests.Compression;

public sealed class RecipeTests : IDisposable
{
    private readonly CompressionGround _ground = new();

    public void Dispose() => _ground.Dispose();

    public static TheoryData<TrainingSpec> Families =>
    [
        new ImageTraining(new ConvolutionalNetwork([8, 16]), 12) { Epochs = 2 },
        new TabularTraining("price", Network: new MlpNetwork([32, 16])) { Epochs = 2 },
        new TabularTraining("churned", Network: new ResidualNetwork(2, 16)) { Epochs = 2 },
        new TextTraining("message", "team", new BagNetwork(2, 4, 8)) { Epochs = 2 },
        new LanguageTraining(new TokenizerSpec(), new GptNetwork(2, 2, 32, 16), Steps: 20) { Epochs = 2 },
        new RecommendationTraining("user_id", "film", null, "watched_on", new PooledHistory(16)) { Epochs = 2 },
    ];

    [Theory]
    [MemberData(nameof(Families), DisableDiscoveryEnumeration = true)]
    public void Every_family_is_pruned_shared_and_quantized_and_each_variant_loads(TrainingSpec training)
    {
        var (source, data) = _ground.Source(training);
        var pruned = _ground.Run(new RecipePlan([new Pruning(0.5, Epochs: 1), new WeightSharing(4, 1)]), _ground.Place(source, data));
        var stored = _ground.Run(new RecipePlan([new FineTuning(1), new DynamicQuantization()]), _ground.Place(source, data));

        Assert.Equal(["pruning (50 % of weights, L1, global, 1 epoch)", "pruning (50 % of weights, L1, global, 1 epoch), then shared weights (4 bits, 1 epoch)"], pruned.Report.Variants.Select(variant => variant.Name));
        foreach (var made in pruned.Made.Concat(stored.Made))
        {
            using var model = Model.Load(made.Folder);
            Assert.Equal(made.Variant.Steps, model.Manifest.Compression);
            Assert.Equal("shapes/1", model.Manifest.Lineage.Parent);
            Assert.Equal(made.Variant.Figures.Quality, model.Manifest.Metrics.Values[made.Report.Quality]);
            Assert.InRange(made.Variant.Figures.Quality, made.Variant.Figures.QualityLow, made.Variant.Figures.QualityHigh);
        }
        Assert.True(pruned.Report.Variants[0].Figures.NonZeros < pruned.Report.Source.Figures.NonZeros);
        Assert.Equal(pruned.Report.Variants[0].Figures.NonZeros, pruned.Report.Variants[1].Figures.NonZeros);
        Assert.NotEmpty(pruned.Report.Sensitivity!);
        Assert.Equal(2, stored.Report.Variants.Count);
    }

    [Fact]
    public void What_was_pruned_stays_zero_through_every_later_step()
    {
        var made = _ground.Recipe(CompressionGround.Images, new Pruning(0.8, PruningMeasure.Activation, Epochs: 2), new FineTuning(2), new QuantizationAwareTraining(8, 1), new WeightSharing(3, 2));
        var zeros = made.Made.Select(package => Zeros(package.Folder)).ToArray();

        // 432 x 32 + 32 x 16 + 16 x classes weights, a fifth of which stays.
        var weights = zeros[0].Total;
        Assert.All(zeros, share => Assert.InRange(share.Zero, 0.8 * weights - 1, weights));
        Assert.All(zeros.Skip(1), share => Assert.True(zeros[0].Which.IsSubsetOf(share.Which)));
        Assert.All(Matrices(made.Made[0].Folder), matrix => Assert.Contains(matrix.Value, value => value != 0)); // a layer without any would let nothing through
        // At most 2^3 values beside zero in each of the three matrices.
        Assert.All(Matrices(made.Made[^1].Folder), matrix => Assert.InRange(matrix.Value.Distinct().Count(value => value != 0), 1, 8));
    }

    [Fact]
    public void Two_of_each_four_neighbours_are_zero()
    {
        var made = _ground.Recipe(CompressionGround.Images, new Pruning(TwoOfFour: true, Epochs: 1));
        foreach (var (name, matrix) in Matrices(made.Made[0].Folder))
            Assert.All(matrix.Chunk(4), four => Assert.True(four.Count(value => value == 0) >= 2, name));
    }

    [Fact]
    public void Binary_weights_are_two_values_of_each_output_and_the_file_shows_it()
    {
        var made = _ground.Recipe(CompressionGround.Images with { Network = new ImageMlpNetwork([64, 32]) }, new BinaryWeights(4));
        using var saved = SavedNetwork.Read(made.Made[0].Folder);
        var weight_OI = saved.Weights["hidden.0.weight"];
        Assert.All(Enumerable.Range(0, (int)weight_OI.shape[0]), row => Assert.Single(weight_OI[row].abs().data<float>().ToArray().Distinct()));
        Assert.True(made.Report.Variants[0].Figures.Bytes * 4 < made.Report.Source.Figures.Bytes);
        Assert.True(((ImageMlpNetwork)saved.Training<ImageTraining>().Network!).Normalized);
    }

    [Fact]
    public void A_recipe_goes_on_after_the_variants_it_has()
    {
        var (source, data) = _ground.Source(CompressionGround.Images);
        CompressionStep[] steps = [new StructuredPruning(0.5, Epochs: 1), new FineTuning(1), new StaticQuantization(Rows: 64)];
        var whole = _ground.Run(new RecipePlan(steps), _ground.Place(source, data));

        var cut = new CompressionReport(whole.Report.Quality, true, whole.Report.Machine, whole.Report.Source, [whole.Report.Variants[0] with { Version = new VariantVersion(Guid.NewGuid(), "shapes", 2) }]);
        var resumed = _ground.Run(new RecipePlan(steps), _ground.Place(source, data) with { Earlier = cut, Unpacked = variant => whole.Made[variant.Number - 1].Folder });

        Assert.Equal([2, 3], resumed.Made.Select(made => made.Variant.Number));
        Assert.Equal(Weights(whole.Made[1].Folder), Weights(resumed.Made[0].Folder));
        Assert.Equal(whole.Report.Variants.Select(variant => variant.Figures.Quality), resumed.Report.Variants.Select(variant => variant.Figures.Quality));
    }

    [Fact]
    public void A_step_that_did_not_help_says_so()
    {
        var made = _ground.Recipe(CompressionGround.Images with { Epochs = 30 }, new FineTuning(1, 1e-7));
        Assert.StartsWith("Fine-tuning did not help: validation accuracy was", made.Report.Variants[0].Remark);
    }

    [Theory]
    [InlineData(CompressionPreset.Smaller, 3)]
    [InlineData(CompressionPreset.Faster, 2)]
    [InlineData(CompressionPreset.Tiny, 2)]
    public void A_preset_makes_its_variants_and_names_the_best(CompressionPreset preset, int variants)
    {
        var (source, data) = _ground.Source(CompressionGround.Images with { Epochs = 2 });
        var made = _ground.Run(new PresetPlan(preset), _ground.Place(source, data));
        Assert.Equal(variants, made.Report.Variants.Count);
        Assert.NotNull(made.Report.Verdict);
    }

    private static (int Zero, int Total, HashSet<string> Which) Zeros(string folder)
    {
        var zero = Matrices(folder).SelectMany(matrix => matrix.Value.Index().Where(value => value.Item == 0).Select(value => $"{matrix.Key}.{value.Index}")).ToHashSet(StringComparer.Ordinal);
        return (zero.Count, Matrices(folder).Sum(matrix => matrix.Value.Length), zero);
    }

    private static Dictionary<string, float[]> Matrices(string folder)
    {
        using var saved = SavedNetwork.Read(folder);
        return saved.Weights.Where(weight => weight.Value.dim() == 2).ToDictionary(weight => weight.Key, weight => weight.Value.data<float>().ToArray());
    }

    private static string Weights(string folder)
    {
        using var saved = SavedNetwork.Read(folder);
        return string.Join("\n", saved.Weights.OrderBy(weight => weight.Key, StringComparer.Ordinal).Select(weight => weight.Key + Convert.ToHexString(weight.Value.bytes)));
    }
}
