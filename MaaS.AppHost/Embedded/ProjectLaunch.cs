// How one replica of a service is started, and how it is known to be healthy. The contract with the service is its environment.
using System.Diagnostics;

namespace MaaS.AppHost.Embedded;

internal sealed class ProjectLaunch(ProjectResource project, int replica)
{
    private static readonly HttpClient _http = new() { Timeout = TimeSpan.FromSeconds(2) };

    private readonly string _name = project.Replicas == 1 ? project.Name : $"{project.Name}-{replica}";

    // Replicas share a machine, so only the first can have the endpoint's own port.
    private readonly Dictionary<EndpointAnnotation, int> _ports =
        project.Endpoints.ToDictionary(endpoint => endpoint, endpoint => replica == 1 ? endpoint.Port!.Value : Ports.AnyFree());

    public ServiceProcess Supervised(IReadOnlyList<ServiceProcess> waitsFor) => new(_name)
    {
        Command = Command,
        IsHealthy = _ => Answers(),
        WaitsFor = waitsFor,
    };

    private ProcessStartInfo Command()
    {
        var command = Launch.Command(project.Project.Folder, null, Launch.Terminate, Launch.Dotnet, project.Project.Program);
        var environment = command.Environment;
        foreach (var (name, value) in project.Project.Variables)
            environment.TryAdd(name, value);
        foreach (var (name, value) in project.Environment.SelectMany(variables => variables()))
            environment[name] = value;
        foreach (var endpoint in project.Endpoints.Where(endpoint => endpoint.TargetPortEnvironmentVariable is not null))
            environment[endpoint.TargetPortEnvironmentVariable!] = $"{_ports[endpoint]}";
        environment["ASPNETCORE_URLS"] = string.Join(';', project.Endpoints
            .Where(endpoint => endpoint.TargetPortEnvironmentVariable is null)
            .Select(endpoint => $"http://{ListenOn(endpoint)}:{_ports[endpoint]}"));
        environment["OTEL_SERVICE_NAME"] = project.Name;
        return command;
    }

    /// <summary>Loopback, unless the endpoint may be called from outside and the user opened it (<c>MAAS_LISTEN=0.0.0.0</c>).</summary>
    private static string ListenOn(EndpointAnnotation endpoint) =>
        endpoint.IsExternal && Environment.GetEnvironmentVariable("MAAS_LISTEN") is { Length: > 0 } address ? address : "127.0.0.1";

    private bool Answers()
    {
        if (project.HealthPath is null)
            return true;
        try
        {
            var address = $"http://127.0.0.1:{_ports[project.Endpoint("http")]}{project.HealthPath}";
            using var question = new HttpRequestMessage(HttpMethod.Get, address);
            using var answer = _http.Send(question);
            return answer.IsSuccessStatusCode;
        }
        catch (Exception e) when (e is HttpRequestException or TaskCanceledException)
        {
            return false; // not listening yet, or too busy starting
        }
    }
}
