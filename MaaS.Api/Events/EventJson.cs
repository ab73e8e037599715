// An event as it stands on the wire.
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using MaaS.Contracts;
using MaaS.Contracts.Events;

namespace MaaS.Api.Events;

internal static class EventJson
{
    public static string Of(LiveEvent item) => JsonSerializer.Serialize(item, MaaSJson.Options);

    /// <summary>Two states with one hash are taken for the same: of 2^64.</summary>
    public static string Hash(string json) => Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(json)).AsSpan(0, 8));

    public static string Name(LiveEvent item) => item switch
    {
        JobStateEvent => "state",
        JobMetricsEvent => "metrics",
        JobLogEvent => "log",
        TeamJobsEvent => "jobs",
        UnreadEvent => "notifications",
        DeploymentsEvent => "deployments",
        WorkersEvent => "workers",
        ChangedEvent => "changed",
        GoneEvent => "gone",
        _ => "message",
    };
}
