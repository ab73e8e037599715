// How to train: what every task shares. Few dials; what is null is derived, and the run's log says how.
using System.ComponentModel.DataAnnotations;
using System.Text.Json.Serialization;

namespace MaaS.Contracts.Training;

/// <param name="Epochs">Upper bound; early stopping usually ends sooner.</param>
/// <param name="BatchSize">Rows per step; null is derived from the number of rows. Full-batch gradient descent ignores it.</param>
/// <param name="Patience">Epochs without a better validation loss before stopping; 0 never stops early.</param>
/// <param name="Seed">Same seed, same data, same machine: same losses, to the bit.</param>
/// <param name="Schedule">How the learning rate moves; null is the task's usual one.</param>
/// <param name="ClipNorm">Gradients longer than this (Euclidean norm over all parameters) are shortened to it; null leaves them.</param>
/// <param name="Accumulation">Batches whose gradients are averaged into one step.</param>
/// <param name="Ema">Validate and keep an exponential moving average of the parameters with this decay per step; null keeps the parameters themselves.</param>
/// <param name="Device">Where to run; auto takes a GPU when the worker has one.</param>
/// <param name="Precision">How exactly products of matrices are computed while it learns; parameters, losses and figures are float32 always.</param>
/// <param name="From">A model version to go on from, see <see cref="Continuation"/>; null begins anew.</param>
[JsonPolymorphic(TypeDiscriminatorPropertyName = "task")]
[JsonDerivedType(typeof(TabularTraining), "tabular")]
[JsonDerivedType(typeof(ImageTraining), "image")]
[JsonDerivedType(typeof(TextTraining), "text")]
[JsonDerivedType(typeof(LanguageTraining), "language")]
[JsonDerivedType(typeof(RecommendationTraining), "recommendation")]
public abstract record TrainingSpec(
    OptimizerSpec? Optimizer = null,
    [property: Range(1, 100_000)] int Epochs = 40,
    [property: Range(1, 1_000_000)] int? BatchSize = null,
    [property: Range(0, 10_000)] int Patience = 8,
    [property: Range(0, int.MaxValue)] int Seed = 42,
    DeviceChoice Device = DeviceChoice.Auto,
    ScheduleSpec? Schedule = null,
    [property: Range(1e-6, 1e6)] double? ClipNorm = null,
    [property: Range(1, 1024)] int Accumulation = 1,
    [property: Range(0.5, 0.99999)] double? Ema = null,
    Guid? From = null,
    PrecisionChoice Precision = PrecisionChoice.Auto)
{
    /// <summary>The dataset version that is the test set; null when it is split off.</summary>
    [JsonIgnore]
    public virtual Guid? TestDatasetVersionId => null;
}

public enum DeviceChoice { Auto, Cpu, Cuda }

public enum PrecisionChoice
{
    /// <summary>Bfloat16 on a GPU that has units for it, Float32 elsewhere.</summary>
    Auto,

    /// <summary>32 bits, on a GPU too.</summary>
    Float32,

    /// <summary>16 bits with the range of 32: half the memory traffic and several times the speed, where the processor has instructions for it.</summary>
    Bfloat16,
}

/// <summary>Which rows are for training, which for choosing, which for the final figures. Seeded; stratified by class in classification.</summary>
/// <param name="Validation">Share of the rows that early stopping and "best" look at.</param>
/// <param name="Test">Share read once, at the end; ignored when a test file is given.</param>
/// <param name="TestDatasetVersionId">A dataset version that is the test set, with the same columns.</param>
public sealed record SplitSpec(
    [property: Range(0.01, 0.5)] double Validation = 0.1,
    [property: Range(0.01, 0.5)] double Test = 0.2,
    Guid? TestDatasetVersionId = null,
    [property: Range(0, int.MaxValue)] int Seed = 42);
