// The API in a process of its own, on the platform's database and files, started for the measurement: with its process known, its
// processor time, memory and garbage can be read.
using System.Diagnostics;
using System.Globalization;
using System.Net;
using System.Net.Sockets;
using MaaS.Contracts;

namespace MaaS.Benchmarks.Serving;

internal sealed class ServedApi : IAsyncDisposable
{
    private readonly Process _process;
    private readonly int _metrics = FreePort();

    private ServedApi(string program, IEnumerable<(string Name, string Value)> settings)
    {
        var start = new ProcessStartInfo("dotnet", [program]) { RedirectStandardOutput = true, RedirectStandardInput = true };
        foreach (var (name, value) in settings)
            start.Environment[name] = value;
        start.Environment["ASPNETCORE_URLS"] = $"http://127.0.0.1:{Port}";
        start.Environment["MAAS_GRPC_PORT"] = $"{GrpcPort}";
        start.Environment["MAAS_METRICS_PORT"] = $"{_metrics}";
        _process = Process.Start(start)!;
        _process.OutputDataReceived += (_, _) => { };
        _process.BeginOutputReadLine();
    }

    public int Port { get; } = FreePort();
    public int GrpcPort { get; } = FreePort();
    public int Id => _process.Id;

    public static async Task<ServedApi> Start()
    {
        var data = Platform.Setting("MAAS_DATA");
        var api = new ServedApi(Path.Combine("artifacts", "bin", "MaaS.Api", "release", "MaaS.Api.dll"),
        [
            ("ConnectionStrings__maas", Platform.Setting("ConnectionStrings__maas")),
            ("ConnectionStrings__artifacts", new Uri(Path.Combine(data, "artifacts")).AbsoluteUri),
            ("Serving__CacheFolder", Path.Combine(data, "bench-models")),
        ]);
        using var http = new HttpClient();
        for (var watch = Stopwatch.StartNew(); ; await Task.Delay(100))
            try
            {
                if ((await http.GetAsync($"http://127.0.0.1:{api.Port}/health")).IsSuccessStatusCode)
                    return api;
            }
            catch (HttpRequestException) when (watch.Elapsed < TimeSpan.FromMinutes(2))
            {
                // It is still starting.
            }
    }

    public MaaSClient Client(string secret)
    {
        var http = new HttpClient { BaseAddress = new($"http://127.0.0.1:{Port}"), Timeout = TimeSpan.FromMinutes(5) };
        http.DefaultRequestHeaders.Authorization = new("Bearer", secret);
        return new(http);
    }

    /// <summary>Bytes of garbage ever made.</summary>
    public async Task<long> Allocated()
    {
        using var http = new HttpClient();
        var text = await http.GetStringAsync($"http://127.0.0.1:{_metrics}/metrics");
        return long.Parse(text.Split('\n').Single(line => line.StartsWith("dotnet_gc_allocated_bytes_total ", StringComparison.Ordinal)).Split(' ')[1], CultureInfo.InvariantCulture);
    }

    public async ValueTask DisposeAsync()
    {
        _process.Kill();
        await _process.WaitForExitAsync();
        _process.Dispose();
    }

    public static int FreePort()
    {
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        return ((IPEndPoint)listener.LocalEndpoint).Port;
    }
}
