// A worker is a process that claims jobs; it registers with its devices and beats.
namespace MaaS.Contracts.Workers;

/// <param name="Alive">Whether it beat within the last minute.</param>
public sealed record WorkerView(
    Guid Id, string Name, IReadOnlyList<DeviceView> Devices, int RunningJobs, bool Alive, DateTimeOffset StartedAt, DateTimeOffset HeartbeatAt);

/// <param name="Kind"><c>cpu</c> or <c>cuda</c>.</param>
/// <param name="Detail">For a CPU its model and cores; for a GPU its name.</param>
public sealed record DeviceView(string Kind, int Index, string Detail, long MemoryBytes);
