// The row of a stored file, addressed by its content. Blobs have no owner: nouns point to them, and what nothing points to is swept.
namespace MaaS.Catalog.Artifacts;

public sealed class Blob
{
    public required string Sha256 { get; init; }
    public required long Bytes { get; init; }

    /// <summary>When it was last written; a blob younger than 24 h is never swept, so an upload under way is safe.</summary>
    public required DateTimeOffset WrittenAt { get; init; }
}
