// Requests of a deployment that are kept to be looked at, because an admin asked for it: so many or so long, and without what is redacted.
using System.ComponentModel.DataAnnotations;
using System.Text.Json;

namespace MaaS.Contracts.Deployments;

/// <summary>Samples that an earlier sampling of the deployment kept are deleted when a new one starts.</summary>
/// <param name="Requests">Ends after so many that were answered.</param>
/// <param name="Minutes">Ends then in any case.</param>
/// <param name="Redact">
/// Columns whose values are not kept; what a later version takes beside those of today is not kept either. Null redacts everything but numbers
/// and yes or no; an empty list keeps all, texts that are answered included.
/// </param>
public sealed record StartSampling(
    [property: Range(1, 1000)] int Requests = 100,
    [property: Range(1, 1440)] int Minutes = 60,
    [property: MaxLength(2000)] IReadOnlyList<string>? Redact = null);

/// <param name="Columns">What the versions that serve now are asked with.</param>
/// <param name="Requests">That it is to take.</param>
/// <param name="Taken">So far; samples go after some days, this stays.</param>
/// <param name="Keeps">Columns whose values are kept.</param>
/// <param name="Redacts">Columns whose values are not.</param>
public sealed record SamplingView(
    SamplingState State, IReadOnlyList<SampledColumn> Columns, int Requests = 0, int Taken = 0, IReadOnlyList<string>? Keeps = null, IReadOnlyList<string>? Redacts = null,
    string? StartedBy = null, DateTimeOffset? StartedAt = null, DateTimeOffset? EndsAt = null);

/// <param name="IsKept">Whether a sampling keeps its values when it is not told what to redact.</param>
public sealed record SampledColumn(string Name, bool IsKept);

/// <summary>Off: there was none yet.</summary>
public enum SamplingState { Off, Running, Ended }

/// <summary>One request and its answer. A redacted value is the text <c>[redacted]</c>; a value too large to keep says how large it was.</summary>
/// <param name="RequestId">As the answer gave it; null where it gave none.</param>
/// <param name="Protocol">Which brought it.</param>
/// <param name="Rows">Of the request; the first hundred are kept.</param>
/// <param name="Asked">Rows, or the open protocol's inputs.</param>
/// <param name="Answered">Predictions, or the open protocol's outputs.</param>
public sealed record SampleView(
    Guid Id, DateTimeOffset At, string? RequestId, string Model, int Version, SampledProtocol Protocol, int Rows, JsonElement Asked, JsonElement Answered);

public enum SampledProtocol { Predict, OpenInference }
