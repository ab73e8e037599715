// What is asked of a compress job: a recipe that is done step by step, a preset that stands for one, or a search for the best within a time.
using System.ComponentModel.DataAnnotations;
using System.Text.Json.Serialization;
using MaaS.Contracts.Jobs;

namespace MaaS.Contracts.Compression;

/// <summary>Make a model version smaller or faster, and measure every variant beside it.</summary>
/// <param name="VersionId">The source.</param>
/// <param name="RegisterAs">The model whose next versions the variants become; null: the source's model's name with <c>-compressed</c>.</param>
/// <param name="ExperimentId">Null takes the experiment of the run the source came from, or one named after the model.</param>
public sealed record CompressJob(
    Guid VersionId,
    CompressionPlan Plan,
    Guid? ExperimentId = null,
    [property: StringLength(100, MinimumLength = 1)] string? RunName = null,
    [property: Slug] string? RegisterAs = null,
    [property: Range(-10, 10)] int Priority = 0) : JobSpec
{
    [JsonIgnore]
    public override JobKind Kind => JobKind.Compress;

    /// <summary>What the variants' model is called when nobody says: an address, so no longer than one may be.</summary>
    public static string ModelFor(string source) => $"{source[..Math.Min(source.Length, 63 - Suffix.Length)]}{Suffix}";

    private const string Suffix = "-compressed";
}

[JsonPolymorphic(TypeDiscriminatorPropertyName = "type")]
[JsonDerivedType(typeof(RecipePlan), "recipe")]
[JsonDerivedType(typeof(PresetPlan), "preset")]
[JsonDerivedType(typeof(SearchPlan), "search")]
public abstract record CompressionPlan
{
    /// <summary>The versions that steps name as teachers, each once.</summary>
    public virtual IEnumerable<Guid> Teachers() => [];
}

/// <summary>Every step is done on what the step before left; the variant after each step that can be served is measured and kept.</summary>
/// <param name="Steps">1 to 12; those of the graph come last.</param>
public sealed record RecipePlan(IReadOnlyList<CompressionStep> Steps) : CompressionPlan
{
    public const int MostSteps = 12;

    public override IEnumerable<Guid> Teachers() => Steps.OfType<Distillation>().SelectMany(step => step.Teachers ?? []).Distinct();
}

public sealed record PresetPlan(CompressionPreset Preset) : CompressionPlan;

public enum CompressionPreset
{
    /// <summary>Static and dynamic int8, and 4-bit weights: no training, a file of a quarter and less.</summary>
    Smaller,

    /// <summary>Half of the multiplications removed, then int8.</summary>
    Faster,

    /// <summary>Pruned, and few values for all weights: the smallest file at rest that still answers.</summary>
    Tiny,
}

/// <summary>Compress for me: tries recipes until the time is over and keeps every variant; can be stopped at any moment.</summary>
/// <param name="Minutes">Wall-clock time.</param>
/// <param name="MaxLoss">Points of quality that may be lost on the validation rows: 0.5 is half a percentage point, or half a percent of an error.</param>
/// <param name="MaxBytes">Of the served file.</param>
/// <param name="MaxP50Ms">Median latency of one row.</param>
/// <param name="Aim">What is made as small as possible within these bounds.</param>
public sealed record SearchPlan(
    [property: Range(0.5, 1440)] double Minutes = 10,
    [property: Range(0, 100)] double MaxLoss = 0.5,
    [property: Range(1, long.MaxValue)] long? MaxBytes = null,
    [property: Range(0.001, 60_000)] double? MaxP50Ms = null,
    CompressionAim Aim = CompressionAim.Bytes) : CompressionPlan;

public enum CompressionAim { Bytes, Latency }
