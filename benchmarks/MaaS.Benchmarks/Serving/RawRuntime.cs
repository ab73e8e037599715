// ONNX Runtime alone, in this process, on one thread: what computing costs when nothing is around it.
using System.Diagnostics;
using Microsoft.ML.OnnxRuntime;

namespace MaaS.Benchmarks.Serving;

internal static class RawRuntime
{
    /// <returns>Microseconds of processor time for one row at this batch size; the median of five measurements.</returns>
    public static double MicrosecondsPerRow(string onnx, Perceptron network, int batch)
    {
        using var options = new SessionOptions { IntraOpNumThreads = 1, InterOpNumThreads = 1 };
        using var session = new InferenceSession(onnx, options);
        using var x = OrtValue.CreateTensorValueFromMemory(new float[batch * network.Inputs], [batch, network.Inputs]);
        using var y = OrtValue.CreateTensorValueFromMemory(new float[batch * network.Sizes[^1]], [batch, network.Sizes[^1]]);
        using var binding = session.CreateIoBinding();
        using var run = new RunOptions();
        binding.BindInput("x", x);
        binding.BindOutput("y", y);
        var rounds = Enumerable.Range(0, 6).Select(_ => Round()).Skip(1).Order().ToList(); // the first warms up
        return rounds[rounds.Count / 2];

        double Round()
        {
            var (before, runs, watch) = (ProcessTime.Of(Environment.ProcessId), 0L, Stopwatch.StartNew());
            for (; watch.Elapsed < TimeSpan.FromSeconds(1.5); runs++)
                session.RunWithBinding(run, binding);
            return (ProcessTime.Of(Environment.ProcessId) - before).TotalMicroseconds / runs / batch;
        }
    }
}
