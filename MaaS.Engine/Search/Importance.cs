// How much each setting of a search mattered. Knows trials; nothing of how they were chosen.
using MaaS.Contracts.Sweeps;

namespace MaaS.Engine.Search;

public static class Importance
{
    private const int FewestTrials = 6;
    private const int MostGroups = 5;

    /// <summary>
    /// Omega squared (Hays 1963) of each setting alone: the share of the objective's variance between groups of alike values, less
    /// what chance would put there; 0 to 1. Numbers are grouped into quantiles. What two settings do only together is in neither.
    /// </summary>
    /// <returns>Empty with fewer than six measured trials.</returns>
    public static IReadOnlyDictionary<string, double> Of(SweepJob sweep, IReadOnlyList<Trial> trials)
    {
        var measured = trials.Where(trial => trial.Objective is { } value && double.IsFinite(value) && trial.State is TrialState.Succeeded or TrialState.Stopped).ToList();
        return measured.Count < FewestTrials
            ? new Dictionary<string, double>()
            : sweep.Space.ToDictionary(range => range.Key, range => Share(Groups(range.Key, range.Value, measured)));
    }

    private static List<double[]> Groups(string path, SearchRange range, List<Trial> trials)
    {
        var groups = Math.Min(MostGroups, trials.Count / 3);
        return range is ChoiceRange
            ? [.. trials.GroupBy(trial => trial.Values[path].GetRawText(), trial => trial.Objective!.Value).Select(group => group.ToArray())]
            : [.. trials.OrderBy(trial => range.PositionOf(trial.Values[path])).Select((trial, i) => (Group: i * groups / trials.Count, trial))
                .GroupBy(of => of.Group, of => of.trial.Objective!.Value).Select(group => group.ToArray())];
    }

    private static double Share(List<double[]> groups)
    {
        var count = groups.Sum(group => group.Length);
        var mean = groups.Sum(group => group.Sum()) / count;
        var total = groups.Sum(group => group.Sum(value => (value - mean) * (value - mean)));
        var between = groups.Sum(group => group.Length * Math.Pow(group.Average() - mean, 2));
        if (groups.Count < 2 || count <= groups.Count || total == 0)
            return 0;
        var within = (total - between) / (count - groups.Count);
        return Math.Clamp((between - (groups.Count - 1) * within) / (total + within), 0, 1);
    }
}
