// What a job is asked to do. One record is the form, the request, the jsonb column and the worker's input.
// A discriminator once shipped is never renamed.
using System.ComponentModel.DataAnnotations;
using System.Text.Json.Serialization;
using MaaS.Contracts.Compression;
using MaaS.Contracts.Datasets;
using MaaS.Contracts.Models;
using MaaS.Contracts.Sweeps;
using MaaS.Contracts.Training;

namespace MaaS.Contracts.Jobs;

[JsonPolymorphic(TypeDiscriminatorPropertyName = "kind")]
[JsonDerivedType(typeof(ProfileJob), "profile")]
[JsonDerivedType(typeof(ImportJob), "import")]
[JsonDerivedType(typeof(ExportJob), "export")]
[JsonDerivedType(typeof(TrainJob), "train")]
[JsonDerivedType(typeof(SweepJob), "sweep")]
[JsonDerivedType(typeof(CompressJob), "compress")]
[JsonDerivedType(typeof(ScoreJob), "score")]
public abstract record JobSpec
{
    [JsonIgnore]
    public abstract JobKind Kind { get; }
}

public enum JobKind { Profile, Train, Sweep, Import, Export, Compress, Score }

/// <summary>Read a dataset version's file and describe it.</summary>
public sealed record ProfileJob(Guid DatasetVersionId, ReadingOptions Reading) : JobSpec
{
    [JsonIgnore]
    public override JobKind Kind => JobKind.Profile;
}

/// <summary>Look at an uploaded model file, run it once, and register it as the next version of a model.</summary>
/// <param name="Model">Made when there is none of this name.</param>
/// <param name="Sha256">Of the uploaded bytes, lower-case hex.</param>
public sealed record ImportJob(string Model, string FileName, string Sha256, long Bytes) : JobSpec
{
    [JsonIgnore]
    public override JobKind Kind => JobKind.Import;
}

/// <summary>Write a model version in another format.</summary>
public sealed record ExportJob(Guid VersionId, string Model, int Version, ExportFormat Format) : JobSpec
{
    [JsonIgnore]
    public override JobKind Kind => JobKind.Export;
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
