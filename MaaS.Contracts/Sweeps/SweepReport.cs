// How far a sweep has come: what its page shows, and what it goes on from after a crash.
using System.Text.Json;

namespace MaaS.Contracts.Sweeps;

/// <param name="Trials">In the order they began.</param>
/// <param name="Importance">Share of the objective's variance that each setting explains alone, 0 to 1; empty while there is too little to tell.</param>
public sealed record SweepReport(IReadOnlyList<Trial> Trials, Guid? BestRunId, IReadOnlyDictionary<string, double> Importance)
{
    public static SweepReport Empty { get; } = new([], null, new Dictionary<string, double>());
}

/// <summary>One run of a sweep.</summary>
/// <param name="Values">The settings that were varied.</param>
/// <param name="Objective">The best value of the sweep's metric so far; null before the first.</param>
/// <param name="Epochs">How often it was measured.</param>
public sealed record Trial(
    int Number, Guid RunId, Guid JobId, string RunName, IReadOnlyDictionary<string, JsonElement> Values, TrialState State, double? Objective = null, int Epochs = 0);

/// <summary>Stopped: it was among the weak at a rung. The others are how its job ended.</summary>
public enum TrialState { Open, Succeeded, Stopped, Failed, Canceled }
