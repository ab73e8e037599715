// The serving bars: `./maas bench serving` measures all of them, `./maas bench serving tiny large` only those whose name begins so.
// Load comes from another process; figures are the server's processor time for a request, medians of five; what they are compared with
// is measured in the same run.
using System.Diagnostics;
using MaaS.Catalog;
using MaaS.Catalog.Artifacts;
using MaaS.Catalog.Models;
using MaaS.Contracts;
using MaaS.Contracts.Deployments;
using MaaS.Contracts.Teams;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;

namespace MaaS.Benchmarks.Serving;

internal sealed class ServingBench
{
    private const int Rounds = 5;
    private static readonly double s_seconds = double.Parse(Environment.GetEnvironmentVariable("MAAS_BENCH_SECONDS") ?? "4", System.Globalization.CultureInfo.InvariantCulture);

    public static async Task<int> Run(IReadOnlyCollection<string> chosen)
    {
        var results = new Results("serving").KeepEarlier();
        var folder = Directory.CreateTempSubdirectory("maas-bench-serving-").FullName;
        var client = await Platform.SignIn();
        var key = (await client.CreateApiKey(new CreateApiKey($"bench {Guid.NewGuid()}", Role.Admin))).Secret;
        await using var api = await ServedApi.Start();
        var tiny = Perceptron.Tiny.Write(folder);
        await Register(client, Perceptron.Tiny, tiny, folder);
        var served = api.Client(key);
        await served.Deploy(new CreateDeployment("tiny", [new("tiny", 1)]));

        if (chosen.Contains("hold"))
        {
            Http("/tmp/devbench", "binary.req", Perceptron.Tiny.HttpRequest("tiny", key, true));
            Http("/tmp/devbench", "json.req", Perceptron.Tiny.HttpRequest("tiny", key, false));
            await File.WriteAllTextAsync("/tmp/devbench/held", $"{api.Port} {api.Id} {key} {api.GrpcPort}");
            await Task.Delay(TimeSpan.FromMinutes(60));
        }
        var raw = RawRuntime.MicrosecondsPerRow(tiny, Perceptron.Tiny, 1);
        Console.WriteLine($"raw tiny {raw:0.00} us");
        var noop = await Noop(folder);
        Console.WriteLine($"noop {noop}");
        var binary = await Measure(api, Http(folder, "binary", Perceptron.Tiny.HttpRequest("tiny", key, true)), 16);
        Console.WriteLine($"binary {binary}");
        var json = await Measure(api, Http(folder, "json", Perceptron.Tiny.HttpRequest("tiny", key, false)), 16);
        Console.WriteLine($"json {json}");
        results.Add("tiny.binary.vs_raw", raw / binary.ServerMicroseconds, "share", ">= 0.25");
        results.Add("tiny.json.vs_raw", raw / json.ServerMicroseconds, "share", ">= 0.18");
        results.Add("tiny.vs_kestrel_noop", binary.ServerMicroseconds / (noop.ServerMicroseconds + raw), "times", "<= 1.25");
        results.Save();
        Directory.Delete(folder, recursive: true);
        return 0;
    }

    private static string Http(string folder, string name, byte[] request)
    {
        var path = Path.Combine(folder, name);
        File.WriteAllBytes(path, request);
        return path;
    }

    private static async Task<LoadReport> Measure(ServedApi api, string request, int connections)
    {
        var reports = new List<LoadReport>();
        for (var i = 0; i < Rounds; i++)
        {
            var before = await api.Allocated();
            reports.Add(await LoadReport.Of(new(api.Port, false, request, "", connections, s_seconds, api.Id)));
            Console.WriteLine($"   {reports[^1]} alloc {(await api.Allocated() - before) / reports[^1].Sent}");
        }
        return reports.OrderBy(report => report.ServerMicroseconds).ElementAt(Rounds / 2);
    }

    private static async Task<LoadReport> Noop(string folder)
    {
        var port = ServedApi.FreePort();
        using var server = Process.Start(new ProcessStartInfo("dotnet", [typeof(ServingBench).Assembly.Location, "serving-noop", $"{port}"]))!;
        await Task.Delay(3000);
        using var http = new HttpClient();
        var body = new byte[256];
        var request = Http(folder, "noop", [.. System.Text.Encoding.ASCII.GetBytes("POST /echo HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Length: 256\r\n\r\n"), .. body]);
        var reports = new List<LoadReport>();
        for (var i = 0; i < Rounds; i++)
        {
            var before = long.Parse(await http.GetStringAsync($"http://127.0.0.1:{port}/allocated"));
            reports.Add(await LoadReport.Of(new(port, false, request, "", 16, s_seconds, server.Id)));
            Console.WriteLine($"   {reports[^1]} alloc {(long.Parse(await http.GetStringAsync($"http://127.0.0.1:{port}/allocated")) - before) / reports[^1].Sent}");
        }
        server.Kill();
        return reports.OrderBy(report => report.ServerMicroseconds).ElementAt(Rounds / 2);
    }

    private static async Task Register(MaaSClient client, Perceptron network, string onnx, string folder)
    {
        var configuration = new ConfigurationBuilder().AddInMemoryCollection(new Dictionary<string, string?>
        {
            ["ConnectionStrings:maas"] = Platform.Setting("ConnectionStrings__maas"),
            ["ConnectionStrings:artifacts"] = new Uri(Path.Combine(Platform.Setting("MAAS_DATA"), "artifacts")).AbsoluteUri,
        }).Build();
        await using var services = new ServiceCollection().AddLogging().AddSingleton(TimeProvider.System).AddCatalog(configuration).BuildServiceProvider();
        var store = services.GetRequiredService<ArtifactStore>();
        await using var context = services.GetRequiredService<IDbContextFactory<CatalogContext>>().CreateDbContext();
        var package = Path.Combine(folder, $"package-{network.Name}");
        network.WritePackage(onnx, package);
        var team = (await client.WhoAmI()).Team.Id;
        var model = new Model { TeamId = team, Name = network.Name, LastNumber = 1 };
        var version = new ModelVersion { TeamId = team, Number = 1, Bytes = 1, CreatedBy = "bench", Manifest = System.Text.Json.JsonSerializer.Deserialize<MaaS.Contracts.Models.ModelManifest>(await File.ReadAllTextAsync(Path.Combine(package, "model.json")), MaaSJson.Options)! };
        foreach (var file in Directory.GetFiles(package))
        {
            await using var stream = File.OpenRead(file);
            var (sha, bytes) = await store.Write(stream, 1 << 30, default);
            version.Files.Add(new ModelFile { Path = Path.GetFileName(file), Sha256 = sha, Bytes = bytes });
        }
        model.Versions.Add(version);
        context.Models.Add(model);
        await context.SaveChangesAsync();
    }
}
