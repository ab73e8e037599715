// maas.http is documentation that people send request by request, so it is sent here from top to bottom: to the AppHost, with a real worker
// behind it. And it is complete: no operation of the API and no call of the open protocol is missing.
using System.Text.Json.Nodes;
using System.Text.RegularExpressions;
using MaaS.EndToEnd.Tests.AppHost;
using MaaS.EndToEnd.Tests.Portal;

namespace MaaS.EndToEnd.Tests.Api;

public sealed class HttpFileTests : IDisposable
{
    // What is no operation of the OpenAPI document: the open protocol has a specification of its own, and the rest is not an API.
    private static readonly string[] _beside =
    [
        "GET /v2", "GET /v2/health/live", "GET /v2/health/ready", "GET /v2/models/stats",
        "GET /v2/models/{model}", "GET /v2/models/{model}/ready", "GET /v2/models/{model}/config", "GET /v2/models/{model}/stats",
        "GET /v2/models/{model}/versions/{version}",
        "POST /v2/models/{model}/infer", "POST /v2/models/{model}/versions/{version}/infer",
        "POST /v2/repository/index", "POST /v2/repository/models/{model}/load", "POST /v2/repository/models/{model}/unload",
        "GET /health", "GET /alive", "GET /metrics", "GET /openapi/v1.json", "GET /scalar",
    ];

    private readonly string _data = Directory.CreateTempSubdirectory("maas-test-").FullName;

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    public void Dispose() => Directory.Delete(_data, recursive: true);

    [Fact]
    public async Task Every_request_of_the_file_is_answered_as_it_says()
    {
        var (file, metricsPort) = (await Read(), AppHostRun.FreePort());
        await using var run = await AppHostRun.Up(
            _data, ("MAAS_ADMIN_EMAIL", file.Variables["email"]), ("MAAS_ADMIN_PASSWORD", file.Variables["password"]), ("MAAS_API_METRICS_PORT", $"{metricsPort}"));
        using var http = new HttpClient { Timeout = TimeSpan.FromMinutes(5) };
        HttpFileSession session = null!;
        session = new(file, http, new Dictionary<string, Func<string>>
        {
            ["api"] = () => run.Address("api").GetLeftPart(UriPartial.Authority),
            ["metrics"] = () => $"http://127.0.0.1:{metricsPort}",
            ["code"] = () => AuthenticatorApp.Code(session.Value("authenticator.response.body.secret")),
        });

        foreach (var request in file.Requests)
            if (await session.Send(request, Token) is { } wrong)
                Assert.Fail($"{wrong}\n{string.Join('\n', run.Output.TakeLast(40))}");
    }

    [Fact]
    public async Task Every_operation_of_the_API_is_in_the_file()
    {
        var file = await Read();
        await using var run = await AppHostRun.Up(_data);
        using var http = new HttpClient { BaseAddress = run.Address("api") };
        var document = JsonNode.Parse(await http.GetStringAsync("openapi/v1.json", Token))!;
        var operations = document["paths"]!.AsObject()
            .SelectMany(path => path.Value!.AsObject().Select(operation => $"{operation.Key.ToUpperInvariant()} {path.Key}")).Concat(_beside).ToList();
        Assert.True(operations.Count > 100);

        var sent = file.Requests.Select(request => Operation(operations, request)).ToHashSet();

        var missing = operations.Where(operation => !sent.Contains(operation)).ToList();
        Assert.True(missing.Count == 0, $"maas.http lacks {string.Join(", ", missing)}");
    }

    /// <summary>Of several that fit, the one that leaves least open: runs/rows is not the run of this id.</summary>
    private static string? Operation(IReadOnlyList<string> operations, HttpFileRequest request)
    {
        var address = Regex.Replace(request.Address.Split('?')[0], @"^\{\{\w+\}\}", "");
        var call = $"{request.Method} {Regex.Replace(address, @"\{\{[^}]+\}\}", "0")}";
        return operations.Where(operation => Regex.IsMatch(call, Pattern(operation))).MinBy(operation => operation.Count(letter => letter == '{'));
    }

    private static string Pattern(string operation) =>
        $"^{Regex.Replace(operation.Replace(".", @"\.", StringComparison.Ordinal), @"\{\w+\}", match => match.Value == "{path}" ? ".+" : "[^/]+")}$";

    private static async Task<HttpFile> Read()
    {
        var folder = new DirectoryInfo(AppContext.BaseDirectory);
        while (!File.Exists(Path.Combine(folder.FullName, "maas.http")))
            folder = folder.Parent!;
        return await HttpFile.Read(Path.Combine(folder.FullName, "maas.http"), Token);
    }
}
