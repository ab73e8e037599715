// A model is a name in the catalog; a version is one immutable package under it; an alias points to a version.
using System.ComponentModel.DataAnnotations;

namespace MaaS.Contracts.Models;

public sealed record ModelView(
    Guid Id,
    string Name,
    string? Description,
    ModelVersionView? Latest,
    IReadOnlyDictionary<string, int> Aliases,
    DateTimeOffset CreatedAt);

/// <param name="Bytes">Of the whole package.</param>
/// <param name="RunId">The run it came from; null once that run was deleted.</param>
/// <param name="QuarantinedAt">When a server process ended while it loaded this version; it is not loaded again until the quarantine is lifted. Null: it is not in quarantine.</param>
/// <param name="Approval">What became of the newest request for approval; null when there was none.</param>
public sealed record ModelVersionView(
    Guid Id,
    string Model,
    int Number,
    ModelManifest Manifest,
    long Bytes,
    Guid? RunId,
    IReadOnlyList<string> Aliases,
    string CreatedBy,
    DateTimeOffset CreatedAt,
    DateTimeOffset? QuarantinedAt = null,
    ApprovalState? Approval = null);

/// <summary>Registers the package of a successful run as the next version; the model is made when there is none.</summary>
public sealed record RegisterVersion(Guid RunId);

public sealed record UpdateModel([property: StringLength(2000)] string? Description);

/// <summary>Points an alias (<c>champion</c>) to a version.</summary>
public sealed record SetAlias([property: Range(1, int.MaxValue)] int Version);
