// What is typed of a shadow and of a guard while the next revision is made, and the records it makes. Knows no page.
using MaaS.Contracts.Deployments;

namespace MaaS.Web.Deployments;

public sealed class ShadowForm(Shadow? from)
{
    /// <summary>Null for no shadow.</summary>
    public string? Model { get; set; } = from?.Model;
    public int? Version { get; set; } = from?.Version;
    public int? Percent { get; set; } = from?.Percent ?? 100;

    public Shadow? Build() => Model is null ? null : new(Model, Version ?? 0, Percent ?? 0);
}

public sealed class GuardForm
{
    private static readonly Guard s_usual = new();

    public double? MaxErrorPercent { get; set; }
    public double? MaxP99Ms { get; set; }
    public double? MaxDisagreementPercent { get; set; }
    public int? MinRequests { get; set; } = s_usual.MinRequests;
    public int? Minutes { get; set; } = s_usual.Minutes;
    public int? ComparedPercent { get; set; } = s_usual.ComparedPercent;

    /// <returns>Null when no limit is given: then nothing is guarded.</returns>
    public Guard? Build() => (MaxErrorPercent ?? MaxP99Ms ?? MaxDisagreementPercent) is null ? null
        : new(MaxErrorPercent, MaxP99Ms, MaxDisagreementPercent, MinRequests ?? 0, Minutes ?? 0, ComparedPercent ?? 0);
}
