// What the compress page holds while a person fills it in: one of three ways to ask. It becomes a CompressJob; null is "as the record
// says", so the defaults live there alone. It validates nothing.
using MaaS.Contracts.Compression;
using MaaS.Contracts.Models;

namespace MaaS.Web.Compression;

public enum Way { Search, Preset, Recipe }

public sealed class CompressForm(ModelVersionView source)
{
    public ModelVersionView Source { get; } = source;
    public Way Way { get; set; } = Way.Search;

    public double? Minutes { get; set; }
    public double? MaxLoss { get; set; }
    public double? MaxMegabytes { get; set; }
    public double? MaxP50Ms { get; set; }
    public CompressionAim Aim { get; set; }

    public CompressionPreset Preset { get; set; }

    public List<StepForm> Steps { get; } = [];

    public string? RunName { get; set; }
    public string? RegisterAs { get; set; }

    public static SearchPlan Default { get; } = new();

    /// <summary>Whether steps that train can be done on it.</summary>
    public bool CanTrain => SourceRules.CanTrain(Source.Manifest);

    public bool CanBeSent => Way != Way.Recipe || Steps.Count > 0;

    public CompressJob Build() => new(Source.Id, Plan(), RunName: RunName, RegisterAs: RegisterAs);

    /// <summary>At the end of what it can follow: steps of the graph come last.</summary>
    public void Add(Technique technique)
    {
        var step = new StepForm(technique);
        var first = step.IsOfGraph ? -1 : Steps.FindIndex(other => other.IsOfGraph);
        Steps.Insert(first < 0 ? Steps.Count : first, step);
    }

    /// <param name="by">-1 is earlier, 1 later.</param>
    public void Move(StepForm step, int by)
    {
        var place = Steps.IndexOf(step);
        if (place + by < 0 || place + by >= Steps.Count) return;
        (Steps[place], Steps[place + by]) = (Steps[place + by], Steps[place]);
    }

    private CompressionPlan Plan() => Way switch
    {
        Way.Preset => new PresetPlan(Preset),
        Way.Recipe => new RecipePlan([.. Steps.Select(step => step.Build(Source.Manifest.Training))]),
        _ => new SearchPlan(Minutes ?? Default.Minutes, MaxLoss ?? Default.MaxLoss, Bytes(MaxMegabytes), MaxP50Ms, Aim),
    };

    // What is less than a byte is none, and the record says so.
    private static long? Bytes(double? megabytes) => megabytes is { } size ? (long)Math.Clamp(size * 1e6, -1, 1e18) : null;
}
