// What the train page holds while a person fills it in. Null is "as the record says", so the defaults live there alone.
// It becomes a TrainJob, and can be filled from one; it validates nothing.
using MaaS.Contracts.Datasets;
using MaaS.Contracts.Jobs;
using MaaS.Contracts.Training;
using System.Globalization;
using System.Text.RegularExpressions;

namespace MaaS.Web.Training;

public enum NetworkKind { Mlp, Linear }

public enum Method { Auto, AdamW, Adam, Momentum, Sgd, GradientDescent }

public sealed partial class TrainForm
{
    public static TabularTraining Defaults { get; } = new("");
    public static SplitSpec SplitDefaults { get; } = new();

    public DatasetVersionView? Data { get; set; }
    public string? Target { get; set; }
    public HashSet<string>? Features { get; set; }
    public TabularGoal Goal { get; set; }

    public NetworkKind Network { get; set; }
    public string? Hidden { get; set; }
    public double? Dropout { get; set; }

    public Method Method { get; set; }
    public double? LearningRate { get; set; }
    public double? Beta { get; set; }
    public double? Beta1 { get; set; }
    public double? Beta2 { get; set; }
    public double? Epsilon { get; set; }
    public double? WeightDecay { get; set; }

    public int? Epochs { get; set; }
    public int? BatchSize { get; set; }
    public int? Patience { get; set; }
    public int? Seed { get; set; }
    public DeviceChoice Device { get; set; }

    public double? Validation { get; set; }
    public double? Test { get; set; }
    public int? SplitSeed { get; set; }
    public Guid? TestDatasetVersionId { get; set; }

    public Guid? ExperimentId { get; set; }
    public string? RunName { get; set; }
    public string? RegisterAs { get; set; }

    public TrainJob Build() => new(
        Data?.Id ?? Guid.Empty,
        new TabularTraining(Target ?? "", Features is null ? null : [.. Features], Goal, BuildNetwork(), BuildSplit())
        {
            Optimizer = BuildOptimizer(),
            Epochs = Epochs ?? Defaults.Epochs,
            BatchSize = BatchSize,
            Patience = Patience ?? Defaults.Patience,
            Seed = Seed ?? Defaults.Seed,
            Device = Device,
        },
        ExperimentId, RunName, RegisterAs);

    /// <summary>The same settings again; the name of the run is left to the platform.</summary>
    public static TrainForm From(TrainJob job, DatasetVersionView data)
    {
        var form = new TrainForm { Data = data, ExperimentId = job.ExperimentId, RegisterAs = job.RegisterAs };
        if (job.Training is not TabularTraining training) return form;
        (form.Target, form.Goal) = (training.Target, training.Goal);
        form.Features = training.Features is null ? null : [.. training.Features];
        (form.Epochs, form.BatchSize, form.Patience, form.Seed, form.Device) =
            (training.Epochs, training.BatchSize, training.Patience, training.Seed, training.Device);
        form.Read(training.Network);
        form.Read(training.Optimizer);
        if (training.Split is { } split)
            (form.Validation, form.Test, form.SplitSeed, form.TestDatasetVersionId) =
                (split.Validation, split.Test, split.Seed, split.TestDatasetVersionId);
        return form;
    }

    /// <summary>The column worth predicting, where the data is ours and we know.</summary>
    public static string? KnownTarget(DatasetVersionView? data) =>
        SampleData.All.FirstOrDefault(sample => sample.FileName == data?.FileName)?.Target;

    /// <summary>A text as part of an address: <c>Adult (train).csv</c> is <c>adult-train-csv</c>.</summary>
    public static string Slug(string text)
    {
        var slug = NotSlug().Replace(text.ToLowerInvariant(), "-").Trim('-');
        return slug.Length == 0 ? "model" : slug[..Math.Min(63, slug.Length)].TrimEnd('-');
    }

    // Every number in the text counts, however they are separated: "128, 64", "128 64" and "128x64" are the same.
    private TabularNetwork BuildNetwork() => Network == NetworkKind.Linear
        ? new LinearNetwork()
        : new MlpNetwork(Hidden is null ? null : [.. Numbers().Matches(Hidden).Select(m => int.Parse(m.Value, CultureInfo.InvariantCulture))])
        {
            Dropout = Dropout ?? new MlpNetwork().Dropout,
        };

    private OptimizerSpec? BuildOptimizer() => Method switch
    {
        Method.AdamW when new AdamWSpec() is var d => new AdamWSpec(Beta1 ?? d.Beta1, Beta2 ?? d.Beta2, Epsilon ?? d.Epsilon, WeightDecay ?? d.WeightDecay) { LearningRate = LearningRate },
        Method.Adam when new AdamSpec() is var d => new AdamSpec(Beta1 ?? d.Beta1, Beta2 ?? d.Beta2, Epsilon ?? d.Epsilon) { LearningRate = LearningRate },
        Method.Momentum => new MomentumSpec(Beta ?? new MomentumSpec().Beta) { LearningRate = LearningRate },
        Method.Sgd => new SgdSpec { LearningRate = LearningRate },
        Method.GradientDescent => new GradientDescentSpec { LearningRate = LearningRate },
        _ => null,
    };

    private SplitSpec BuildSplit() => new(
        Validation ?? SplitDefaults.Validation, Test ?? SplitDefaults.Test, TestDatasetVersionId, SplitSeed ?? SplitDefaults.Seed);

    private void Read(TabularNetwork? network)
    {
        Network = network is LinearNetwork ? NetworkKind.Linear : NetworkKind.Mlp;
        if (network is MlpNetwork mlp) (Hidden, Dropout) = (mlp.Hidden is null ? null : string.Join(", ", mlp.Hidden), mlp.Dropout);
    }

    private void Read(OptimizerSpec? optimizer)
    {
        LearningRate = optimizer?.LearningRate;
        Method = optimizer switch
        {
            AdamWSpec => Method.AdamW,
            AdamSpec => Method.Adam,
            MomentumSpec => Method.Momentum,
            SgdSpec => Method.Sgd,
            GradientDescentSpec => Method.GradientDescent,
            _ => Method.Auto,
        };
        if (optimizer is MomentumSpec momentum) Beta = momentum.Beta;
        if (optimizer is AdamSpec adam) (Beta1, Beta2, Epsilon) = (adam.Beta1, adam.Beta2, adam.Epsilon);
        if (optimizer is AdamWSpec w) (Beta1, Beta2, Epsilon, WeightDecay) = (w.Beta1, w.Beta2, w.Epsilon, w.WeightDecay);
    }

    [GeneratedRegex("[^a-z0-9]+")]
    private static partial Regex NotSlug();

    [GeneratedRegex("[0-9]{1,9}")]
    private static partial Regex Numbers();
}
