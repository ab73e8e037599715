// Training on a table from end to end: split, fit the encoder, train, test once, export, check.
// Knows tables and folders; nothing of jobs, runs or databases.
using MaaS.Contracts.Datasets;
using MaaS.Contracts.Models;
using MaaS.Contracts.Training;
using MaaS.Engine.Data;
using MaaS.Engine.Training;
using MaaS.Engine.Trust;
using static TorchSharp.torch;

namespace MaaS.Engine.Tasks.Tabular;

internal static class TabularRun
{
    /// <summary>What a training goes on from.</summary>
    public sealed record Source(Encoder Encoder, Target Target, Network Network);

    /// <summary>
    /// The types to read the data and its test file with: the profile's, but whole numbers and yes and no that are classes keep their text.
    /// As 32-bit numbers the codes 20,240,101 and 20,240,102 would be one class. A source's columns are what they were to it.
    /// </summary>
    public static Dictionary<string, ColumnType> TypesOf(TabularTraining spec, DatasetProfile profile, Source? source = null)
    {
        var types = profile.Columns.ToDictionary(column => column.Name, column => column.Type);
        if (source is not null)
        {
            foreach (var number in source.Encoder.Numbers)
                types[number.Name] = number.Type;
            foreach (var category in source.Encoder.Categories)
                types[category.Name] = ColumnType.Category;
            types[spec.Target] = source.Target.ReadAs;
            return types;
        }
        var target = profile.Columns.FirstOrDefault(column => column.Name == spec.Target);
        if (target is not null && Target.KeepsTexts(target) && (spec.Goal == TabularGoal.Auto ? TabularTraining.GoalFor(target.Type, target.Distinct) : spec.Goal) == TabularGoal.Classification)
            types[target.Name] = ColumnType.Category;
        return types;
    }

    /// <summary>Trains and leaves a checked model package in the folder.</summary>
    /// <exception cref="UserError">The settings do not fit the data, or the loss diverged.</exception>
    /// <exception cref="Packages.ParityException">The exported graph does not answer as the trained network does.</exception>
    public static TrainingOutcome Run(
        TabularTraining training, DataFile data, DataFile? test, TrainingPlace place, IProgress<Report> progress, CancellationToken token)
    {
        using var scope = NewDisposeScope();
        Source? source = null;
        if (place.Source is { } folder)
        {
            (var its, var encoder, var target, var network) = TabularPackage.Load(folder);
            (source, training) = (new(encoder, target, network), Continuation.Of(training, its));
        }
        var types = TypesOf(training, data.Profile, source);
        // Free text that nothing is learned from may be most of the file, and stays out of memory.
        string[] columns = [.. training.Features ?? types.Where(column => column.Value != ColumnType.Text).Select(column => column.Key), training.Target];
        return Run(training, data.Read(columns, types, progress, token), test?.Read(columns, types, progress, token), place, progress, token, source);
    }

    public static TrainingOutcome Run(
        TabularTraining training, Table data, Table? given, TrainingPlace place, IProgress<Report> progress, CancellationToken token, Source? source = null)
    {
        var compute = Compute.Choose(training, threads: 1, Compute.TooShort);
        progress.Report(new Said($"training {compute.Reason}"));

        var (train, validation, test, testName, target) = Divide(training, data, given, source?.Target, progress);
        var encoder = source?.Encoder ?? Encoder.Fit(train, target.Name, training.Features);
        var spec = Derived.Fill(training, target.IsClassification ? TabularGoal.Classification : TabularGoal.Regression, train.RowCount, encoder.Order, progress);
        if (source is null && spec.Network is DeepNetwork { Pairs: true })
        {
            encoder = encoder.WithPairs(train, target);
            progress.Report(new Said(encoder.Pairs.Count == 0
                ? "no pair of number columns says more together than each alone"
                : $"looked at together: {string.Join("; ", encoder.Pairs.Select(pair => $"{encoder.Numbers[pair.First].Name} and {encoder.Numbers[pair.Second].Name}"))}"));
        }

        using var scope = NewDisposeScope();
        var network = source?.Network ?? Network.For(encoder, target.Outputs, spec.Network!);
        using var task = new TabularTask(encoder, target, network, train, validation, compute.Device);
        new Trainer(task, spec, compute, place.Checkpointing, progress).Run(token);

        progress.Report(new Advanced(1, "testing and exporting"));
        var metrics = task.Test(test, testName);
        if (target.IsClassification)
            metrics = metrics with { Card = Card(task, validation, test) };
        foreach (var (name, value) in metrics.Values)
            progress.Report(new Said($"test {name} {value:g6} (trivial baseline {metrics.Baseline[name]:g6})"));
        var manifest = TabularPackage.Write(place.Package, task, spec, test, metrics, place.Lineage, train: train);
        progress.Report(new Said($"exported: ONNX Runtime and libtorch differ by at most {manifest.ParityMaxDifference:g3} on {manifest.ParityRows} test rows"));
        return new TrainingOutcome(manifest, compute.Facts());
    }

    private static TrustCard Card(TabularTask task, Table validation, Table test)
    {
        Answered Of(Table rows) => new(task.Answers(rows), task.Target.Classes(rows[task.Target.Name]), task.Target.Outputs);
        var columns = task.Encoder.Categories.Select(category => KeyValuePair.Create(
            category.Name, Enumerable.Range(0, test.RowCount).Select(row => test[category.Name].Text(row) ?? "missing").ToArray()));
        return TrustCards.Of(Of(validation), Of(test), task.Target.Name, task.Target.Labels!, columns, task.Attacked(test));
    }

    /// <param name="known">Of the version to go on from, or that is compressed.</param>
    public static AnsweredParts Divide(TabularTraining spec, Table all, Table? given, Target? known, IProgress<Report> progress)
    {
        var goal = Target.GoalOf(all[spec.Target], spec.Goal);
        if (spec.Goal == TabularGoal.Auto)
            progress.Report(new Said($"goal {goal.ToString().ToLowerInvariant()}: \"{spec.Target}\" is a {all[spec.Target].Type.ToString().ToLowerInvariant()} column"));
        return AnsweredParts.Of(all, given, spec.Target, goal, spec.Split, known, progress);
    }
}
