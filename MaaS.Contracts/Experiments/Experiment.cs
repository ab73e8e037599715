// An experiment groups runs that answer one question, and stands in a folder: a path that exists as long as something is in it.
using System.ComponentModel.DataAnnotations;

namespace MaaS.Contracts.Experiments;

/// <param name="Folder"><c>vision/fashion</c>; empty at the top.</param>
public sealed record ExperimentView(
    Guid Id, string Name, string? Description, DateTimeOffset CreatedAt, int RunCount, DateTimeOffset? LastRunAt, string Folder = "");

/// <summary>Creates an experiment, or replaces the name and description of one.</summary>
/// <param name="Folder">Null leaves it where it is; a new one is at the top.</param>
public sealed record SaveExperiment(
    [property: Required, StringLength(100, MinimumLength = 1)] string Name,
    [property: StringLength(2000)] string? Description = null,
    [property: FolderPath] string? Folder = null);

/// <param name="Folder">Where they go; empty is the top.</param>
public sealed record MoveExperiments(
    [property: MinLength(1), MaxLength(1000)] IReadOnlyList<Guid> ExperimentIds,
    [property: FolderPath] string Folder);

/// <summary>Gives a folder another path, and with it everything below: <c>vision</c> to <c>images/old</c> makes <c>vision/fashion</c> <c>images/old/fashion</c>.</summary>
/// <param name="To">A folder that is there already takes everything in.</param>
public sealed record RenameFolder(
    [property: Required, FolderPath] string Folder,
    [property: Required, FolderPath] string To);

/// <summary>Up to eight names with slashes between them, each of 1 to 60 characters; or empty, the top.</summary>
[AttributeUsage(AttributeTargets.Property | AttributeTargets.Parameter)]
public sealed class FolderPathAttribute() : RegularExpressionAttribute($"^({Name}(/{Name}){{0,7}})?$")
{
    private const string Name = @"[^/\s\p{C}]([^/\p{C}]{0,58}[^/\s\p{C}])?";

    public override string FormatErrorMessage(string name) =>
        $"{name} must be up to eight names with '/' between them, like vision/fashion; each of 1 to 60 characters, without spaces at its ends.";
}
