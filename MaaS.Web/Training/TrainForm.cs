// What the train page holds while a person fills it in: what all families share here, what one alone has in its own form.
// Null is "as the record says", so the defaults live there alone. It becomes a TrainJob, and can be filled from one; it validates nothing.
using MaaS.Contracts.Datasets;
using MaaS.Contracts.Jobs;
using MaaS.Contracts.Models;
using MaaS.Contracts.Training;
using System.Text.RegularExpressions;

namespace MaaS.Web.Training;

public sealed partial class TrainForm
{
    // The dataset whose columns the form speaks of; they are guessed once, when its profile is seen.
    private Guid? _met;

    public DatasetVersionView? Data { get; private set; }

    /// <summary>The version to go on from; null begins anew.</summary>
    public ModelVersionView? Source { get; private init; }
    public Family Family { get; set; }

    public TabularForm Tabular { get; private set; } = new();
    public ImageForm Image { get; private set; } = new();
    public TextForm Text { get; private set; } = new();
    public LanguageForm Language { get; private set; } = new();
    public RecommendationForm Recommendation { get; private set; } = new();

    public OptimizerForm Optimizer { get; private init; } = new();
    public ScheduleForm Schedule { get; private init; } = new();
    public double? ClipNorm { get; set; }
    public int? Accumulation { get; set; }
    public double? Ema { get; set; }

    public int? Epochs { get; set; }
    public int? BatchSize { get; set; }
    public int? Patience { get; set; }
    public int? Seed { get; set; }
    public DeviceChoice Device { get; set; }
    public PrecisionChoice Precision { get; set; }

    public Guid? ExperimentId { get; set; }
    public string? RunName { get; set; }
    public string? RegisterAs { get; set; }

    /// <summary>What the chosen family's record says where this form says nothing.</summary>
    public TrainingSpec Defaults => Chosen.Build();

    private FamilyForm Chosen => Family switch
    {
        Family.Image => Image,
        Family.Text => Text,
        Family.Language => Language,
        Family.Recommendation => Recommendation,
        _ => Tabular,
    };

    /// <summary>The form to begin with on some data.</summary>
    public static TrainForm For(DatasetVersionView? data)
    {
        var form = new TrainForm();
        if (data is not null) form.Use(data);
        return form;
    }

    /// <summary>Learns from this version; the columns of another dataset are guessed anew.</summary>
    public void Use(DatasetVersionView data)
    {
        if (data.DatasetId != Data?.DatasetId && Source is null) (_met, RegisterAs) = (null, Slug(data.DatasetName));
        Data = data;
    }

    /// <summary>Sees what the data is: guesses task and columns, unless a person, an earlier run or a version to go on from has said.</summary>
    public void Meet(DatasetProfile profile)
    {
        if (Source is not null || _met == Data?.DatasetId) return;
        _met = Data?.DatasetId;
        var sample = SampleData.All.FirstOrDefault(sample => sample.FileName == Data?.FileName);
        Family = Families.Suggest(profile, sample);
        foreach (var form in (FamilyForm[])[Tabular, Image, Text, Language, Recommendation]) form.Meet(profile, sample);
    }

    public TrainJob Build()
    {
        var training = Chosen.Build();
        return new(
            Data?.Id ?? Guid.Empty,
            training with
            {
                Optimizer = Optimizer.Build(),
                Schedule = Schedule.Build(),
                ClipNorm = ClipNorm,
                Accumulation = Accumulation ?? training.Accumulation,
                Ema = Ema,
                Epochs = Epochs ?? training.Epochs,
                BatchSize = BatchSize,
                Patience = Patience ?? training.Patience,
                Seed = Seed ?? training.Seed,
                Device = Device,
                Precision = Precision,
                From = Source?.Id,
            },
            ExperimentId, RunName, RegisterAs);
    }

    /// <summary>On from a version, with its settings but the optimizer's: what suits a beginning makes too large steps now.</summary>
    /// <param name="training">The version's own.</param>
    public static TrainForm Continue(ModelVersionView source, TrainingSpec training, DatasetVersionView? data) =>
        From(new TrainJob(Guid.Empty, training with { Optimizer = null }, RegisterAs: source.Model), data, source);

    /// <summary>The same settings again; the name of the run is left to the platform.</summary>
    /// <param name="source">The version the job goes on from, if it does.</param>
    public static TrainForm From(TrainJob job, DatasetVersionView? data, ModelVersionView? source = null)
    {
        var training = job.Training;
        var form = new TrainForm
        {
            _met = data?.DatasetId,
            Data = data,
            Source = source,
            Optimizer = OptimizerForm.From(training.Optimizer),
            Schedule = ScheduleForm.From(training.Schedule),
            ClipNorm = training.ClipNorm,
            Accumulation = training.Accumulation,
            Ema = training.Ema,
            Epochs = training.Epochs,
            BatchSize = training.BatchSize,
            Patience = training.Patience,
            Seed = training.Seed,
            Device = training.Device,
            Precision = training.Precision,
            ExperimentId = job.ExperimentId,
            RegisterAs = job.RegisterAs,
        };
        form.Read(training);
        return form;
    }

    /// <summary>A text as part of an address: <c>Adult (train).csv</c> is <c>adult-train-csv</c>.</summary>
    public static string Slug(string text)
    {
        var slug = NotSlug().Replace(text.ToLowerInvariant(), "-").Trim('-');
        return slug.Length == 0 ? "model" : slug[..Math.Min(63, slug.Length)].TrimEnd('-');
    }

    private void Read(TrainingSpec training)
    {
        switch (training)
        {
            case TabularTraining tabular:
                (Family, Tabular) = (Family.Tabular, TabularForm.From(tabular));
                break;
            case ImageTraining image:
                (Family, Image) = (Family.Image, ImageForm.From(image));
                break;
            case TextTraining text:
                (Family, Text) = (Family.Text, TextForm.From(text));
                break;
            case LanguageTraining language:
                (Family, Language) = (Family.Language, LanguageForm.From(language));
                break;
            case RecommendationTraining recommendation:
                (Family, Recommendation) = (Family.Recommendation, RecommendationForm.From(recommendation));
                break;
        }
    }

    [GeneratedRegex("[^a-z0-9]+")]
    private static partial Regex NotSlug();
}
