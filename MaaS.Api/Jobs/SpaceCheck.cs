// Whether a search space can be searched: each of its ends and choices, put in its place, must be a training that could be submitted.
// So a search that starts does not fail on its seventh run for what could be known before the first.
using System.ComponentModel.DataAnnotations;
using System.Text.Json;
using MaaS.Api.Problems;
using MaaS.Contracts.Sweeps;
using MaaS.Contracts.Training;

namespace MaaS.Api.Jobs;

internal static class SpaceCheck
{
    private const int MostSettings = 20;

    /// <param name="check">The check of a training on the same data.</param>
    public static InvalidProblem? Of(SweepJob sweep, Func<TrainingSpec, InvalidProblem?> check)
    {
        if (sweep.Space.Count is 0 or > MostSettings)
            return Invalid($"space has {sweep.Space.Count} settings; 1 to {MostSettings} are allowed.");
        if (!sweep.Metric.StartsWith("val_", StringComparison.Ordinal))
            return new InvalidProblem("metric_not_searchable", $"metric is \"{sweep.Metric}\"; a search looks at figures of the validation rows, which begin with val_, such as val_loss.");
        foreach (var (path, range) in sweep.Space.Select(entry => (entry.Key, (SearchRange?)entry.Value)))
        {
            if (range is null)
                return Invalid($"space.{path} is null; give a range, such as {{\"type\": \"uniform\", \"min\": 0, \"max\": 1}}.");
            if (range.Fault() is { } fault)
                return Invalid($"space.{path} {fault}.");
            // Members are found whatever their case: "Split" would set another team's test file past the check of the request's own.
            if (path.ToLowerInvariant() is "task" or "from" || path.StartsWith("split", StringComparison.OrdinalIgnoreCase))
                return Invalid($"space.{path} is not searched over: runs with different tasks, splits or beginnings cannot be compared.");
            if (sweep.Method == SearchMethod.Grid && range.Count is null)
                return Invalid($"space.{path} is a continuum, of which a grid has no end; give choices or whole numbers, or choose random or tpe as the method.");
            foreach (var value in Probes(range))
                if (Wrong(sweep, path, value, check) is { } wrong)
                    return wrong;
        }
        return null;
    }

    private static IEnumerable<JsonElement> Probes(SearchRange range) => range is ChoiceRange choice ? choice.Values : [range.At(0), range.At(1)];

    private static InvalidProblem? Wrong(SweepJob sweep, string path, JsonElement value, Func<TrainingSpec, InvalidProblem?> check)
    {
        // A setting inside an object that is itself searched over stands in one of its choices.
        var values = sweep.Space.Where(other => path.StartsWith($"{other.Key}.", StringComparison.Ordinal)).ToDictionary(other => other.Key, other => other.Value.At(0));
        values[path] = value;
        TrainingSpec varied;
        try
        {
            varied = sweep.With(values);
        }
        catch (Exception misfit) when (misfit is JsonException or NotSupportedException)
        {
            return Invalid($"space.{path} cannot be {value}: {(misfit is JsonException { Path: null } ? $"{misfit.Message}." : JsonSentences.Of(misfit))}");
        }
        return Faults(varied, "training").FirstOrDefault() is { } fault ? Invalid($"space.{path} cannot be {value}: {fault}") : check(varied);
    }

    /// <summary>What the annotations of a record and of the records in it say against it.</summary>
    private static IEnumerable<string> Faults(object record, string name) =>
        from property in record.GetType().GetProperties()
        where property.GetIndexParameters().Length == 0
        let field = $"{name}.{JsonNamingPolicy.SnakeCaseLower.ConvertName(property.Name)}"
        let value = property.GetValue(record)
        from fault in property.GetCustomAttributes(typeof(ValidationAttribute), inherit: true).Cast<ValidationAttribute>()
            .Where(rule => !rule.IsValid(value)).Select(rule => rule.FormatErrorMessage(field))
            .Concat(value?.GetType().Namespace?.StartsWith("MaaS.", StringComparison.Ordinal) == true && value is not Enum ? Faults(value, field) : [])
        select fault;

    private static InvalidProblem Invalid(string sentence) => new("space_not_allowed", sentence);
}
