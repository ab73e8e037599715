// Training on texts from end to end: split, fit the encoder, train, test once, export, check.
// Knows tables with a text column and folders; nothing of jobs, runs or databases.
using MaaS.Contracts.Datasets;
using MaaS.Contracts.Training;
using MaaS.Engine.Data;
using MaaS.Engine.Tasks.Language;
using MaaS.Engine.Tasks.Tabular;
using MaaS.Engine.Training;
using MaaS.Engine.Trust;
using static TorchSharp.torch;

namespace MaaS.Engine.Tasks.Text;

internal static class TextRun
{
    /// <summary>What a training goes on from.</summary>
    public sealed record Source(Encoder Encoder, Target Target, Network Network);

    /// <summary>Trains and leaves a checked model package in the folder.</summary>
    /// <exception cref="UserError">The settings do not fit the data, or the loss diverged.</exception>
    /// <exception cref="Packages.ParityException">The exported graph does not answer as the trained network does.</exception>
    public static TrainingOutcome Run(
        TextTraining training, DataFile data, DataFile? test, TrainingPlace place, IProgress<Report> progress, CancellationToken token)
    {
        if (training.Text == training.Target)
            throw new UserError($"\"{training.Target}\" is both the text and the target; a model must not see the answer.");
        using var scope = NewDisposeScope();
        Source? source = null;
        if (place.Source is { } folder)
        {
            (var its, var encoder, var target, var network) = TextPackage.Load(folder);
            (source, training) = (new(encoder, target, network), Continuation.Of(training, its));
        }
        var types = TypesOf(training, data.Profile);
        if (source is not null)
            types[training.Target] = source.Target.ReadAs;
        string[] columns = [training.Text, training.Target];
        return Run(training, data.Read(columns, types, progress, token), test?.Read(columns, types, progress, token), place, progress, token, source);
    }

    public static TrainingOutcome Run(
        TextTraining training, Table data, Table? given, TrainingPlace place, IProgress<Report> progress, CancellationToken token, Source? source = null)
    {
        var compute = Compute.Choose(training, threads: 1, Compute.TooShort);
        progress.Report(new Said($"training {compute.Reason}"));

        var (train, validation, test, testName, target) = Divide(training, data, given, source?.Target, progress);
        var spec = Fill(training, train.RowCount, progress);
        var encoder = source?.Encoder ?? Encoder.Fit(TextTask.TextsOf(train, spec.Text), spec.Network!);
        progress.Report(new Said($"{encoder.Vocabulary.Count} terms have a vector: those in two training texts or more, at most {spec.Network!.VocabularySize}"));

        using var scope = NewDisposeScope();
        if (spec.Network is TransformerTextNetwork transformer)
            MemoryShortage.Refuse(Gpt.Multiplied(Transformer.BodyOf(transformer), encoder.Vocabulary.Count), spec, compute);
        var network = source?.Network ?? Network.For(encoder, target.Outputs);
        using var task = new TextTask(encoder, spec.Text, target, network, spec.LabelSmoothing, train, validation, compute.Device);
        new Trainer(task, spec, compute, place.Checkpointing, progress).Run(token);

        progress.Report(new Advanced(1, "testing and exporting"));
        Answered Of(Table rows) => new(task.Answers(rows), target.Classes(rows[target.Name]), target.Outputs);
        var metrics = task.Test(test, testName) with { Card = TrustCards.Of(Of(validation), Of(test), target.Name, target.Labels!) };
        foreach (var (name, value) in metrics.Values)
            progress.Report(new Said($"test {name} {value:g6} (trivial baseline {metrics.Baseline[name]:g6})"));
        var manifest = TextPackage.Write(place.Package, task, spec, test, metrics, place.Lineage);
        progress.Report(new Said($"exported: ONNX Runtime and libtorch differ by at most {manifest.ParityMaxDifference:g3} on {manifest.ParityRows} test rows"));
        return new TrainingOutcome(manifest, compute.Facts());
    }

    public static TextTraining Fill(TextTraining spec, int trainRows, IProgress<Report> progress)
    {
        var network = spec.Network ?? new BagNetwork();
        var optimizer = spec.Optimizer;
        if (optimizer is null && network is TransformerTextNetwork)
        {
            optimizer = new MuonSpec();
            progress.Report(new Said("optimizer muon: learns in fewer steps than adamw what a transformer of this size can learn"));
        }
        // In a bag a vector learns only when its term occurs, so each step must count: ten times the method's usual one.
        optimizer = Derived.Rated(spec, optimizer ?? new AdamWSpec(), adam: network is BagNetwork ? 10 : 1, progress);
        var batchSize = spec.BatchSize;
        if (batchSize is null && optimizer is not GradientDescentSpec)
        {
            batchSize = Math.Clamp((int)System.Numerics.BitOperations.RoundUpToPowerOf2((uint)Math.Max(1, trainRows / 64)), 16, 256);
            progress.Report(new Said($"batch size {batchSize}: for {trainRows} texts"));
        }
        return spec with { Network = network, Optimizer = optimizer, BatchSize = batchSize, Split = spec.Split ?? new SplitSpec() };
    }

    /// <summary>Short texts may look like categories, and classes like numbers or truths; what the user said of them is right.</summary>
    public static Dictionary<string, ColumnType> TypesOf(TextTraining training, DatasetProfile profile)
    {
        var types = profile.Columns.ToDictionary(column => column.Name, column => column.Type);
        types[training.Text] = ColumnType.Text;
        if (profile.Columns.FirstOrDefault(column => column.Name == training.Target) is { } target && Target.KeepsTexts(target))
            types[training.Target] = ColumnType.Category;
        return types;
    }

    /// <param name="known">Of the version to go on from, or that is compressed.</param>
    public static AnsweredParts Divide(TextTraining spec, Table all, Table? given, Target? known, IProgress<Report> progress) =>
        AnsweredParts.Of(all, given, spec.Target, TabularGoal.Classification, spec.Split, known, progress);
}
