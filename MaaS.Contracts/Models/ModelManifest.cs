// model.json: what a package says of itself. Written once at export, never changed.
using System.Text.Json;
using System.Text.Json.Serialization;
using MaaS.Contracts.Compression;
using MaaS.Contracts.Datasets;
using MaaS.Contracts.Training;

namespace MaaS.Contracts.Models;

/// <param name="Format">The manifest's own version; 1.</param>
/// <param name="Inputs">In the order of the graph's inputs, one per feature column.</param>
/// <param name="Labels">Class names in the order of the probabilities; null for regression.</param>
/// <param name="Training">The settings with every derived value filled in; null for a model made elsewhere.</param>
/// <param name="Metrics">Test figures, each with the trivial baseline's beside it.</param>
/// <param name="ParityMaxDifference">Largest absolute difference between ONNX Runtime's and TorchSharp's answers on held-out rows.</param>
/// <param name="Files">Every other file of the package.</param>
/// <param name="Reference">Of a table: what its values and answers were like, for what is served later to be held against; null where it is not kept.</param>
/// <param name="Stacks">Of a model made elsewhere: whether rows of several requests may be computed together, as a trial showed when it was brought in.</param>
/// <param name="Compression">What was done to the parent to make this of it, in order; null when nothing was.</param>
public sealed record ModelManifest(
    int Format,
    ModelTask Task,
    IReadOnlyList<ModelInput> Inputs,
    IReadOnlyList<ModelOutput> Outputs,
    IReadOnlyList<string>? Labels,
    string Target,
    TrainingSpec? Training,
    ModelMetrics Metrics,
    long ParameterCount,
    double ParityMaxDifference,
    double ParityTolerance,
    int ParityRows,
    Lineage Lineage,
    IReadOnlyList<PackageFile> Files,
    bool? Stacks = null,
    IReadOnlyList<CompressionStep>? Compression = null,
    Reference? Reference = null)
{
    /// <summary>The file that training goes on from: the network as it was trained, and what its encoder learned.</summary>
    public const string Weights = "weights.safetensors";
}

public enum ModelTask
{
    TabularClassification, TabularRegression, ImageClassification, TextClassification, LanguageModel, Recommendation,

    /// <summary>A model made elsewhere: named inputs in, named outputs out, as the graph has them.</summary>
    Custom,
}

/// <param name="Name">The column, and the graph's input.</param>
/// <param name="Kind">What a caller sends: number, integer and boolean as float32 (NaN is missing), date as int64 days, category as string ("" is missing), image as uint8 pixels (height, width, channels).</param>
/// <param name="Min">Smallest training value, for forms and warnings; null for categories.</param>
/// <param name="Categories">The known categories, most frequent first.</param>
public sealed record ModelInput(
    string Name,
    ColumnType Kind,
    TensorType Type,
    IReadOnlyList<long> Shape,
    double? Min = null,
    double? Max = null,
    IReadOnlyList<string>? Categories = null);

/// <param name="Shape">-1 is the number of rows.</param>
public sealed record ModelOutput(string Name, TensorType Type, IReadOnlyList<long> Shape);

public enum TensorType { Float32, Int64, String, UInt8, Float64, Float16, Int32, Int16, Int8, UInt16, UInt32, UInt64, Bool }

/// <param name="Split">Which rows they were measured on, and how many.</param>
/// <param name="ConfusionMatrix">Rows are the truth, columns the prediction, in the order of the labels.</param>
/// <param name="Card">Of a classifier; null for versions made before there were cards.</param>
public sealed record ModelMetrics(
    string Split,
    long Rows,
    IReadOnlyDictionary<string, double> Values,
    IReadOnlyDictionary<string, double> Baseline,
    IReadOnlyList<IReadOnlyList<long>>? ConfusionMatrix = null,
    TrustCard? Card = null)
{
    /// <summary>The split of a language model that kept no text for a test: its figures are of the rows that chose it, and may flatter.</summary>
    public const string Untested = "validation, as no test part was kept";

    /// <summary>Whether they were measured on rows that neither taught nor chose.</summary>
    [JsonIgnore]
    public bool AreOfTest => Split != Untested;

    /// <summary>Of a model that was brought in: nothing was measured here, and what others say of it is not repeated.</summary>
    public static ModelMetrics None { get; } = new("not measured here", 0, new Dictionary<string, double>(), new Dictionary<string, double>());
}

/// <param name="Parent">The version this one continues from or compresses: <c>customers/2</c>.</param>
/// <param name="Imported">The file it was brought in as, when it was not trained here.</param>
public sealed record Lineage(Guid? RunId, Guid? DatasetVersionId, string? DatasetSha256, string? Parent = null, ImportedFile? Imported = null);

public sealed record ImportedFile(string FileName, string Sha256);

public sealed record PackageFile(string Path, long Bytes, string Sha256);

/// <summary>sample.json: a request that works, and the answer it gave at export.</summary>
/// <param name="Rows">Named columns, as <c>predict</c> takes them.</param>
public sealed record ModelSample(
    IReadOnlyList<IReadOnlyDictionary<string, JsonElement>> Rows, IReadOnlyList<Inference.Prediction> Predictions);
