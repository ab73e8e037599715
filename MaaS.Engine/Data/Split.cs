// Which rows are for training, which for choosing, which for the final figures. Knows row numbers and classes, no values.
using MaaS.Contracts.Training;

namespace MaaS.Engine.Data;

/// <summary>Row numbers of three disjoint parts that together are the whole table, each in shuffled order.</summary>
/// <param name="Test">Empty when a test file is given.</param>
public sealed record Split(int[] Train, int[] Validation, int[] Test)
{
    /// <summary>
    /// The same rows for the same spec and classes on every machine and every .NET: the shuffle is SplitMix64
    /// (Steele, Lea, Flood 2014), because System.Random promises its sequence only within one major version.
    /// </summary>
    /// <param name="classes">One class number per row (any integers) to stratify by, or null to draw from all rows alike.
    /// Every class keeps a row for training, however rare it is.</param>
    /// <exception cref="UserError">A part would be left without rows.</exception>
    public static Split Of(int rowCount, SplitSpec spec, ReadOnlySpan<int> classes = default)
    {
        if (!classes.IsEmpty && classes.Length != rowCount)
            throw new ArgumentException($"{classes.Length} classes for {rowCount} rows.", nameof(classes));

        var testShare = spec.TestDatasetVersionId is null ? spec.Test : 0;
        var random = new SplitMix64((ulong)spec.Seed);
        var train = new List<int>(rowCount);
        var validation = new List<int>();
        var test = new List<int>();
        var drawn = 0;
        foreach (var stratum in Strata(rowCount, classes))
        {
            random.Shuffle(stratum);
            drawn += stratum.Length;
            // Rounding what is due so far, not each class alone, keeps the totals right with many small classes.
            var forTest = Math.Clamp(Due(testShare, drawn) - test.Count, 0, stratum.Length - 1);
            var forValidation = Math.Clamp(Due(spec.Validation, drawn) - validation.Count, 0, stratum.Length - 1 - forTest);
            test.AddRange(stratum[..forTest]);
            validation.AddRange(stratum[forTest..(forTest + forValidation)]);
            train.AddRange(stratum[(forTest + forValidation)..]);
        }

        if (train.Count == 0 || validation.Count == 0 || (testShare > 0 && test.Count == 0))
            throw new UserError(
                $"{rowCount} rows are too few to divide into {train.Count} for training, {validation.Count} for validation " +
                $"and {test.Count} for the test; every part needs at least one. Add rows or raise the shares.");
        return new Split(Shuffled(train, ref random), Shuffled(validation, ref random), Shuffled(test, ref random));
    }

    private static int Due(double share, int rows) => (int)Math.Round(share * rows, MidpointRounding.AwayFromZero);

    /// <summary>Rows of each class, classes in ascending order.</summary>
    private static IEnumerable<int[]> Strata(int rowCount, ReadOnlySpan<int> classes)
    {
        var rows = Enumerable.Range(0, rowCount).ToArray();
        if (classes.IsEmpty)
            return [rows];
        var keys = classes.ToArray();
        return rows.GroupBy(row => keys[row]).OrderBy(group => group.Key).Select(group => group.ToArray());
    }

    private static int[] Shuffled(List<int> rows, ref SplitMix64 random)
    {
        var shuffled = rows.ToArray();
        random.Shuffle(shuffled);
        return shuffled;
    }
}
