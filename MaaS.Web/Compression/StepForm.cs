// One step of a recipe while a person fills it in: one dial for each name, whichever techniques have it. Null is "as the record says",
// so the defaults live there alone. It becomes a step; it validates nothing.
using MaaS.Contracts.Compression;
using MaaS.Contracts.Training;

namespace MaaS.Web.Compression;

public sealed class StepForm
{
    public StepForm(Technique technique)
    {
        Technique = technique;
        (Measure, Scope) = Techniques.Default(technique) switch
        {
            Pruning d => (d.Measure, d.Scope),
            StructuredPruning d => (d.Measure, d.Scope),
            _ => default,
        };
    }

    public Technique Technique { get; }

    public bool IsOfGraph => Techniques.Default(Technique).IsOfGraph;

    public bool PerChannel { get; set; } = true;
    public bool? ReduceRange { get; set; }
    public CalibrationMethod Calibration { get; set; }
    public double? Percentile { get; set; }
    public int? Rows { get; set; }
    public int? Bits { get; set; }
    public int? Block { get; set; }
    public int? Epochs { get; set; }
    public double? Sparsity { get; set; }
    public double? Macs { get; set; }
    public PruningMeasure Measure { get; set; }
    public PruningScope Scope { get; set; }
    public bool TwoOfFour { get; set; }
    public int? Multiple { get; set; }
    public bool Layers { get; set; }
    public HashSet<Guid> Teachers { get; } = [];
    public StudentForm Student { get; } = new();
    public double? Temperature { get; set; }
    public double? Weight { get; set; }
    public double? Hints { get; set; }
    public bool Curriculum { get; set; }
    public double? LearningRate { get; set; }

    /// <param name="source">How the source was trained, which a student of one's own begins with.</param>
    public CompressionStep Build(TrainingSpec? source) => Techniques.Default(Technique) switch
    {
        StaticQuantization d => new StaticQuantization(Calibration, Percentile ?? d.Percentile, Rows ?? d.Rows, PerChannel, ReduceRange),
        DynamicQuantization => new DynamicQuantization(PerChannel, ReduceRange),
        WeightQuantization d => new WeightQuantization(Bits ?? d.Bits, Block ?? d.Block),
        Pruning d => new Pruning(Sparsity ?? d.Sparsity, Measure, Scope, TwoOfFour, Epochs ?? d.Epochs),
        StructuredPruning d => new StructuredPruning(Macs ?? d.Macs, Measure, Scope, Multiple ?? d.Multiple, Layers, Epochs ?? d.Epochs),
        Distillation d => new Distillation(
            Teachers.Count == 0 ? null : [.. Teachers], Student.Build(source), Temperature ?? d.Temperature, Weight ?? d.Weight, Hints ?? d.Hints, Curriculum, Epochs),
        FineTuning d => new FineTuning(Epochs ?? d.Epochs, LearningRate),
        QuantizationAwareTraining d => new QuantizationAwareTraining(Bits ?? d.Bits, Epochs ?? d.Epochs),
        WeightSharing d => new WeightSharing(Bits ?? d.Bits, Epochs ?? d.Epochs),
        BinaryWeights d => new BinaryWeights(Epochs ?? d.Epochs),
        var other => other,
    };
}
