// The learning rate's factor at each step. Knows no optimizer.
using MaaS.Contracts.Training;

namespace MaaS.Engine.Training;

/// <param name="steps">Of the whole training.</param>
internal sealed class Schedule(ScheduleSpec spec, long steps, int stepsPerEpoch)
{
    /// <param name="step">From 0.</param>
    /// <param name="reductions">How often a plateau was met so far.</param>
    public double At(long step, int reductions)
    {
        var warmUp = (long)Math.Round(spec.WarmUp * steps);
        if (step < warmUp)
            return (step + 1.0) / warmUp;
        var passed = (double)(step - warmUp) / Math.Max(1, steps - warmUp); // 0 to 1
        return spec switch
        {
            StepSchedule every => Math.Pow(every.Factor, step / ((long)every.Epochs * stepsPerEpoch)),
            LinearSchedule line => Between(line.Floor, 1 - passed),
            CosineSchedule cosine => Between(cosine.Floor, HalfCosine(passed)),
            WarmUpStableDecaySchedule stable => Between(stable.Floor, Math.Min(1, (1 - passed) / stable.Decay)),
            OneCycleSchedule cycle => passed < cycle.Peak ? 1 - HalfCosine(passed / cycle.Peak) : HalfCosine((passed - cycle.Peak) / (1 - cycle.Peak)),
            PlateauSchedule plateau => Math.Pow(plateau.Factor, reductions),
            _ => 1,
        };
    }

    private static double Between(double floor, double height) => floor + (1 - floor) * height;

    /// <summary>1 at 0, 0 at 1.</summary>
    private static double HalfCosine(double passed) => 0.5 * (1 + Math.Cos(Math.PI * passed));
}
