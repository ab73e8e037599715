// Where customers reach the API: told by setting, else where this process itself reaches it.
namespace MaaS.Web.Playground;

/// <summary>Only for text that people copy; calls go by service discovery.</summary>
public sealed class ApiAddress(IConfiguration configuration)
{
    public string Public { get; } =
        (configuration["MAAS_API_PUBLIC_ADDRESS"] ?? configuration["services:api:https:0"] ?? configuration["services:api:http:0"] ?? "http://localhost:8081").TrimEnd('/');
}
