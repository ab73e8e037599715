// A model that computes: MLP 512-2048-2048-1000, 29 MB, single rows from 32 callers, with batching and without.
using MaaS.Contracts.Deployments;

namespace MaaS.Benchmarks.Serving;

internal static class LargeBench
{
    private const int Callers = 32;

    public static async Task Measure(ServingRig rig, Results results)
    {
        var onnx = await rig.Import(Perceptron.Large);
        await rig.Deploy("large-batched", Perceptron.Large, new Batching(Callers, 2));
        await rig.Deploy("large-single", Perceptron.Large, new Batching());
        var raw = RawRuntime.MicrosecondsPerRow(onnx, Perceptron.Large, Callers);
        var batched = await rig.Http(Perceptron.Large.HttpRequest("large-batched", rig.Key, binary: true), Callers);
        var single = await rig.Http(Perceptron.Large.HttpRequest("large-single", rig.Key, binary: true), Callers);
        Console.WriteLine($"processor time a row: raw at batch {Callers} {raw:0} us, batched {batched.ServerMicroseconds:0} us, single {single.ServerMicroseconds:0} us; rows/s {batched.PerSecond:0} and {single.PerSecond:0}");
        results.Add("large.raw_us", raw, "us", "none");
        results.Add("large.batched_us", batched.ServerMicroseconds, "us", "none");
        results.Add("large.vs_raw", raw / batched.ServerMicroseconds, "share", ">= 0.85");
        results.Add("large.batching_gain", batched.PerSecond / single.PerSecond, "times", ">= 3");
    }
}
