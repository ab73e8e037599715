// What every serving case needs: a key, an API in a process of its own, models brought in as a customer brings them, and load.
using MaaS.Contracts;
using MaaS.Contracts.Deployments;
using MaaS.Contracts.Teams;

namespace MaaS.Benchmarks.Serving;

internal sealed class ServingRig : IAsyncDisposable
{
    private const int Rounds = 5;

    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("maas-bench-serving-");
    private readonly MaaSClient _platform;

    private ServingRig(MaaSClient platform, string key, ServedApi api) => (_platform, Key, Api, Client) = (platform, key, api, api.Client(key));

    public string Key { get; }
    public ServedApi Api { get; }

    /// <summary>Of the API that is measured.</summary>
    public MaaSClient Client { get; }

    public string Folder => _folder.FullName;

    public static async Task<ServingRig> Start()
    {
        var platform = await Platform.SignIn();
        var key = await platform.CreateApiKey(new CreateApiKey($"bench {Guid.NewGuid()}", Role.Admin));
        return new(platform, key.Secret, await ServedApi.Start());
    }

    /// <summary>Brings a network in as the model of its name.</summary>
    /// <returns>Its file.</returns>
    public async Task<string> Import(Perceptron network)
    {
        var path = network.Write(Folder);
        await using var file = File.OpenRead(path);
        await Platform.Finished(_platform, (await _platform.ImportModel(network.Name, Path.GetFileName(path), file)).Id);
        return path;
    }

    public Task Deploy(string name, Perceptron network, Batching? batching = null) =>
        Client.Deploy(new CreateDeployment(name, [new(network.Name, 1)], Batching: batching));

    /// <summary>As it was deployed before, when it was.</summary>
    public async Task DeployOnce(string name, Perceptron network)
    {
        if ((await Client.Deployments()).Items.Any(deployment => deployment.Name == name))
            return;
        await Import(network);
        await Deploy(name, network);
    }

    /// <summary>Brings a paused deployment's versions into memory, by the open protocol.</summary>
    public async Task LoadModel(string name)
    {
        using var http = new HttpClient { BaseAddress = new($"http://127.0.0.1:{Api.Port}") };
        http.DefaultRequestHeaders.Authorization = new("Bearer", Key);
        (await http.PostAsync($"v2/repository/models/{name}/load", null)).EnsureSuccessStatusCode();
    }

    public Task<LoadReport> Http(byte[] request, int connections, double rate = 0) => Median(Plan(request, connections) with { Rate = rate });

    public Task<LoadReport> Grpc(byte[] message, int connections, int streams) =>
        Median(Plan(message, connections) with { Port = Api.GrpcPort, Streams = streams });

    /// <summary>A plan for the API, its request in a file.</summary>
    public LoadPlan Plan(byte[] request, int connections)
    {
        var path = Path.Combine(Folder, $"{Guid.NewGuid():n}.request");
        File.WriteAllBytes(path, request);
        return new(Api.Port, path, Key, connections, Api.Id);
    }

    /// <summary>Runs a plan once until everything is compiled, and then five times; the one in the middle by the server's time.</summary>
    public static async Task<LoadReport> Median(LoadPlan plan)
    {
        await LoadReport.Of(plan with { WarmUpSeconds = 8, Seconds = 0.5 });
        var reports = new List<LoadReport>();
        for (var i = 0; i < Rounds; i++)
            reports.Add(await LoadReport.Of(plan));
        if (reports.Sum(report => report.Failed) is var failed and > 0)
            throw new InvalidOperationException($"{failed} requests failed under load.");
        return reports.OrderBy(report => report.ServerMicroseconds).ElementAt(Rounds / 2);
    }

    public async ValueTask DisposeAsync()
    {
        await Api.DisposeAsync();
        _folder.Delete(recursive: true);
    }
}
