// The real API as its own process on a real PostgreSQL, started once for all tests of the "api" collection, with no mercy for
// what is in its way: real HTTP, real files. Tests keep apart by making teams of their own.
using System.Diagnostics;
using System.Globalization;
using System.Net;
using System.Net.Sockets;
using MaaS.Catalog;
using MaaS.Contracts;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.DependencyInjection;
using Xunit;

namespace MaaS.Platform.Tests.Api;

[CollectionDefinition(Name)]
public sealed class ApiCollection : ICollectionFixture<ApiServer>
{
    public const string Name = "api";
}

public sealed class ApiServer(PostgresFixture postgres) : IAsyncLifetime
{
    // The API ends with this process, however that ends: the shell waits for its input to close.
    private const string Guardian = "\"$@\" </dev/null & api=$!; read -r _; kill $api; wait $api";

    /// <summary>Room for few of the tests' models, so that they come and go.</summary>
    public const int ModelMegabytes = 10;

    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("maas-test-api-");
    private readonly TaskCompletionSource<Uri> _address = new();
    private readonly List<string> _output = [];
    private ApiServer? _beside;
    private IReadOnlyDictionary<string, string> _settings = new Dictionary<string, string>();
    private string _database = "";
    private Process? _process;
    private ServiceProvider? _catalog;

    public Uri Address => _address.Task.Result;

    /// <summary>Of the HTTP/2 port, for gRPC.</summary>
    public Uri GrpcAddress { get; } = new($"http://127.0.0.1:{FreePort()}");

    public Uri MetricsAddress { get; } = new($"http://127.0.0.1:{FreePort()}");

    /// <summary>The catalog on the API's own database and files, for what a test has to put there or look up.</summary>
    public IServiceProvider Catalog => _catalog!;

    public DirectoryInfo Files => _beside?.Files ?? new(Path.Combine(_folder.FullName, "files"));

    /// <summary>A replica that starts replaces the link, for both.</summary>
    public string SetupLinkFile => Path.Combine((_beside?._folder ?? _folder).FullName, "setup-link");

    /// <summary>Of the API itself, which is a child of the shell that guards it.</summary>
    public int ProcessId => int.Parse(File.ReadAllText($"/proc/{_process!.Id}/task/{_process.Id}/children").Trim(), CultureInfo.InvariantCulture);

    public async ValueTask InitializeAsync()
    {
        if (PostgresServer.Missing is not null)
            return;
        var database = _database = _beside?._database ?? await postgres.CreateDatabase();
        Files.Create();
        _catalog = PostgresFixture.Services(database, Files.FullName);
        Start(new(_settings)
        {
            ["ConnectionStrings__maas"] = database,
            ["ConnectionStrings__artifacts"] = new Uri(Files.FullName).AbsoluteUri,
            ["ASPNETCORE_URLS"] = "http://127.0.0.1:0",
            ["MAAS_GRPC_PORT"] = $"{GrpcAddress.Port}",
            ["MAAS_METRICS_PORT"] = $"{MetricsAddress.Port}",
            ["Serving__CacheFolder"] = Path.Combine(_folder.FullName, "models"),
            ["Serving__MemoryMegabytes"] = $"{ModelMegabytes}",
            ["Serving__ShadowMegabytes"] = "1",
            ["Serving__RecordSeconds"] = "0.3",
            ["Teams__SignInsPerMinute"] = "1000",
            ["MAAS_SETUP_LINK_FILE"] = SetupLinkFile,
            ["MAAS_ADMIN_EMAIL"] = "",
        });
        await WaitUntilReady();
    }

    public async ValueTask DisposeAsync()
    {
        if (_process is not null)
        {
            _process.StandardInput.Close();
            await _process.WaitForExitAsync(CancellationToken.None);
        }
        if (_catalog is not null)
            await _catalog.DisposeAsync();
        _folder.Delete(recursive: true);
    }

    /// <summary>Another server on the same database and files, with a memory of its own. Whoever asks for it disposes it.</summary>
    /// <param name="settings">Of its environment, beside those of every server here.</param>
    public async Task<ApiServer> Replica(IReadOnlyDictionary<string, string>? settings = null)
    {
        var replica = new ApiServer(postgres) { _beside = this, _settings = settings ?? new Dictionary<string, string>() };
        await replica.InitializeAsync();
        return replica;
    }

    /// <summary>Plain HTTP, as a caller with this secret or as nobody.</summary>
    public HttpClient Http(string? secret)
    {
        var http = new HttpClient { BaseAddress = Address, Timeout = TimeSpan.FromMinutes(2) };
        if (secret is not null)
            http.DefaultRequestHeaders.Authorization = new("Bearer", secret);
        return http;
    }

    public MaaSClient Client(string? secret) => new(Http(secret));

    /// <summary>Names of the files of a version that this server has fetched to serve it.</summary>
    public IEnumerable<string> Cached(Guid version) => Directory.EnumerateFiles(Path.Combine(_folder.FullName, "models", $"{version}")).Select(path => Path.GetFileName(path));

    public CatalogContext Context() => Catalog.GetRequiredService<IDbContextFactory<CatalogContext>>().CreateDbContext();

    private void Start(Dictionary<string, string> environment)
    {
        var start = new ProcessStartInfo("/bin/sh") { RedirectStandardInput = true, RedirectStandardOutput = true, RedirectStandardError = true };
        foreach (var argument in (string[])["-c", Guardian, "guardian", "dotnet", Path.Combine(AppContext.BaseDirectory, "MaaS.Api.dll")])
            start.ArgumentList.Add(argument);
        start.WorkingDirectory = AppContext.BaseDirectory;
        foreach (var (name, value) in environment)
            start.Environment[name] = value;
        _process = Process.Start(start)!;
        _process.OutputDataReceived += (_, line) => Heard(line.Data);
        _process.ErrorDataReceived += (_, line) => Heard(line.Data);
        _process.BeginOutputReadLine();
        _process.BeginErrorReadLine();
    }

    private static int FreePort()
    {
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        return ((IPEndPoint)listener.LocalEndpoint).Port;
    }

    private void Heard(string? line)
    {
        const string listening = "Now listening on: ";
        if (line is null)
            return;
        lock (_output)
            _output.Add(line);
        if (line.IndexOf(listening, StringComparison.Ordinal) is var at and >= 0)
            _address.TrySetResult(new(line[(at + listening.Length)..]));
    }

    private async Task WaitUntilReady()
    {
        using var patience = new CancellationTokenSource(TimeSpan.FromMinutes(2));
        try
        {
            var address = await _address.Task.WaitAsync(patience.Token);
            using var http = new HttpClient { BaseAddress = address };
            while (!(await http.GetAsync("health", patience.Token)).IsSuccessStatusCode)
                await Task.Delay(100, patience.Token);
        }
        catch (OperationCanceledException)
        {
            lock (_output)
                throw new InvalidOperationException($"The API did not become ready:\n{string.Join('\n', _output)}");
        }
    }
}
