// How to train: what every task shares. Few dials; what is null is derived, and the run's log says how.
using System.ComponentModel.DataAnnotations;
using System.Text.Json.Serialization;

namespace MaaS.Contracts.Training;

/// <param name="Epochs">Upper bound; early stopping usually ends sooner.</param>
/// <param name="BatchSize">Rows per step; null is derived from the number of rows. Full-batch gradient descent ignores it.</param>
/// <param name="Patience">Epochs without a better validation loss before stopping; 0 never stops early.</param>
/// <param name="Seed">Same seed, same data, same machine: same losses, to the bit.</param>
/// <param name="Device">Where to run; auto takes a GPU when the worker has one.</param>
[JsonPolymorphic(TypeDiscriminatorPropertyName = "task")]
[JsonDerivedType(typeof(TabularTraining), "tabular")]
public abstract record TrainingSpec(
    OptimizerSpec? Optimizer = null,
    [property: Range(1, 100_000)] int Epochs = 40,
    [property: Range(1, 1_000_000)] int? BatchSize = null,
    [property: Range(0, 10_000)] int Patience = 8,
    [property: Range(0, int.MaxValue)] int Seed = 42,
    DeviceChoice Device = DeviceChoice.Auto);

public enum DeviceChoice { Auto, Cpu, Cuda }

/// <summary>Which rows are for training, which for choosing, which for the final figures. Seeded; stratified by class in classification.</summary>
/// <param name="Validation">Share of the rows that early stopping and "best" look at.</param>
/// <param name="Test">Share read once, at the end; ignored when a test file is given.</param>
/// <param name="TestDatasetVersionId">A dataset version that is the test set, with the same columns.</param>
public sealed record SplitSpec(
    [property: Range(0.01, 0.5)] double Validation = 0.1,
    [property: Range(0.01, 0.5)] double Test = 0.2,
    Guid? TestDatasetVersionId = null,
    [property: Range(0, int.MaxValue)] int Seed = 42);
