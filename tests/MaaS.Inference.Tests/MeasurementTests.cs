// What is timed is what was asked for, and memory that was taken is seen. No figure is asserted that depends on how fast the machine is.
using System.Runtime.InteropServices;
using MaaS.Contracts.Datasets;
using MaaS.Contracts.Models;
using Xunit;

namespace MaaS.Inference.Tests;

public sealed class MeasurementTests
{
    private static readonly Array[] s_columns = [new float[] { 20, 45, float.NaN }, new float[] { 0, 1, 1 }, new[] { "oslo", "rome", "" }, new[] { 0L, 15_000, long.MinValue }];

    [Fact]
    public void Models_that_take_turns_each_get_figures_that_fit_each_other()
    {
        using var package = new TestPackage();
        using var one = Model.Load(package.Folder);
        using var other = Model.Load(package.Folder);
        var timings = Measurement.Of([one, other], s_columns, 3, TimeSpan.FromMilliseconds(40));
        Assert.Equal(2, timings.Count);
        Assert.All(timings, timing =>
        {
            Assert.InRange(timing.P50Ms, double.Epsilon, timing.P99Ms);
            Assert.True(timing.BatchMs > 0);
            Assert.Equal(Measurement.BatchRows / timing.BatchMs * 1000, timing.RowsPerSecond, 1e-6);
        });
        Assert.Empty(Measurement.Of([], s_columns, 3, TimeSpan.FromMilliseconds(1)));
        Assert.Throws<ArgumentOutOfRangeException>(() => Measurement.Of([one], s_columns, 0, TimeSpan.FromMilliseconds(1)));
    }

    [Fact]
    public void A_model_made_elsewhere_is_asked_row_by_row()
    {
        using var package = new TestPackage();
        var onnx = new TinyOnnx().Tensor("x", TinyOnnx.Float, 3).Node("Relu", ["x"], "y").Output("y", TinyOnnx.Float, 3).Build();
        File.WriteAllBytes(package.Path("model.onnx"), onnx);
        var manifest = package.Manifest with
        {
            Task = ModelTask.Custom,
            Inputs = [new("x", ColumnType.Number, TensorType.Float32, [-1, 3])],
            Outputs = [new("y", TensorType.Float32, [-1, 3])],
            Labels = null,
        };
        using var model = Model.Open(package.Path("model.onnx"), manifest);
        Assert.True(Measurement.Of([model], [new float[] { 1, 2, 3, 4, 5, 6 }], 2, TimeSpan.FromMilliseconds(5))[0].P50Ms > 0);
        Assert.True(Measurement.Of([model], [new[] { new float[] { 1, 2, 3 }, [4, 5, 6] }], 2, TimeSpan.FromMilliseconds(5))[0].P50Ms > 0);
    }

    [Fact]
    public void The_height_of_the_memory_that_work_takes_is_seen_though_it_is_given_back()
    {
        Assert.SkipUnless(OperatingSystem.IsLinux(), "Only Linux tells the height of a process's memory.");
        const int taken = 64 << 20;
        var peak = ResidentMemory.PeakOf(() =>
        {
            var memory = Marshal.AllocHGlobal(taken);
            for (var at = 0; at < taken; at += 4096)
                Marshal.WriteByte(memory, at, 1);
            Marshal.FreeHGlobal(memory);
        });
        Assert.SkipWhen(peak is null, "This system hides a process's memory from it.");
        Assert.InRange(peak!.Value, taken - (8 << 20), taken + (64 << 20));

        using var package = new TestPackage();
        Assert.InRange(Measurement.PeakBytes(package.Folder, s_columns, 3)!.Value, 0, 256 << 20);
    }
}
