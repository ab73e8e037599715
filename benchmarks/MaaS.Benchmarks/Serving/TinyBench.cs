// A model so small that the server is what is measured: MLP 64-256-256-10, one row, 16 callers.
using System.Diagnostics;
using System.Globalization;

namespace MaaS.Benchmarks.Serving;

internal static class TinyBench
{
    private const int Callers = 16;

    public static async Task Measure(ServingRig rig, Results results)
    {
        await rig.DeployOnce("tiny", Perceptron.Tiny);
        var onnx = Perceptron.Tiny.Write(rig.Folder);
        var raw = RawRuntime.MicrosecondsPerRow(onnx, Perceptron.Tiny, 1);
        var (noop, noopBytes, noopRandom) = await Noop(rig);
        var request = Perceptron.Tiny.HttpRequest("tiny", rig.Key, binary: true);
        var binary = await rig.Http(request, Callers);
        var bytes = await Garbage(rig, request);
        var json = await rig.Http(Perceptron.Tiny.HttpRequest("tiny", rig.Key, binary: false), Callers);
        // As gRPC's clients do: a few connections, several calls at once on each.
        var grpc = await rig.Grpc(Perceptron.Tiny.GrpcMessage("tiny"), 2, Callers / 2);
        var random = await rig.Http(request, Callers, binary.PerSecond / 2);

        Console.WriteLine($"processor time: raw run {raw:0.0} us, bare Kestrel {noop.ServerMicroseconds:0.0} us, binary {binary.ServerMicroseconds:0.0} us, "
            + $"JSON {json.ServerMicroseconds:0.0} us, gRPC {grpc.ServerMicroseconds:0.0} us; requests/s: Kestrel {noop.PerSecond:0}, binary {binary.PerSecond:0}, JSON {json.PerSecond:0}, gRPC {grpc.PerSecond:0}");
        results.Add("tiny.raw_us", raw, "us", "none");
        results.Add("tiny.kestrel_noop_us", noop.ServerMicroseconds, "us", "none");
        results.Add("tiny.binary_us", binary.ServerMicroseconds, "us", "none");
        results.Add("tiny.json_us", json.ServerMicroseconds, "us", "none");
        results.Add("tiny.grpc_us", grpc.ServerMicroseconds, "us", "none");
        results.Add("tiny.binary.vs_raw", raw / binary.ServerMicroseconds, "share", ">= 0.25");
        results.Add("tiny.json.vs_raw", raw / json.ServerMicroseconds, "share", ">= 0.18");
        results.Add("tiny.vs_kestrel_noop", binary.ServerMicroseconds / (noop.ServerMicroseconds + raw), "times", "<= 1.25");
        results.Add("alloc.bytes_per_request", bytes - noopBytes, "bytes", "<= 2,048");
        results.Add("grpc.vs_http", grpc.PerSecond / binary.PerSecond, "share", ">= 0.8");
        results.Add("latency.p50_us", random.P50, "us", "none");
        results.Add("latency.p99_over_p50", random.P99 / random.P50, "times", "<= 5");
        results.Add("latency.kestrel_p99_over_p50", noopRandom.P99 / noopRandom.P50, "times", "none: bare Kestrel at half of its own rate");
    }

    /// <returns>Bytes of garbage a request, in steady state.</returns>
    private static async Task<double> Garbage(ServingRig rig, byte[] request)
    {
        var before = await rig.Api.Allocated();
        var report = await LoadReport.Of(rig.Plan(request, Callers));
        return (await rig.Api.Allocated() - before) / (double)report.Sent;
    }

    private static async Task<(LoadReport Report, double BytesPerRequest, LoadReport Random)> Noop(ServingRig rig)
    {
        var port = ServedApi.FreePort();
        using var server = Process.Start(new ProcessStartInfo("dotnet", [typeof(TinyBench).Assembly.Location, "serving-noop", $"{port}"]))!;
        try
        {
            using var http = new HttpClient { BaseAddress = new($"http://127.0.0.1:{port}") };
            await Answers(http);
            byte[] request = [.. "POST /echo HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Length: 256\r\n\r\n"u8, .. new byte[256]];
            var plan = rig.Plan(request, Callers) with { Port = port, Server = server.Id };
            var report = await ServingRig.Median(plan);
            var before = await Allocated();
            var last = await LoadReport.Of(plan);
            return (report, (await Allocated() - before) / (double)last.Sent, await ServingRig.Median(plan with { Rate = report.PerSecond / 2 }));

            async Task<long> Allocated() => long.Parse(await http.GetStringAsync("/"), CultureInfo.InvariantCulture);
        }
        finally
        {
            server.Kill();
        }
    }

    public static async Task Answers(HttpClient http)
    {
        for (var watch = Stopwatch.StartNew(); ; await Task.Delay(100))
            try
            {
                await http.GetAsync("/");
                return;
            }
            catch (HttpRequestException) when (watch.Elapsed < TimeSpan.FromMinutes(1))
            {
                // It is still starting.
            }
    }
}
