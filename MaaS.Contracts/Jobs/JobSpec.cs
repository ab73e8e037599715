// What a job is asked to do. One record is the form, the request, the jsonb column and the worker's input.
// A discriminator once shipped is never renamed.
using System.ComponentModel.DataAnnotations;
using System.Text.Json.Serialization;
using MaaS.Contracts.Datasets;
using MaaS.Contracts.Sweeps;
using MaaS.Contracts.Training;

namespace MaaS.Contracts.Jobs;

[JsonPolymorphic(TypeDiscriminatorPropertyName = "kind")]
[JsonDerivedType(typeof(ProfileJob), "profile")]
[JsonDerivedType(typeof(TrainJob), "train")]
[JsonDerivedType(typeof(SweepJob), "sweep")]
public abstract record JobSpec
{
    [JsonIgnore]
    public abstract JobKind Kind { get; }
}

public enum JobKind { Profile, Train, Sweep }

/// <summary>Read a dataset version's file and describe it.</summary>
public sealed record ProfileJob(Guid DatasetVersionId, ReadingOptions Reading) : JobSpec
{
    [JsonIgnore]
    public override JobKind Kind => JobKind.Profile;
}

/// <summary>Train a model on a dataset version and keep the run in an experiment.</summary>
/// <param name="ExperimentId">Null takes the experiment named after the dataset, made when there is none.</param>
/// <param name="RunName">Null gives a readable one.</param>
/// <param name="RegisterAs">When given, success registers the next version of the model of this name.</param>
/// <param name="Priority">Higher is claimed first.</param>
public sealed record TrainJob(
    Guid DatasetVersionId,
    TrainingSpec Training,
    Guid? ExperimentId = null,
    [property: StringLength(100, MinimumLength = 1)] string? RunName = null,
    [property: Slug] string? RegisterAs = null,
    [property: Range(-10, 10)] int Priority = 0) : JobSpec
{
    [JsonIgnore]
    public override JobKind Kind => JobKind.Train;
}
