// What is done to several runs at once: all of them or none.
using System.ComponentModel.DataAnnotations;

namespace MaaS.Contracts.Experiments;

public sealed record ChosenRuns([property: MinLength(1), MaxLength(ChosenRuns.Most)] IReadOnlyList<Guid> RunIds)
{
    public const int Most = 1000;
}

public sealed record MoveRuns(
    [property: MinLength(1), MaxLength(ChosenRuns.Most)] IReadOnlyList<Guid> RunIds,
    Guid ExperimentId);

/// <param name="Set">Tags that each run gets, or gets another value of.</param>
/// <param name="Remove">Names of tags that each run loses, each of at most 200 characters.</param>
public sealed record TagRuns(
    [property: MinLength(1), MaxLength(ChosenRuns.Most)] IReadOnlyList<Guid> RunIds,
    IReadOnlyDictionary<string, string>? Set = null,
    [property: MaxLength(50)] IReadOnlyList<string>? Remove = null);

/// <param name="Undo">What puts the runs back where they were, one request after the other.</param>
public sealed record MovedRuns(IReadOnlyList<MoveRuns> Undo);

/// <param name="Undo">What gives the runs the tags that they had, one request after the other.</param>
public sealed record TaggedRuns(IReadOnlyList<TagRuns> Undo);

/// <param name="Archived">False brings them back.</param>
public sealed record ArchiveRuns(
    [property: MinLength(1), MaxLength(ChosenRuns.Most)] IReadOnlyList<Guid> RunIds,
    bool Archived = true);
