// What the search page holds while a person fills it in: a run's own settings, some of them as ranges. It becomes a SweepJob.
// It validates nothing; the platform knows which settings there are and what they may be.
using System.Globalization;
using System.Text.Json;
using System.Text.Json.Nodes;
using MaaS.Contracts;
using MaaS.Contracts.Experiments;
using MaaS.Contracts.Jobs;
using MaaS.Contracts.Sweeps;
using MaaS.Contracts.Training;

namespace MaaS.Web.Sweeps;

public enum RangeKind { LogUniform, Uniform, Integer, Choice }

/// <summary>One setting to vary.</summary>
public sealed class VariedSetting
{
    public string? Path { get; set; }
    public RangeKind Kind { get; set; } = RangeKind.Choice;
    public double? Min { get; set; }
    public double? Max { get; set; }
    public string? Values { get; set; }

    public SearchRange Range() => Kind switch
    {
        RangeKind.LogUniform => new LogUniformRange(Min ?? 0, Max ?? 0),
        RangeKind.Uniform => new UniformRange(Min ?? 0, Max ?? 0),
        RangeKind.Integer => new IntegerRange((int)(Min ?? 0), (int)(Max ?? 0)),
        _ => new ChoiceRange([.. (Values ?? "").Split(',', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries).Select(Json)]),
    };

    /// <summary>A number, true or false as such; anything else is a text.</summary>
    private static JsonElement Json(string text)
    {
        try
        {
            return JsonSerializer.Deserialize<JsonElement>(text);
        }
        catch (JsonException)
        {
            return JsonSerializer.SerializeToElement(text);
        }
    }
}

public sealed class SearchForm(TrainJob job, TrainingSpec training)
{
    private static readonly string[] s_optional = ["batch_size", "clip_norm", "ema"];

    public List<VariedSetting> Settings { get; } = [.. Suggested(training)];
    public SearchMethod Method { get; set; } = SearchMethod.Tpe;
    public int? Runs { get; set; }
    public int? Parallel { get; set; }
    public string? Metric { get; set; }
    public SearchGoal Goal { get; set; }
    public bool StopsWeak { get; set; } = true;
    public string? RunName { get; set; }
    public string? RegisterAs { get; set; } = job.RegisterAs;

    /// <summary>What can be varied: every setting the run has, and those it could have.</summary>
    public IReadOnlyList<string> Paths { get; } = [.. Leaves(training)
        .Select(leaf => leaf.Path).Union(s_optional).Where(path => path is not ("task" or "seed" or "from") && !path.StartsWith("split", StringComparison.Ordinal)).Order(StringComparer.Ordinal)];

    /// <summary>With the settings a successful run ended up with, else those it was asked for.</summary>
    public static SearchForm? From(RunView run) => run.Job.Spec is TrainJob job ? new(job, run.Outcome?.Manifest.Training ?? job.Training) : null;

    public SweepJob Build() => new(
        job.DatasetVersionId, training,
        Settings.Where(setting => setting.Path is not null).DistinctBy(setting => setting.Path).ToDictionary(setting => setting.Path!, setting => setting.Range()),
        Method, Runs ?? Default.Runs, Parallel, Metric ?? Default.Metric, Goal, StopsWeak ? new HalvingSpec() : null,
        ExperimentId: job.ExperimentId, RunName: RunName, RegisterAs: RegisterAs);

    public static SweepJob Default { get; } = new(Guid.Empty, new TabularTraining(""), new Dictionary<string, SearchRange>());

    /// <summary>A decade around the learning rate, and the dropout where there is one: what pays most often.</summary>
    private static IEnumerable<VariedSetting> Suggested(TrainingSpec training)
    {
        foreach (var (path, value) in Leaves(training))
        {
            if (path == "optimizer.learning_rate" && value.GetValue<double>() is var rate)
                yield return new() { Path = path, Kind = RangeKind.LogUniform, Min = Rounded(rate / 10), Max = Rounded(rate * 10) };
            if (path == "network.dropout")
                yield return new() { Path = path, Kind = RangeKind.Uniform, Min = 0, Max = 0.5 };
        }
    }

    private static double Rounded(double value) => double.Parse(value.ToString("G3", CultureInfo.InvariantCulture), CultureInfo.InvariantCulture);

    /// <summary>Every setting; without the network's, where that is a version's and stays as it is.</summary>
    private static IEnumerable<(string Path, JsonValue Value)> Leaves(TrainingSpec training) =>
        Leaves(JsonSerializer.SerializeToNode(training, MaaSJson.Options)!, "").Where(leaf => training.From is null || !leaf.Path.StartsWith("network.", StringComparison.Ordinal));

    private static IEnumerable<(string Path, JsonValue Value)> Leaves(JsonNode node, string path) => node switch
    {
        JsonObject members => members.Where(member => member.Value is not null)
            .SelectMany(member => Leaves(member.Value!, path.Length == 0 ? member.Key : $"{path}.{member.Key}")),
        JsonValue value => [(path, value)],
        _ => [],
    };
}
