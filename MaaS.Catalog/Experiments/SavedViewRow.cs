// The row of a view of runs that a team keeps under a name.
using MaaS.Contracts.Experiments;

namespace MaaS.Catalog.Experiments;

public sealed class SavedViewRow
{
    public Guid Id { get; init; } = Guid.CreateVersion7();
    public required Guid TeamId { get; init; }
    public required string Name { get; set; }
    public Guid? ExperimentId { get; set; }
    public required RunTable Table { get; set; }
    public required string CreatedBy { get; init; }
    public DateTimeOffset CreatedAt { get; init; } = DateTimeOffset.UtcNow;
}
