// Each schedule at the steps where its formula can be worked out by hand.
using MaaS.Contracts.Training;
using MaaS.Engine.Training;
using Xunit;

namespace MaaS.Engine.Tests.Training;

public sealed class ScheduleTests
{
    public static TheoryData<ScheduleSpec, long, int, double> Cases => new()
    {
        { new ConstantSchedule(), 99, 0, 1 },
        { new ConstantSchedule { WarmUp = 0.1 }, 0, 0, 0.1 },
        { new ConstantSchedule { WarmUp = 0.1 }, 9, 0, 1 },
        { new StepSchedule(2, 0.5), 19, 0, 1 },
        { new StepSchedule(2, 0.5), 20, 0, 0.5 },
        { new StepSchedule(2, 0.5), 45, 0, 0.25 },
        { new LinearSchedule(), 0, 0, 1 },
        { new LinearSchedule(), 75, 0, 0.25 },
        { new LinearSchedule(0.2), 50, 0, 0.6 },
        { new CosineSchedule(), 50, 0, 0.5 },
        { new CosineSchedule(0.1) { WarmUp = 0.2 }, 20, 0, 1 },
        { new CosineSchedule(0.1) { WarmUp = 0.2 }, 60, 0, 0.55 },
        { new WarmUpStableDecaySchedule(0.2), 79, 0, 1 },
        { new WarmUpStableDecaySchedule(0.2), 90, 0, 0.5 },
        { new OneCycleSchedule(0.5), 25, 0, 0.5 },
        { new OneCycleSchedule(0.5), 50, 0, 1 },
        { new OneCycleSchedule(0.5), 75, 0, 0.5 },
        { new PlateauSchedule(0.3), 10, 2, 0.09 },
    };

    [Theory]
    [MemberData(nameof(Cases))]
    public void Of_100_steps_in_10_epochs_the_factor_is(ScheduleSpec spec, long step, int reductions, double factor) =>
        Assert.Equal(factor, new Schedule(spec, 100, 10).At(step, reductions), 1e-9);
}
