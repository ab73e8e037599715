// What can be done to a trained model to make it smaller or faster: one record a technique, with its settings and their ranges.
// A recipe is a list of them, in the order they are done. A discriminator once shipped is never renamed.
using System.ComponentModel.DataAnnotations;
using System.Text.Json.Serialization;
using MaaS.Contracts.Training;

namespace MaaS.Contracts.Compression;

[JsonPolymorphic(TypeDiscriminatorPropertyName = "type")]
[JsonDerivedType(typeof(DynamicQuantization), "dynamic_int8")]
[JsonDerivedType(typeof(StaticQuantization), "static_int8")]
[JsonDerivedType(typeof(WeightQuantization), "weight_only")]
[JsonDerivedType(typeof(HalfPrecision), "float16")]
[JsonDerivedType(typeof(TemperatureScaling), "temperature")]
[JsonDerivedType(typeof(BinaryWeights), "binary")]
[JsonDerivedType(typeof(QuantizationAwareTraining), "quantization_aware")]
[JsonDerivedType(typeof(WeightSharing), "shared_weights")]
[JsonDerivedType(typeof(Pruning), "prune")]
[JsonDerivedType(typeof(StructuredPruning), "shrink")]
[JsonDerivedType(typeof(Distillation), "distill")]
[JsonDerivedType(typeof(FineTuning), "fine_tune")]
public abstract record CompressionStep
{
    /// <summary>Changes the graph that is served and nothing before it: such steps come last.</summary>
    [JsonIgnore]
    public virtual bool IsOfGraph => false;
}

/// <summary>Weights as 8-bit integers; activations are brought to 8 bits by the range each request has.</summary>
/// <param name="PerChannel">One scale for each output instead of one for the whole matrix.</param>
/// <param name="ReduceRange">7 bits of 8, for processors whose 16-bit sums overflow (without VNNI); null is chosen by this processor.</param>
public sealed record DynamicQuantization(bool PerChannel = true, bool? ReduceRange = null) : CompressionStep
{
    [JsonIgnore]
    public override bool IsOfGraph => true;
}

/// <summary>Weights and activations as 8-bit integers, activations by ranges measured on training rows (Jacob et al. 2018, arXiv:1712.05877).</summary>
/// <param name="Percentile">Share of the values, in percent, within the range, where the calibration is by percentile.</param>
/// <param name="Rows">Training rows that ranges are measured on.</param>
public sealed record StaticQuantization(
    CalibrationMethod Calibration = CalibrationMethod.MinMax,
    [property: Range(90.0, 100.0)] double Percentile = 99.99,
    [property: Range(8, 10_000)] int Rows = 512,
    bool PerChannel = true,
    bool? ReduceRange = null) : CompressionStep
{
    [JsonIgnore]
    public override bool IsOfGraph => true;
}

public enum CalibrationMethod { MinMax, Percentile, Entropy }

/// <summary>Weights of few bits, with a scale for each block along a row; products in float.</summary>
/// <param name="Bits">8, 4 or 2.</param>
/// <param name="Block">Weights that share a scale: a power of two from 16 to 256.</param>
public sealed record WeightQuantization(int Bits = 4, int Block = 32) : CompressionStep
{
    [JsonIgnore]
    public override bool IsOfGraph => true;
}

/// <summary>Weights stored in 16 bits; computed in 32.</summary>
public sealed record HalfPrecision : CompressionStep
{
    [JsonIgnore]
    public override bool IsOfGraph => true;
}

/// <summary>A classifier's logits are divided by the temperature that makes its probabilities mean what they say (Guo et al. 2017, arXiv:1706.04599); no label changes.</summary>
public sealed record TemperatureScaling : CompressionStep
{
    [JsonIgnore]
    public override bool IsOfGraph => true;
}

/// <summary>Each weight a sign, times a scale per output; trained with a straight-through estimator (Rastegari et al. 2016, arXiv:1603.05279).</summary>
public sealed record BinaryWeights([property: Range(1, 1000)] int Epochs = 20) : CompressionStep;

/// <summary>Training goes on with weights rounded as they will be, gradients passing straight through (Jacob et al. 2018, arXiv:1712.05877).</summary>
/// <param name="Bits">2 to 8.</param>
public sealed record QuantizationAwareTraining([property: Range(2, 8)] int Bits = 8, [property: Range(1, 1000)] int Epochs = 5) : CompressionStep;

/// <summary>Each matrix keeps 2^bits values, found by k-means and then learned; every weight is one of them (Han et al. 2016, arXiv:1510.00149).</summary>
public sealed record WeightSharing([property: Range(1, 8)] int Bits = 4, [property: Range(0, 1000)] int Epochs = 5) : CompressionStep;

/// <summary>Weights become zero, the least important first; the shape stays.</summary>
/// <param name="Sparsity">Share of the weights that are zero in the end.</param>
/// <param name="TwoOfFour">Of each four neighbours along a row, two: half of the weights, whatever <paramref name="Sparsity"/> says.</param>
/// <param name="Epochs">Over which the share rises, then stays for as long again; 0 cuts at once and trains no further.</param>
public sealed record Pruning(
    [property: Range(0.01, 0.99)] double Sparsity = 0.8,
    PruningMeasure Measure = PruningMeasure.L1,
    PruningScope Scope = PruningScope.Global,
    bool TwoOfFour = false,
    [property: Range(0, 1000)] int Epochs = 10) : CompressionStep;

public enum PruningMeasure
{
    /// <summary>Absolute value; of a row or channel, their sum.</summary>
    L1,

    /// <summary>Square; of a row or channel, the root of their sum.</summary>
    L2,

    /// <summary>Absolute value times the deviation of the input it is multiplied with (after Sun et al. 2024, arXiv:2306.11695).</summary>
    Activation,
}

public enum PruningScope
{
    /// <summary>The least important of the whole network.</summary>
    Global,

    /// <summary>The same share of each layer.</summary>
    Layer,
}

/// <summary>Neurons, channels, heads or layers are removed with all that depends on them: the network itself becomes smaller.</summary>
/// <param name="Macs">Share of the multiplications that stays.</param>
/// <param name="Multiple">What widths are rounded to.</param>
/// <param name="Layers">Whether whole blocks may go where the family has them, before widths.</param>
/// <param name="Epochs">Of training after the cut.</param>
public sealed record StructuredPruning(
    [property: Range(0.05, 0.95)] double Macs = 0.5,
    PruningMeasure Measure = PruningMeasure.L2,
    PruningScope Scope = PruningScope.Global,
    [property: Range(1, 64)] int Multiple = 8,
    bool Layers = false,
    [property: Range(0, 1000)] int Epochs = 10) : CompressionStep;

/// <summary>
/// A smaller network, the student, learns from the answers of a larger one: loss alpha T^2 KL(softmax(teacher/T) || softmax(student/T)) +
/// (1 - alpha) CE(student, truth) (Hinton et al. 2015, arXiv:1503.02531).
/// </summary>
/// <param name="Teachers">Model versions of the same task; their mean answer teaches. Null: the source alone.</param>
/// <param name="Student">How the student is trained, its network above all; null: as the source, with half of its width.</param>
/// <param name="Temperature">T.</param>
/// <param name="Weight">alpha.</param>
/// <param name="Hints">Weight of the squared distance between the student's last features, linearly mapped, and the teacher's; 0 is without.</param>
/// <param name="Curriculum">Examples enter from easy to hard, by how sure the teacher is.</param>
/// <param name="Epochs">Null: as long as the source was allowed.</param>
public sealed record Distillation(
    IReadOnlyList<Guid>? Teachers = null,
    TrainingSpec? Student = null,
    [property: Range(0.5, 20)] double Temperature = 2,
    [property: Range(0, 1)] double Weight = 0.5,
    [property: Range(0, 100)] double Hints = 0,
    bool Curriculum = false,
    [property: Range(1, 10_000)] int? Epochs = null) : CompressionStep;

/// <summary>Trains on, as the source was trained; what was pruned, shared or made binary stays so.</summary>
/// <param name="LearningRate">Null: a tenth of the source's.</param>
public sealed record FineTuning([property: Range(1, 1000)] int Epochs = 5, [property: Range(1e-7, 10)] double? LearningRate = null) : CompressionStep;
