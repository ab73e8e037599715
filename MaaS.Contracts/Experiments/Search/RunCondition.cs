// A search over runs, understood: what a text means, without the text. SearchParser makes it, the catalog asks PostgreSQL for it.
namespace MaaS.Contracts.Experiments.Search;

public abstract record RunCondition;

public sealed record AllOf(IReadOnlyList<RunCondition> Parts) : RunCondition;

public sealed record AnyOf(IReadOnlyList<RunCondition> Parts) : RunCondition;

/// <summary>Every run that the condition does not hold for; those that lack the value among them.</summary>
public sealed record Not(RunCondition Condition) : RunCondition;

/// <summary>False for a run that lacks the value.</summary>
public sealed record Comparison(RunColumn Column, Comparator Comparator, RunValue Value) : RunCondition;

public sealed record OneOf(RunColumn Column, IReadOnlyList<RunValue> Values) : RunCondition;

public sealed record Exists(RunColumn Column) : RunCondition;

public enum Comparator
{
    Equal,
    Less,
    LessOrEqual,
    Greater,
    GreaterOrEqual,

    /// <summary>The text is somewhere in it.</summary>
    Contains,
}

public abstract record RunValue;

/// <summary>A duration is its seconds.</summary>
/// <param name="Exact">As it was written, where a double does not keep all of its digits; null where it does.</param>
public sealed record NumberValue(double Number, decimal? Exact = null) : RunValue;

/// <summary>Compared without regard to case.</summary>
public sealed record TextValue(string Text) : RunValue;

public sealed record TimeValue(DateTimeOffset Time) : RunValue;

/// <param name="Position">The first character of the text that is not as expected, from 0.</param>
/// <param name="Sentence">What was expected there; it ends with a full stop.</param>
public sealed record SearchMistake(int Position, string Sentence);
