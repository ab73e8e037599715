// An experiment groups runs that answer one question.
using System.ComponentModel.DataAnnotations;

namespace MaaS.Contracts.Experiments;

public sealed record ExperimentView(
    Guid Id, string Name, string? Description, DateTimeOffset CreatedAt, int RunCount, DateTimeOffset? LastRunAt);

/// <summary>Creates an experiment, or replaces the name and description of one.</summary>
public sealed record SaveExperiment(
    [property: Required, StringLength(100, MinimumLength = 1)] string Name,
    [property: StringLength(2000)] string? Description = null);
