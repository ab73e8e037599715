// The real API as its own process on a real PostgreSQL, started once for all tests of the "api" collection, with no mercy for
// what is in its way: real HTTP, real files. Tests keep apart by making teams of their own.
using System.Diagnostics;
using System.Globalization;
using System.Net;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
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
    private readonly X509Certificate2 _certificate = SelfSigned();
    private ApiServer? _beside;
    private string _database = "";
    private (string Name, string Value)[] _settings = [];
    private Process? _process;
    private ServiceProvider? _catalog;

    public Uri Address => _address.Task.Result;

    /// <summary>Of the HTTP/2 port, for gRPC.</summary>
    public Uri GrpcAddress { get; } = new($"http://127.0.0.1:{FreePort.Any()}");

    public Uri MetricsAddress { get; } = new($"http://127.0.0.1:{FreePort.Any()}");

    /// <summary>The catalog on the API's own database and files, for what a test has to put there or look up.</summary>
    public IServiceProvider Catalog => _catalog!;

    public DirectoryInfo Files => _beside?.Files ?? new(Path.Combine(_folder.FullName, "files"));

    /// <summary>A replica that starts replaces the link, for both.</summary>
    public string SetupLinkFile => Path.Combine((_beside?._folder ?? _folder).FullName, "setup-link");

    /// <summary>The one network that webhooks may go to although it is private; the rest of 127.0.0.0/8 is closed to them.</summary>
    public const string OpenAddress = "127.0.0.2";

    /// <summary>Trusted by the API, and by nobody else: for what a webhook calls.</summary>
    public X509Certificate2 Certificate => _beside?.Certificate ?? _certificate;

    /// <summary>Of the API itself, which is a child of the shell that guards it.</summary>
    public int ProcessId => int.Parse(File.ReadAllText($"/proc/{_process!.Id}/task/{_process.Id}/children").Trim(), CultureInfo.InvariantCulture);

    public async ValueTask InitializeAsync()
    {
        if (PostgresServer.Missing is not null)
            return;
        var database = _database = _beside?._database ?? (_database.Length > 0 ? _database : await postgres.CreateDatabase());
        Files.Create();
        await File.WriteAllTextAsync(CertificateFile, Certificate.ExportCertificatePem(), TestContext.Current.CancellationToken);
        _catalog = PostgresFixture.Services(database, Files.FullName);
        Start(new()
        {
            ["ConnectionStrings__maas"] = database,
            ["ConnectionStrings__artifacts"] = new Uri(Files.FullName).AbsoluteUri,
            ["ASPNETCORE_URLS"] = "http://127.0.0.1:0",
            ["MAAS_GRPC_PORT"] = $"{GrpcAddress.Port}",
            ["MAAS_METRICS_PORT"] = $"{MetricsAddress.Port}",
            ["Serving__CacheFolder"] = Path.Combine(_folder.FullName, "models"),
            ["Serving__MemoryMegabytes"] = $"{ModelMegabytes}",
            ["Serving__ShadowMegabytes"] = "1",
            ["Serving__SampleMegabytes"] = "2",
            ["Serving__RecordSeconds"] = "0.3",
            ["Teams__SignInsPerMinute"] = "1000",
            ["Notifications__PollSeconds"] = "0.2",
            ["Notifications__DriftSeconds"] = "0.2",
            ["Webhooks__AllowedNetworks"] = $"{OpenAddress}/32",
            ["SSL_CERT_FILE"] = CertificateFile,
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

    /// <summary>A server on a database of its own, which it makes its schema in. Whoever asks for it disposes it.</summary>
    public static async Task<ApiServer> On(string database, params (string Name, string Value)[] settings)
    {
        var server = new ApiServer(null!) { _database = database, _settings = settings };
        await server.InitializeAsync();
        return server;
    }

    /// <summary>Another server on the same database and files, with a memory of its own. Whoever asks for it disposes it.</summary>
    /// <param name="settings">Of its environment, beside those of every server here.</param>
    public async Task<ApiServer> Replica(params (string Name, string Value)[] settings)
    {
        var replica = new ApiServer(postgres) { _beside = this, _settings = settings };
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
        foreach (var (name, value) in _settings)
            start.Environment[name] = value;
        _process = Process.Start(start)!;
        _process.OutputDataReceived += (_, line) => Heard(line.Data);
        _process.ErrorDataReceived += (_, line) => Heard(line.Data);
        _process.BeginOutputReadLine();
        _process.BeginErrorReadLine();
    }

    /// <summary>What the API has written so far.</summary>
    public IReadOnlyList<string> Output
    {
        get
        {
            lock (_output)
                return [.. _output];
        }
    }

    private string CertificateFile => Path.Combine(_folder.FullName, "webhook-receiver.pem");

    private static X509Certificate2 SelfSigned()
    {
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var names = new SubjectAlternativeNameBuilder();
        names.AddIpAddress(IPAddress.Parse(OpenAddress));
        names.AddDnsName("localhost");
        var request = new CertificateRequest("CN=webhook receiver", key, HashAlgorithmName.SHA256);
        request.CertificateExtensions.Add(names.Build());
        return request.CreateSelfSigned(DateTimeOffset.UtcNow.AddDays(-1), DateTimeOffset.UtcNow.AddDays(1));
    }

    private void Heard(string? line)
    {
        const string listening = "Now listening on: ";
        if (line is null)
            return;
        lock (_output)
            _output.Add(line);
        if (line.IndexOf(listening, StringComparison.Ordinal) is var at and >= 0)
            _address.TrySetResult(new(line[(at + listening.Length)..].Replace("0.0.0.0", "127.0.0.1", StringComparison.Ordinal)));
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
        catch (Exception error) when (error is OperationCanceledException or HttpRequestException)
        {
            lock (_output)
                throw new InvalidOperationException($"The API did not become ready:\n{string.Join('\n', _output)}");
        }
    }
}
