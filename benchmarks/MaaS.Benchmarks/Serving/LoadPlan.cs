// What a load generator is told, and what it tells back. It is another process: its own work must not count as the server's.
using System.Diagnostics;
using System.Text.Json;
using System.Text.Json.Serialization;
using MaaS.Contracts;

namespace MaaS.Benchmarks.Serving;

/// <param name="Request">File with the request as it goes over the wire, head and all; for gRPC the message alone.</param>
/// <param name="Key">Sent as a bearer secret by gRPC; HTTP's request holds its own.</param>
/// <param name="Server">The process whose time is measured.</param>
/// <param name="Streams">Calls at once on each connection: HTTP/2 and gRPC; 0 is HTTP/1.1.</param>
/// <param name="Rate">Requests a second at random moments (Poisson); 0 sends the next when the last was answered.</param>
internal sealed record LoadPlan(
    int Port, string Request, string Key, int Connections, int Server, int Streams = 0, double Rate = 0, double WarmUpSeconds = 1, double Seconds = 4);

/// <param name="Requests">Answered within the measured time.</param>
/// <param name="Sent">Altogether, the warm-up included.</param>
/// <param name="ServerMicroseconds">Processor time of the server for one request.</param>
/// <param name="P50">Latency in microseconds; at random moments counted from the moment the request was due.</param>
internal sealed record LoadReport(long Requests, long Sent, long Failed, double Seconds, double ServerMicroseconds, double P50, double P99)
{
    [JsonIgnore]
    public double PerSecond => Requests / Seconds;

    /// <summary>Runs a plan in a process of its own.</summary>
    public static async Task<LoadReport> Of(LoadPlan plan)
    {
        using var process = Process.Start(new ProcessStartInfo("dotnet", [typeof(LoadReport).Assembly.Location, "serving-load", JsonSerializer.Serialize(plan, MaaSJson.Options)])
        {
            RedirectStandardOutput = true,
        })!;
        var said = await process.StandardOutput.ReadToEndAsync();
        await process.WaitForExitAsync();
        return process.ExitCode == 0 ? JsonSerializer.Deserialize<LoadReport>(said, MaaSJson.Options)!
            : throw new InvalidOperationException($"The load generator failed: {said}");
    }
}
