// The rows of a table that have an answer, divided into those that teach, those that choose and those that test once. Tables and texts are
// divided alike. Knows no features.
using MaaS.Contracts.Training;
using MaaS.Engine.Data;

namespace MaaS.Engine.Tasks.Tabular;

/// <param name="TestName">Which rows the test is, for the figures.</param>
internal sealed record AnsweredParts(Table Train, Table Validation, Table Test, string TestName, Target Target)
{
    /// <param name="given">The given test file, or null to split one off.</param>
    /// <param name="known">Of the version to go on from; null is fitted.</param>
    /// <exception cref="UserError">A part has no row with an answer, or the answers do not fit the goal.</exception>
    public static AnsweredParts Of(
        Table all, Table? given, string target, TabularGoal goal, SplitSpec? spec, Target? known, IProgress<Report> progress)
    {
        var data = Answered(all, target, "the data", progress);
        // Classes come from all rows, so that the split can be stratified by them; regression's scale from the training rows.
        var classes = goal == TabularGoal.Classification
            ? Array.ConvertAll((known ?? Target.Fit(data[target], goal, [])).Classes(data[target]), number => (int)number)
            : [];
        var split = Split.Of(data.RowCount, spec ?? new SplitSpec(), classes);
        var fitted = known ?? Target.Fit(data[target], goal, split.Train);
        var test = given is null ? data.Select(split.Test) : Answered(given, target, "the test file", progress);
        // A label that only the test file has is said now, not after the training.
        if (given is not null && fitted.IsClassification)
            fitted.Classes(test[target]);
        progress.Report(new Said($"{split.Train.Length} rows to train on, {split.Validation.Length} to choose by, {test.RowCount} to test once"));
        return new(data.Select(split.Train), data.Select(split.Validation), test, given is null ? "test" : "given test file", fitted);
    }

    public static Table Answered(Table table, string target, string what, IProgress<Report> progress)
    {
        var rows = Target.AnsweredRows(table[target]);
        if (rows.Length == table.RowCount)
            return table;
        if (rows.Length == 0)
            throw new UserError($"No row of {what} has a value in the target column \"{target}\".");
        progress.Report(new Said($"{table.RowCount - rows.Length} rows of {what} left out: no value in \"{target}\""));
        return table.Select(rows);
    }
}
