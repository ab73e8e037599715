// How the learning rate moves, while a person chooses it: one dial for each name, whichever shapes have it. Null is "as the record says".
using MaaS.Contracts.Training;

namespace MaaS.Web.Training;

public enum Shape { Auto, Constant, Linear, Cosine, OneCycle, WarmUpStableDecay, Step, Plateau }

public sealed class ScheduleForm
{
    public Shape Shape { get; set; }
    public double? WarmUp { get; set; }
    public double? Floor { get; set; }
    public double? Decay { get; set; }
    public double? Peak { get; set; }
    public double? Factor { get; set; }
    public int? Epochs { get; set; }
    public int? Patience { get; set; }

    public ScheduleSpec? Build() => Curve() is { } curve ? curve with { WarmUp = WarmUp ?? curve.WarmUp } : null;

    public static ScheduleForm From(ScheduleSpec? spec)
    {
        var form = new ScheduleForm { WarmUp = spec?.WarmUp };
        switch (spec)
        {
            case LinearSchedule s:
                (form.Shape, form.Floor) = (Shape.Linear, s.Floor);
                break;
            case CosineSchedule s:
                (form.Shape, form.Floor) = (Shape.Cosine, s.Floor);
                break;
            case OneCycleSchedule s:
                (form.Shape, form.Peak) = (Shape.OneCycle, s.Peak);
                break;
            case WarmUpStableDecaySchedule s:
                (form.Shape, form.Decay, form.Floor) = (Shape.WarmUpStableDecay, s.Decay, s.Floor);
                break;
            case StepSchedule s:
                (form.Shape, form.Epochs, form.Factor) = (Shape.Step, s.Epochs, s.Factor);
                break;
            case PlateauSchedule s:
                (form.Shape, form.Factor, form.Patience) = (Shape.Plateau, s.Factor, s.Patience);
                break;
            default:
                form.Shape = spec is ConstantSchedule ? Shape.Constant : Shape.Auto;
                break;
        }
        return form;
    }

    private ScheduleSpec? Curve() => Shape switch
    {
        Shape.Constant => new ConstantSchedule(),
        Shape.Linear => new LinearSchedule(Floor ?? new LinearSchedule().Floor),
        Shape.Cosine => new CosineSchedule(Floor ?? new CosineSchedule().Floor),
        Shape.OneCycle => new OneCycleSchedule(Peak ?? new OneCycleSchedule().Peak),
        Shape.WarmUpStableDecay when new WarmUpStableDecaySchedule() is var d => new WarmUpStableDecaySchedule(Decay ?? d.Decay, Floor ?? d.Floor),
        Shape.Step when new StepSchedule() is var d => new StepSchedule(Epochs ?? d.Epochs, Factor ?? d.Factor),
        Shape.Plateau when new PlateauSchedule() is var d => new PlateauSchedule(Factor ?? d.Factor, Patience ?? d.Patience),
        _ => null,
    };
}
