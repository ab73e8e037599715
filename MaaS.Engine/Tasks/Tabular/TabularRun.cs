// Training on a table from end to end: split, fit the encoder, train, test once, export, check. The door the worker knocks at.
// Knows tables and folders; nothing of jobs, runs or databases.
using MaaS.Contracts.Datasets;
using MaaS.Contracts.Models;
using MaaS.Contracts.Training;
using MaaS.Engine.Data;
using MaaS.Engine.Packages;
using MaaS.Engine.Training;
using static TorchSharp.torch;

namespace MaaS.Engine.Tasks.Tabular;

/// <param name="Data">Read with the types of the dataset version's profile.</param>
/// <param name="Test">The given test file, or null to split one off.</param>
/// <param name="Package">An empty folder for the model package.</param>
public sealed record TabularInput(
    TabularTraining Spec, Table Data, Table? Test, Lineage Lineage, Checkpointing Checkpointing, string Package);

/// <param name="Environment">Device, threads and versions, for the run's record.</param>
public sealed record TrainingOutcome(ModelManifest Manifest, IReadOnlyDictionary<string, string> Environment);

public static class TabularRun
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
    /// <exception cref="ParityException">The exported graph does not answer as the trained network does.</exception>
    public static TrainingOutcome Run(TabularInput input, IProgress<Report> progress, CancellationToken token)
    {
        var compute = Compute.Choose(input.Spec.Device, input.Spec.Seed, threads: 1);
        progress.Report(new Said($"training {compute.Reason}"));

        var (train, validation, test, target) = Divide(input, progress);
        var encoder = Encoder.Fit(train, target.Name, input.Spec.Features);
        var spec = Derived.Fill(input.Spec, target.IsClassification ? TabularGoal.Classification : TabularGoal.Regression, train.RowCount, encoder.Order, progress);

        using var scope = NewDisposeScope();
        using var task = new TabularTask(encoder, target, new Network(encoder, target.Outputs, spec.Network!), train, validation, compute.Device);
        new Trainer(task, spec, compute, input.Checkpointing, progress).Run(token);

        progress.Report(new Advanced(1, "testing and exporting"));
        var metrics = task.Test(test, input.Test is null ? "test" : "given test file");
        foreach (var (name, value) in metrics.Values)
            progress.Report(new Said($"test {name} {value:g6} (trivial baseline {metrics.Baseline[name]:g6})"));
        var manifest = TabularPackage.Write(input.Package, task, spec, test, metrics, input.Lineage);
        progress.Report(new Said($"exported: ONNX Runtime and libtorch differ by at most {manifest.ParityMaxDifference:g3} on {manifest.ParityRows} test rows"));
        return new TrainingOutcome(manifest, Facts(compute));
    }

    private static (Table Train, Table Validation, Table Test, Target Target) Divide(TabularInput input, IProgress<Report> progress)
    {
        var spec = input.Spec;
        var data = Answered(input.Data, spec.Target, "the data", progress);
        var goal = Target.GoalOf(data[spec.Target], spec.Goal);
        if (spec.Goal == TabularGoal.Auto)
            progress.Report(new Said($"goal {goal.ToString().ToLowerInvariant()}: \"{spec.Target}\" is a {data[spec.Target].Type.ToString().ToLowerInvariant()} column"));

        // Classes come from all rows, so that the split can be stratified by them; regression's scale from the training rows.
        var classes = goal == TabularGoal.Classification
            ? Array.ConvertAll(Target.Fit(data[spec.Target], goal, []).Classes(data[spec.Target]), number => (int)number)
            : [];
        var split = Split.Of(data.RowCount, spec.Split ?? new SplitSpec(), classes);
        var target = Target.Fit(data[spec.Target], goal, split.Train);
        var test = input.Test is null ? data.Select(split.Test) : Answered(input.Test, spec.Target, "the test file", progress);
        // A label that only the test file has is said now, not after the training.
        if (input.Test is not null && target.IsClassification)
            target.Classes(test[target.Name]);
        progress.Report(new Said($"{split.Train.Length} rows to train on, {split.Validation.Length} to choose by, {test.RowCount} to test once"));
        return (data.Select(split.Train), data.Select(split.Validation), test, target);
    }

    private static Table Answered(Table table, string target, string what, IProgress<Report> progress)
    {
        var rows = Target.AnsweredRows(table[target]);
        if (rows.Length == table.RowCount)
            return table;
        if (rows.Length == 0)
            throw new UserError($"No row of {what} has a value in the target column \"{target}\".");
        progress.Report(new Said($"{table.RowCount - rows.Length} rows of {what} left out: no value in \"{target}\""));
        return table.Select(rows);
    }

    private static Dictionary<string, string> Facts(Compute compute) => new()
    {
        ["device"] = compute.Device.ToString(),
        ["threads"] = compute.Threads.ToString(System.Globalization.CultureInfo.InvariantCulture),
        ["torchsharp"] = typeof(TorchSharp.torch).Assembly.GetName().Version!.ToString(3),
        ["dotnet"] = Environment.Version.ToString(),
        ["os"] = System.Runtime.InteropServices.RuntimeInformation.OSDescription,
    };
}
