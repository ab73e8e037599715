// Removing whole units: a network is smaller afterwards, and where what was removed was zero it answers as before.
using MaaS.Contracts.Compression;
using MaaS.Contracts.Training;
using MaaS.Engine.Compression;
using Xunit;
using static TorchSharp.torch;

namespace MaaS.Engine.Tests.Compression;

public sealed class ShrinkingTests : IDisposable
{
    private readonly CompressionGround _ground = new();

    public void Dispose() => _ground.Dispose();

    public static TheoryData<TrainingSpec> Families =>
    [
        new ImageTraining(new ImageMlpNetwork([32, 16]), 12) { Epochs = 1 },
        new ImageTraining(new ImageMlpNetwork([32, 16], Normalized: true), 12) { Epochs = 1 },
        new ImageTraining(new ConvolutionalNetwork([16, 16, 32]), 12) { Epochs = 1 },
        new ImageTraining(new ResNetwork(1, 16), 12) { Epochs = 1 },
        new TabularTraining("price", Network: new MlpNetwork([32, 16]) { Ensemble = 2 }) { Epochs = 1 },
        new TabularTraining("churned", Network: new ResidualNetwork(2, 16)) { Epochs = 1 },
        new TextTraining("message", "team", new TransformerTextNetwork(2, 4, 32)) { Epochs = 1 },
        new LanguageTraining(new TokenizerSpec(), new GptNetwork(2, 4, 32, 16, Activation: GptActivation.SwiGlu, Positions: GptPositions.Rotary), Steps: 4) { Epochs = 1 },
        new LanguageTraining(new TokenizerSpec(), new GptNetwork(2, 4, 32, 16, KeyValueHeads: 2), Steps: 4) { Epochs = 1 },
    ];

    [Theory]
    [MemberData(nameof(Families), DisableDiscoveryEnumeration = true)]
    public void A_network_whose_missing_half_was_zero_answers_as_before(TrainingSpec training)
    {
        var (package, data) = _ground.Source(training);
        using var scope = NewDisposeScope();
        using var subject = Subject.Open(_ground.Place(package, data), new Progress<Report>(), TestContext.Current.CancellationToken);
        var structure = subject.Structure(subject.Source.Training)!;
        int[] counts = [.. structure.Groups.Select(group => group.Count / 2)];
        // Every second unit is made nothing where it is looked at; then it is removed.
        IReadOnlyList<int>[] kept = [.. structure.Groups.Select(group => Enumerable.Range(0, group.Count / 2).Select(unit => 2 * unit).ToArray())];
        var silenced = subject.Source with { Weights = subject.Source.Weights.ToDictionary(weight => weight.Key, weight => weight.Value.clone()) };
        foreach (var (group, units) in structure.Groups.Zip(kept))
            foreach (var axis in group.Used)
                silenced.Weights[axis.Tensor].index_fill_(axis.Axis, tensor(axis.Entries([.. Enumerable.Range(0, group.Count).Except(units)], group.Count)), 0);
        var cut = new Candidate(structure.With(counts), structure.Cut(silenced.Weights, kept));

        using var before = subject.Task(silenced);
        using var after = subject.Task(cut);
        Assert.Equal(before.Validate()["loss"], after.Validate()["loss"], 5);
        Assert.True(cut.Weights.Sum(weight => weight.Value.numel()) < subject.Source.Weights.Sum(weight => weight.Value.numel()));
        // What the structure says of itself is what a graph costs, but for attention's own products, which no weight is part of.
        var rows = subject.Calibration(4);
        var (whole, half) = (Macs.Of(subject.Graph(before), rows).Macs, Macs.Of(subject.Graph(after), rows).Macs);
        if (training is ImageTraining)
            Assert.Equal((double)half / whole, structure.Macs(counts) / structure.Macs([.. structure.Groups.Select(group => group.Count)]), 6);
        Assert.True(half < whole);
    }

    [Theory]
    [InlineData(PruningScope.Global, PruningMeasure.Activation)]
    [InlineData(PruningScope.Layer, PruningMeasure.L2)]
    [InlineData(PruningScope.Global, PruningMeasure.L1)]
    public void A_convolutional_network_comes_under_the_multiplications_asked_for_in_multiples_of_eight(PruningScope scope, PruningMeasure measure)
    {
        var made = _ground.Recipe(new ImageTraining(new ConvolutionalNetwork([16, 32, 32]), 12) { Epochs = 2 }, new StructuredPruning(0.5, measure, scope, Epochs: 1));
        var cnn = (ConvolutionalNetwork)((ImageTraining)made.Made[0].Manifest.Training!).Network!;
        Assert.All(cnn.Channels!, channels => Assert.Equal(0, channels % 8));
        Assert.Equal([1], cnn.Halvings);
        Assert.InRange((double)made.Report.Variants[0].Figures.Macs / made.Report.Source.Figures.Macs, 0.2, 0.5);
        Assert.True(made.Report.Variants[0].Figures.Bytes < made.Report.Source.Figures.Bytes);
    }

    public static TheoryData<TrainingSpec> WithBlocks =>
    [
        new LanguageTraining(new TokenizerSpec(), new GptNetwork(4, 2, 16, 16), Steps: 20) { Epochs = 1 },
        new TabularTraining("churned", Network: new ResidualNetwork(4, 16)) { Epochs = 1 },
    ];

    [Theory]
    [MemberData(nameof(WithBlocks), DisableDiscoveryEnumeration = true)]
    public void Whole_blocks_go_first_where_they_may(TrainingSpec training)
    {
        var made = _ground.Recipe(training, new StructuredPruning(0.6, Multiple: 1, Layers: true, Epochs: 0));
        var blocks = made.Made[0].Manifest.Training is LanguageTraining { Network: { } gpt } ? gpt.Layers : ((ResidualNetwork)((TabularTraining)made.Made[0].Manifest.Training!).Network!).Blocks;
        Assert.InRange(blocks, 1, 3);
        Assert.True(made.Report.Variants[0].Figures.Macs < made.Report.Source.Figures.Macs);
    }

    [Fact]
    public void So_few_multiplications_that_no_width_has_them_are_refused_with_what_stays()
    {
        var error = Assert.Throws<UserError>(() => _ground.Recipe(new ImageTraining(new ConvolutionalNetwork([8, 8]), 12) { Epochs = 1 }, new StructuredPruning(0.1)));
        Assert.Equal("shrink asks for 10 % of the multiplications; with widths in multiples of 8 at least 100 % stay.", error.Message);
    }

    [Fact]
    public void A_shrunk_model_can_be_trained_on()
    {
        var (package, data) = _ground.Source(new ImageTraining(new ConvolutionalNetwork([16, 32]), 12) { Epochs = 1 });
        var made = _ground.Run(new RecipePlan([new StructuredPruning(0.5, Epochs: 0)]), _ground.Place(package, data));
        var continued = _ground.Ground.Train(new ImageTraining { Epochs = 1, From = Guid.NewGuid() }, data, made.Made[0].Folder);
        Assert.Equal(made.Made[0].Manifest.ParameterCount, continued.Manifest.ParameterCount);
    }
}
