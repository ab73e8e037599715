// How the learning rate moves over a training. Lengths are shares of all steps, floors are shares of the learning rate.
using System.ComponentModel.DataAnnotations;
using System.Text.Json.Serialization;

namespace MaaS.Contracts.Training;

/// <param name="WarmUp">Share of the steps over which the rate rises from zero in a straight line.</param>
[JsonPolymorphic(TypeDiscriminatorPropertyName = "shape")]
[JsonDerivedType(typeof(ConstantSchedule), "constant")]
[JsonDerivedType(typeof(StepSchedule), "step")]
[JsonDerivedType(typeof(LinearSchedule), "linear")]
[JsonDerivedType(typeof(CosineSchedule), "cosine")]
[JsonDerivedType(typeof(WarmUpStableDecaySchedule), "warm_up_stable_decay")]
[JsonDerivedType(typeof(OneCycleSchedule), "one_cycle")]
[JsonDerivedType(typeof(PlateauSchedule), "plateau")]
public abstract record ScheduleSpec([property: Range(0, 0.9)] double WarmUp = 0);

public sealed record ConstantSchedule : ScheduleSpec;

/// <summary>Times the factor after every so many epochs.</summary>
public sealed record StepSchedule(
    [property: Range(1, 100_000)] int Epochs = 10,
    [property: Range(1e-6, 1)] double Factor = 0.1) : ScheduleSpec;

/// <summary>Down to the floor in a straight line.</summary>
public sealed record LinearSchedule([property: Range(0, 1)] double Floor = 0) : ScheduleSpec;

/// <summary>Down to the floor along half a cosine: Loshchilov and Hutter 2017, arXiv:1608.03983.</summary>
public sealed record CosineSchedule([property: Range(0, 1)] double Floor = 0) : ScheduleSpec;

/// <summary>Full rate until the last share of the steps, then a straight line to the floor: Hu et al. 2024, arXiv:2404.06395.</summary>
public sealed record WarmUpStableDecaySchedule(
    [property: Range(0.01, 1)] double Decay = 0.2,
    [property: Range(0, 1)] double Floor = 0) : ScheduleSpec;

/// <summary>Up to the full rate and down again, both along half a cosine: Smith and Topin 2018, arXiv:1708.07120.</summary>
/// <param name="Peak">Share of the steps after which the rate is at its full height.</param>
public sealed record OneCycleSchedule([property: Range(0.01, 0.99)] double Peak = 0.3) : ScheduleSpec;

/// <summary>Times the factor whenever the validation loss has not improved for so many epochs.</summary>
public sealed record PlateauSchedule(
    [property: Range(1e-6, 0.99)] double Factor = 0.3,
    [property: Range(1, 10_000)] int Patience = 3) : ScheduleSpec;
