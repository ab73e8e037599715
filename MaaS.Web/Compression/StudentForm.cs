// The student of a distillation while a person describes it: the platform's proposal, or a network of the source's family with sizes
// of one's own; everything else about its training is the source's.
using MaaS.Contracts.Training;
using MaaS.Web.Training;

namespace MaaS.Web.Compression;

public sealed class StudentForm
{
    /// <summary>False: as the source, with half of its width.</summary>
    public bool IsOwn { get; set; }

    /// <summary>Widths of the layers, first to last, where a network has such a list.</summary>
    public string? Widths { get; set; }
    public int? Layers { get; set; }
    public int? Heads { get; set; }
    public int? Width { get; set; }

    /// <param name="source">How the source was trained; null proposes nothing.</param>
    public TrainingSpec? Build(TrainingSpec? source) => !IsOwn ? null : source switch
    {
        TabularTraining training => training with { Network = new MlpNetwork(FamilyForm.Widths(Widths)), From = null },
        ImageTraining { Network: ResNetwork network } training => training with { Network = network with { Blocks = Layers ?? network.Blocks, Width = Width ?? network.Width }, From = null },
        ImageTraining { Network: ImageMlpNetwork network } training => training with { Network = network with { Hidden = FamilyForm.Widths(Widths) }, From = null },
        ImageTraining training => training with { Network = new ConvolutionalNetwork(FamilyForm.Widths(Widths)), From = null },
        TextTraining { Network: TransformerTextNetwork network } training => training with
        {
            Network = network with { Layers = Layers ?? network.Layers, Heads = Heads ?? network.Heads, Width = Width ?? network.Width },
            From = null,
        },
        TextTraining training when (training.Network as BagNetwork ?? new BagNetwork()) is var network =>
            training with { Network = network with { Dimension = Width ?? network.Dimension }, From = null },
        LanguageTraining training when (training.Network ?? new GptNetwork()) is var network => training with
        {
            Network = network with { Layers = Layers ?? network.Layers, Heads = Heads ?? network.Heads, Width = Width ?? network.Width, KeyValueHeads = null },
            From = null,
            Lora = null,
        },
        RecommendationTraining { Network: NeuralFactorization network } training => training with { Network = network with { Factors = Width ?? network.Factors }, From = null },
        RecommendationTraining { Network: BayesianRanking network } training => training with { Network = network with { Factors = Width ?? network.Factors }, From = null },
        RecommendationTraining training when (training.Network as PooledHistory ?? new PooledHistory()) is var network =>
            training with { Network = network with { Factors = Width ?? network.Factors }, From = null },
        _ => null,
    };

    /// <summary>Whether the family's networks are given as a list of widths.</summary>
    public static bool HasWidths(TrainingSpec source) => source is TabularTraining or ImageTraining { Network: null or ConvolutionalNetwork or ImageMlpNetwork };

    /// <summary>Whether they have layers that are counted.</summary>
    public static bool HasLayers(TrainingSpec source) => source is LanguageTraining or TextTraining { Network: TransformerTextNetwork } or ImageTraining { Network: ResNetwork };

    public static bool HasHeads(TrainingSpec source) => source is LanguageTraining or TextTraining { Network: TransformerTextNetwork };
}
