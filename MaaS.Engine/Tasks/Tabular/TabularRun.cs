// Training on a table from end to end: split, fit the encoder, train, test once, export, check.
// Knows tables and folders; nothing of jobs, runs or databases.
using MaaS.Contracts.Datasets;
using MaaS.Contracts.Training;
using MaaS.Engine.Data;
using MaaS.Engine.Training;
using static TorchSharp.torch;

namespace MaaS.Engine.Tasks.Tabular;

internal static class TabularRun
{
    /// <summary>
    /// The types to read the data and its test file with: the profile's, but whole numbers that are classes keep their text.
    /// As 32-bit numbers the codes 20,240,101 and 20,240,102 would be one class.
    /// </summary>
    public static Dictionary<string, ColumnType> TypesOf(TabularTraining spec, DatasetProfile profile)
    {
        var types = profile.Columns.ToDictionary(column => column.Name, column => column.Type);
        var target = profile.Columns.FirstOrDefault(column => column.Name == spec.Target);
        if (target is { Type: ColumnType.Integer } && (spec.Goal == TabularGoal.Auto ? TabularTraining.GoalFor(target.Type, target.Distinct) : spec.Goal) == TabularGoal.Classification)
            types[target.Name] = ColumnType.Category;
        return types;
    }

    /// <summary>Trains and leaves a checked model package in the folder.</summary>
    /// <exception cref="UserError">The settings do not fit the data, or the loss diverged.</exception>
    /// <exception cref="Packages.ParityException">The exported graph does not answer as the trained network does.</exception>
    public static TrainingOutcome Run(
        TabularTraining training, DataFile data, DataFile? test, TrainingPlace place, IProgress<Report> progress, CancellationToken token)
    {
        var types = TypesOf(training, data.Profile);
        // Free text that nothing is learned from may be most of the file, and stays out of memory.
        string[] columns = [.. training.Features ?? types.Where(column => column.Value != ColumnType.Text).Select(column => column.Key), training.Target];
        return Run(training, data.Read(columns, types, progress, token), test?.Read(columns, types, progress, token), place, progress, token);
    }

    public static TrainingOutcome Run(
        TabularTraining training, Table data, Table? given, TrainingPlace place, IProgress<Report> progress, CancellationToken token)
    {
        var compute = Compute.Choose(training, threads: 1);
        progress.Report(new Said($"training {compute.Reason}"));

        var (train, validation, test, target) = Divide(training, data, given, progress);
        var encoder = Encoder.Fit(train, target.Name, training.Features);
        var spec = Derived.Fill(training, target.IsClassification ? TabularGoal.Classification : TabularGoal.Regression, train.RowCount, encoder.Order, progress);

        using var scope = NewDisposeScope();
        using var task = new TabularTask(encoder, target, Network.For(encoder, target.Outputs, spec.Network!), train, validation, compute.Device);
        new Trainer(task, spec, compute, place.Checkpointing, progress).Run(token);

        progress.Report(new Advanced(1, "testing and exporting"));
        var metrics = task.Test(test, given is null ? "test" : "given test file");
        foreach (var (name, value) in metrics.Values)
            progress.Report(new Said($"test {name} {value:g6} (trivial baseline {metrics.Baseline[name]:g6})"));
        var manifest = TabularPackage.Write(place.Package, task, spec, test, metrics, place.Lineage);
        progress.Report(new Said($"exported: ONNX Runtime and libtorch differ by at most {manifest.ParityMaxDifference:g3} on {manifest.ParityRows} test rows"));
        return new TrainingOutcome(manifest, compute.Facts());
    }

    private static (Table Train, Table Validation, Table Test, Target Target) Divide(
        TabularTraining spec, Table all, Table? given, IProgress<Report> progress)
    {
        var data = Answered(all, spec.Target, "the data", progress);
        var goal = Target.GoalOf(data[spec.Target], spec.Goal);
        if (spec.Goal == TabularGoal.Auto)
            progress.Report(new Said($"goal {goal.ToString().ToLowerInvariant()}: \"{spec.Target}\" is a {data[spec.Target].Type.ToString().ToLowerInvariant()} column"));

        // Classes come from all rows, so that the split can be stratified by them; regression's scale from the training rows.
        var classes = goal == TabularGoal.Classification
            ? Array.ConvertAll(Target.Fit(data[spec.Target], goal, []).Classes(data[spec.Target]), number => (int)number)
            : [];
        var split = Split.Of(data.RowCount, spec.Split ?? new SplitSpec(), classes);
        var target = Target.Fit(data[spec.Target], goal, split.Train);
        var test = given is null ? data.Select(split.Test) : Answered(given, spec.Target, "the test file", progress);
        // A label that only the test file has is said now, not after the training.
        if (given is not null && target.IsClassification)
            target.Classes(test[target.Name]);
        progress.Report(new Said($"{split.Train.Length} rows to train on, {split.Validation.Length} to choose by, {test.RowCount} to test once"));
        return (data.Select(split.Train), data.Select(split.Validation), test, target);
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
