// What a load generator is told, and what it tells back. It is another process: its own work must not count as the server's.
using System.Diagnostics;
using System.Text.Json;
using MaaS.Contracts;

namespace MaaS.Benchmarks.Serving;

/// <param name="Grpc">HTTP/2 and gRPC; otherwise HTTP/1.1.</param>
/// <param name="Request">File with the request as it goes over the wire, head and all; for gRPC the message alone.</param>
/// <param name="Key">Sent as a bearer secret by gRPC; HTTP's request holds its own.</param>
/// <param name="Rate">Requests a second at random moments (Poisson); 0 sends the next when the last was answered.</param>
/// <param name="Server">The process whose time is measured.</param>
internal sealed record LoadPlan(
    int Port, bool Grpc, string Request, string Key, int Connections, double Seconds, int Server, double Rate = 0, double WarmUpSeconds = 1);

/// <param name="Requests">Within the measured time.</param>
/// <param name="Sent">Altogether, the warm-up included.</param>
/// <param name="ServerMicroseconds">Processor time of the server for one request.</param>
/// <param name="P50">Latency in microseconds; at random moments counted from the moment the request was due.</param>
internal sealed record LoadReport(long Requests, long Sent, long Failed, double Seconds, double ServerMicroseconds, double P50, double P99)
{
    public double PerSecond => Requests / Seconds;

    /// <summary>Runs a plan in a process of its own.</summary>
    public static async Task<LoadReport> Of(LoadPlan plan)
    {
        var start = new ProcessStartInfo(Environment.ProcessPath!) { RedirectStandardOutput = true };
        if (Path.GetFileNameWithoutExtension(start.FileName) == "dotnet")
            start.ArgumentList.Add(typeof(LoadReport).Assembly.Location);
        start.ArgumentList.Add("serving-load");
        start.ArgumentList.Add(JsonSerializer.Serialize(plan, MaaSJson.Options));
        using var process = Process.Start(start)!;
        var said = await process.StandardOutput.ReadToEndAsync();
        await process.WaitForExitAsync();
        return process.ExitCode == 0 ? JsonSerializer.Deserialize<LoadReport>(said, MaaSJson.Options)!
            : throw new InvalidOperationException($"The load generator failed: {said}");
    }
}
