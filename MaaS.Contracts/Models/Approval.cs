// A team may deploy only versions that an admin approved: somebody asks with a note, an admin decides with another.
using System.ComponentModel.DataAnnotations;

namespace MaaS.Contracts.Models;

public enum ApprovalState { Pending, Approved, Rejected }

/// <summary>One request for approval, and what became of it.</summary>
/// <param name="Note">What speaks for the version.</param>
/// <param name="DecidedBy">Null while it is pending.</param>
/// <param name="Decision">Why it was approved or rejected.</param>
public sealed record ApprovalView(
    Guid Id,
    string Model,
    int Version,
    ApprovalState State,
    string RequestedBy,
    DateTimeOffset RequestedAt,
    string Note,
    string? DecidedBy = null,
    DateTimeOffset? DecidedAt = null,
    string? Decision = null);

public sealed record RequestApproval([property: Required, StringLength(2000, MinimumLength = 1)] string Note);

/// <param name="Approve">False rejects.</param>
public sealed record DecideApproval(bool Approve, [property: Required, StringLength(2000, MinimumLength = 1)] string Note);

/// <param name="Needed">Whether a version must be approved before a deployment may send it traffic.</param>
public sealed record ApprovalRule(bool Needed);
