// What the form of every family has in common. Null is "as the record says", so the defaults live there alone.
using MaaS.Contracts.Datasets;
using MaaS.Contracts.Training;
using System.Globalization;
using System.Text.RegularExpressions;

namespace MaaS.Web.Training;

public abstract partial class FamilyForm
{
    /// <summary>What was filled in, without what all families share.</summary>
    public abstract TrainingSpec Build();

    /// <summary>Guesses the columns of data that is met for the first time.</summary>
    /// <param name="sample">The sample the data is, when it is one of ours.</param>
    public virtual void Meet(DatasetProfile profile, SampleData? sample)
    {
    }

    /// <summary>Every number in the text counts, however they are separated: "128, 64", "128 64" and "128x64" are the same.</summary>
    internal static IReadOnlyList<int>? Widths(string? text) =>
        text is null ? null : [.. Numbers().Matches(text).Select(match => int.Parse(match.Value, CultureInfo.InvariantCulture))];

    protected static string? Text(IReadOnlyList<int>? widths) => widths is null ? null : string.Join(", ", widths);

    /// <summary>True when no dial was turned: then the record is left to the platform.</summary>
    protected static bool Untouched(params object?[] dials) => dials.All(dial => dial is null);

    [GeneratedRegex("[0-9]{1,9}")]
    private static partial Regex Numbers();
}
