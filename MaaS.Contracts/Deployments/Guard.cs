// What a new revision must keep to: when it does not, the deployment goes back to the revision before by itself.
using System.ComponentModel.DataAnnotations;

namespace MaaS.Contracts.Deployments;

/// <summary>Watches the versions that a revision gave more traffic than the revision before; where it gave none more, all of them.</summary>
/// <param name="MaxErrorPercent">Of a version's requests, that may go unanswered by the server's or the model's fault: it fails, is stopped, or has no time. What is wrong with a request itself does not count.</param>
/// <param name="MaxP99Ms">That 99 of 100 answers of a version must keep to.</param>
/// <param name="MaxDisagreementPercent">Of a version's requests that are computed by the version it took most traffic from too, as a shadow: how many may be answered otherwise.</param>
/// <param name="MinRequests">Of a version, before it is judged; for its disagreement, so many that were compared.</param>
/// <param name="Minutes">After the revision was made, that it watches.</param>
/// <param name="ComparedPercent">Of a version's requests, that are compared.</param>
public sealed record Guard(
    [property: Range(0.0, 100.0)] double? MaxErrorPercent = null,
    [property: Range(0.1, 600_000.0)] double? MaxP99Ms = null,
    [property: Range(0.0, 100.0)] double? MaxDisagreementPercent = null,
    [property: Range(1, 1_000_000)] int MinRequests = 100,
    [property: Range(1, 10_080)] int Minutes = 60,
    [property: Range(1, 100)] int ComparedPercent = 10);
