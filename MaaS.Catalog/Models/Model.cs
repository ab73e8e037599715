// Rows of models, their immutable versions with files, and aliases.
using MaaS.Catalog.Deployments;
using MaaS.Contracts.Models;

namespace MaaS.Catalog.Models;

public sealed class Model
{
    public Guid Id { get; init; } = Guid.CreateVersion7();
    public required Guid TeamId { get; init; }
    public required string Name { get; init; }
    public string? Description { get; set; }

    /// <summary>The newest number ever given; a deleted version's number is not given again.</summary>
    public int LastNumber { get; set; }
    public DateTimeOffset CreatedAt { get; init; } = DateTimeOffset.UtcNow;
    public List<ModelVersion> Versions { get; } = [];
    public List<ModelAlias> Aliases { get; } = [];
}

public sealed class ModelVersion
{
    public Guid Id { get; init; } = Guid.CreateVersion7();
    public required Guid TeamId { get; init; }
    public Guid ModelId { get; init; }
    public Model Model { get; init; } = null!;
    public required int Number { get; init; }
    public required ModelManifest Manifest { get; init; }
    public required long Bytes { get; init; }
    public Guid? RunId { get; init; }
    public required string CreatedBy { get; init; }
    public DateTimeOffset CreatedAt { get; init; } = DateTimeOffset.UtcNow;
    public List<ModelFile> Files { get; } = [];
    public List<ModelAlias> Aliases { get; } = [];
    public List<LoadMark> LoadMarks { get; } = [];
    public List<VersionApproval> Approvals { get; } = [];
}

/// <summary>A file of the package, or an export: made of it later, and no part of it. The bytes are a blob of the artifact store.</summary>
public sealed class ModelFile
{
    /// <summary>The path of the export; no package has a file of this name.</summary>
    public const string Hdf5 = "weights.h5";

    public Guid VersionId { get; init; }
    public required string Path { get; init; }
    public required string Sha256 { get; init; }
    public required long Bytes { get; init; }
}

public sealed class ModelAlias
{
    public required Guid ModelId { get; init; }
    public required string Name { get; init; }
    public required Guid VersionId { get; set; }
    public ModelVersion Version { get; init; } = null!;
}
