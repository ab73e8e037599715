// What a run can be searched by, sorted by and shown in a column by: "name", "metrics.val_loss", "best.accuracy", "params.optimizer.beta1".
// The one spelling of it in addresses, saved views and the search language.
namespace MaaS.Contracts.Experiments;

public enum RunField
{
    Name,
    State,
    Created,
    Experiment,
    Folder,
    Duration,
    Metrics,
    Min,
    Max,
    Best,
    Params,
    Tags,
}

/// <param name="Key">Of a metric, parameter or tag; null for what every run has.</param>
public sealed record RunColumn(RunField Field, string? Key = null)
{
    private const int LongestKey = 250;

    public const string Spellings =
        "name, state, created, duration, experiment, folder, or metrics, min, max, best, params, tags followed by a dot and a key, as in metrics.val_loss";

    /// <summary>Whether it is about a metric's series: its last, smallest, largest or best value.</summary>
    public bool IsMetric => Field is RunField.Metrics or RunField.Min or RunField.Max or RunField.Best;

    public bool IsNumber => IsMetric || Field == RunField.Duration;

    /// <summary>Null when there is no such column.</summary>
    public static RunColumn? Parse(string text)
    {
        var dot = text.IndexOf('.', StringComparison.Ordinal);
        var name = dot < 0 ? text : text[..dot];
        if (Named(name) is not { } field)
            return null;
        var key = dot < 0 ? null : Unquoted(text[(dot + 1)..]);
        return field < RunField.Metrics == key is null && key is not { Length: 0 or > LongestKey } && key?.Contains('\0', StringComparison.Ordinal) != true
            ? new(field, key)
            : null;
    }

    public override string ToString()
    {
        var name = Field.ToString().ToLowerInvariant();
        return Key is null ? name : $"{name}.{Key}";
    }

    // The singular is as good: "metric.loss" is what half of the world types.
    private static RunField? Named(string name) => name switch
    {
        "metric" => RunField.Metrics,
        "param" => RunField.Params,
        "tag" => RunField.Tags,
        _ => name.All(char.IsAsciiLetter) && Enum.TryParse<RunField>(name, ignoreCase: true, out var field) ? field : null,
    };

    private static string Unquoted(string key) => key.Length > 1 && key[0] is '"' or '`' && key[^1] == key[0] ? key[1..^1] : key;
}
