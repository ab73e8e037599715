// Rows of requests for approval of versions. A version is approved when one of its requests was.
using MaaS.Contracts.Models;

namespace MaaS.Catalog.Models;

public sealed class VersionApproval
{
    public Guid Id { get; init; } = Guid.CreateVersion7();
    public required Guid TeamId { get; init; }
    public required Guid VersionId { get; init; }
    public ModelVersion Version { get; init; } = null!;
    public ApprovalState State { get; set; }
    public required string RequestedBy { get; init; }

    /// <summary>The person behind it: of a key's request whoever made the key. They do not approve it themselves.</summary>
    public required string Requester { get; init; }
    public DateTimeOffset RequestedAt { get; init; } = DateTimeOffset.UtcNow;
    public required string Note { get; init; }
    public string? DecidedBy { get; set; }
    public DateTimeOffset? DecidedAt { get; set; }
    public string? Decision { get; set; }
}
