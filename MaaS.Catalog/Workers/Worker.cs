// The row of a worker process.
using MaaS.Contracts.Workers;

namespace MaaS.Catalog.Workers;

public sealed class Worker
{
    public Guid Id { get; init; } = Guid.CreateVersion7();
    public required string Name { get; init; }
    public required IReadOnlyList<DeviceView> Devices { get; init; }
    public DateTimeOffset StartedAt { get; init; } = DateTimeOffset.UtcNow;
    public DateTimeOffset HeartbeatAt { get; set; } = DateTimeOffset.UtcNow;
}
