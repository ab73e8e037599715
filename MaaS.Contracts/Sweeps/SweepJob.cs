// A search over settings: which ones, how, and how many runs it may take.
using System.ComponentModel.DataAnnotations;
using System.Text.Json;
using System.Text.Json.Nodes;
using System.Text.Json.Serialization;
using MaaS.Contracts.Jobs;
using MaaS.Contracts.Training;

namespace MaaS.Contracts.Sweeps;

/// <summary>Train the same thing with different settings and find the best.</summary>
/// <param name="Training">What every run has in common.</param>
/// <param name="Space">Settings to vary, by their place in <paramref name="Training"/>: <c>optimizer.learning_rate</c>.</param>
/// <param name="Runs">At most so many; a grid may have fewer.</param>
/// <param name="Parallel">Runs at once; null is as many as there are workers, and one more in waiting.</param>
/// <param name="Metric">A figure of the validation rows; each run counts with its best value of it.</param>
/// <param name="Halving">When given, weak runs are stopped early.</param>
/// <param name="RunName">Of the sweep; its runs are numbered after it.</param>
/// <param name="RegisterAs">When given, the best run becomes the next version of the model of this name.</param>
public sealed record SweepJob(
    Guid DatasetVersionId,
    TrainingSpec Training,
    IReadOnlyDictionary<string, SearchRange> Space,
    SearchMethod Method = SearchMethod.Tpe,
    [property: Range(1, 500)] int Runs = 20,
    [property: Range(1, 64)] int? Parallel = null,
    [property: StringLength(100, MinimumLength = 1)] string Metric = "val_loss",
    SearchGoal Goal = SearchGoal.Minimize,
    HalvingSpec? Halving = null,
    [property: Range(0, int.MaxValue)] int Seed = 42,
    Guid? ExperimentId = null,
    [property: StringLength(90, MinimumLength = 1)] string? RunName = null,
    [property: Slug] string? RegisterAs = null,
    [property: Range(-10, 10)] int Priority = 0) : JobSpec
{
    [JsonIgnore]
    public override JobKind Kind => JobKind.Sweep;

    /// <summary>The training of one run: the common one, with these settings put in their places.</summary>
    /// <exception cref="JsonException">There is no such place, or it cannot hold such a value.</exception>
    public TrainingSpec With(IReadOnlyDictionary<string, JsonElement> values)
    {
        var root = JsonSerializer.SerializeToNode(Training, MaaSJson.Options)!.AsObject();
        foreach (var (path, value) in values.OrderBy(entry => entry.Key, StringComparer.Ordinal)) // a whole before its parts
        {
            var steps = path.Split('.');
            var place = root;
            foreach (var step in steps[..^1])
                place = place[step] as JsonObject ?? throw new JsonException($"training has no {step} to set {path} in; give training.{path[..path.LastIndexOf('.')]} first");
            place[steps[^1]] = JsonNode.Parse(value.GetRawText());
        }
        return root.Deserialize<TrainingSpec>(MaaSJson.Options)!;
    }
}

public enum SearchMethod
{
    /// <summary>Every combination of choices and whole numbers.</summary>
    Grid,

    /// <summary>Bergstra and Bengio 2012, "Random search for hyper-parameter optimization".</summary>
    Random,

    /// <summary>Tree-structured Parzen estimator: where good runs are dense and bad ones are not. Bergstra et al. 2011.</summary>
    Tpe,
}

public enum SearchGoal { Minimize, Maximize }

/// <summary>A run goes on past a rung only among the best share of those that got there: Li et al. 2020, arXiv:1810.05934.</summary>
/// <param name="MinEpochs">Of the first rung.</param>
/// <param name="Factor">Each rung is so many times later than the one before, and one run in so many passes it.</param>
public sealed record HalvingSpec(
    [property: Range(1, 1000)] int MinEpochs = 3,
    [property: Range(2, 10)] int Factor = 3);
