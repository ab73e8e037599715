// The row of an experiment.
namespace MaaS.Catalog.Experiments;

public sealed class Experiment
{
    public Guid Id { get; init; } = Guid.CreateVersion7();
    public required Guid TeamId { get; init; }
    public required string Name { get; set; }
    public string? Description { get; set; }

    /// <summary>Names with slashes between them; empty at the top.</summary>
    public string Folder { get; set; } = "";
    public DateTimeOffset CreatedAt { get; init; } = DateTimeOffset.UtcNow;
    public List<Run> Runs { get; } = [];
}
