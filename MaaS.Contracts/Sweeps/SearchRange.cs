// What a setting may be in a search: one of some values, or anything between two. Every range is also the line from 0 to 1, on which
// searches walk. Pure values; knows nothing of which setting it is for.
using System.Globalization;
using System.Text.Json;
using System.Text.Json.Serialization;

namespace MaaS.Contracts.Sweeps;

[JsonPolymorphic(TypeDiscriminatorPropertyName = "type")]
[JsonDerivedType(typeof(ChoiceRange), "choice")]
[JsonDerivedType(typeof(UniformRange), "uniform")]
[JsonDerivedType(typeof(LogUniformRange), "log_uniform")]
[JsonDerivedType(typeof(IntegerRange), "integer")]
public abstract record SearchRange
{
    /// <summary>The value at a position from 0 to 1.</summary>
    public abstract JsonElement At(double position);

    /// <summary>Where a value of <see cref="At"/> lies.</summary>
    public abstract double PositionOf(JsonElement value);

    /// <summary>How many different values there are; null for a continuum.</summary>
    [JsonIgnore]
    public abstract long? Count { get; }

    /// <summary>What is wrong with the range itself, as the end of a sentence; null when nothing is.</summary>
    public abstract string? Fault();

    /// <summary>Four significant digits are enough to search by, and can be read.</summary>
    private protected static JsonElement Readable(double value, double min, double max) => JsonSerializer.SerializeToElement(Math.Clamp(
        double.Parse(value.ToString("G4", CultureInfo.InvariantCulture), CultureInfo.InvariantCulture), min, max));
}

/// <param name="Values">Of any JSON type, whole objects too: <c>{"type": "linear"}</c> as a network.</param>
public sealed record ChoiceRange(IReadOnlyList<JsonElement> Values) : SearchRange
{
    private const int Most = 100;

    public override long? Count => Values.Count;

    public override JsonElement At(double position) => Values[Math.Min((int)(position * Values.Count), Values.Count - 1)];

    public override double PositionOf(JsonElement value) => (Enumerable.Range(0, Values.Count).First(i => JsonElement.DeepEquals(Values[i], value)) + 0.5) / Values.Count;

    public override string? Fault() => Values.Count is 0 or > Most ? $"has {Values.Count} values; 1 to {Most} are allowed" : null;
}

public sealed record UniformRange(double Min, double Max) : SearchRange
{
    public override long? Count => null;

    public override JsonElement At(double position) => Readable(Min + position * (Max - Min), Min, Max);

    public override double PositionOf(JsonElement value) => (value.GetDouble() - Min) / (Max - Min);

    public override string? Fault() => Min < Max && double.IsFinite(Max - Min) ? null : FormattableString.Invariant($"goes from {Min} to {Max}; min must be less than max");
}

/// <summary>Uniform in the logarithm: as many tries between 0.001 and 0.01 as between 0.01 and 0.1.</summary>
public sealed record LogUniformRange(double Min, double Max) : SearchRange
{
    public override long? Count => null;

    public override JsonElement At(double position) => Readable(Min * Math.Pow(Max / Min, position), Min, Max);

    public override double PositionOf(JsonElement value) => Math.Log(value.GetDouble() / Min) / Math.Log(Max / Min);

    public override string? Fault() => Min > 0 && Min < Max && double.IsFinite(Max) ? null : FormattableString.Invariant($"goes from {Min} to {Max}; min must be greater than 0 and less than max");
}

public sealed record IntegerRange(int Min, int Max) : SearchRange
{
    public override long? Count => (long)Max - Min + 1;

    public override JsonElement At(double position) => JsonSerializer.SerializeToElement((int)Math.Min(Min + (long)(position * Count!.Value), Max));

    public override double PositionOf(JsonElement value) => (value.GetInt32() - (long)Min + 0.5) / Count!.Value;

    public override string? Fault() => Min < Max ? null : $"goes from {Min} to {Max}; min must be less than max";
}
