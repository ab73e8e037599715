// Tables: columns in, a class or a number out.
using MaaS.Contracts.Compression;
using MaaS.Contracts.Datasets;
using MaaS.Contracts.Models;
using MaaS.Contracts.Training;
using MaaS.Engine.Data;
using MaaS.Engine.Onnx;
using MaaS.Engine.Packages;
using MaaS.Engine.Tasks;
using MaaS.Engine.Tasks.Tabular;
using MaaS.Engine.Training;
using MaaS.Inference;
using static TorchSharp.torch;
using Encoder = MaaS.Engine.Tasks.Tabular.Encoder;

namespace MaaS.Engine.Compression;

internal sealed class TableSubject : Subject
{
    private const int RowsAtOnce = 1_000;

    private readonly Encoder _encoder;
    private readonly Target _target;
    private readonly Table _train;
    private readonly Table _validation;
    private readonly Table _test;
    private readonly string _testName;
    private readonly Device _device;

    public TableSubject(ModelManifest manifest, CompressionPlace place, IProgress<Report> progress, CancellationToken token) : base(manifest)
    {
        (var training, _encoder, _target, var network) = TabularPackage.Load(place.Source);
        Source = Candidate.Of(training, network);
        var types = TabularRun.TypesOf(training, place.Data.Profile, new TabularRun.Source(_encoder, _target, network));
        network.Dispose();
        // A teacher may read columns that the source does not.
        string[] columns = [.. types.Where(column => column.Value != ColumnType.Text || _encoder.Order.Contains(column.Key)).Select(column => column.Key)];
        var given = place.Test?.Read(columns, types, progress, token);
        (_train, _validation, _test, _testName, _) = TabularRun.Divide(training, place.Data.Read(columns, types, progress, token), given, _target, progress);
        _device = Compute(training).Device;
    }

    public override Candidate Source { get; }

    public override string Quality => _target.IsClassification ? "accuracy" : "rmse";

    public override bool HigherIsBetter => _target.IsClassification;

    public override LearningTask Task(Candidate candidate)
    {
        var network = (Network)Built(candidate.Training);
        candidate.Into(network);
        return new TabularTask(_encoder, _target, network, _train, _validation, _device);
    }

    public override nn.Module Built(TrainingSpec training) => Network.For(_encoder, _target.Outputs, ((TabularTraining)training).Network!);

    public override ModelProto Graph(LearningTask task) => TabularGraph.Of((TabularTask)task);

    /// <summary>The hidden layers, or all of a linear network: what lies before them looks a value up, and the last layer is small.</summary>
    public override bool IsWeight(string name) =>
        name.EndsWith("weight", StringComparison.Ordinal) && !name.Contains("norm", StringComparison.Ordinal) && !name.Contains(".last.", StringComparison.Ordinal)
        && (name.StartsWith("hidden.", StringComparison.Ordinal) || name.StartsWith("linear.", StringComparison.Ordinal));

    public override TrainingSpec Filled(TrainingSpec student, IProgress<Report> progress)
    {
        var (source, own) = ((TabularTraining)Source.Training, (TabularTraining)student);
        return Derived.Fill(
            own with { Target = source.Target, Features = source.Features, Split = source.Split, From = null }, source.Goal, _train.RowCount, _encoder.Order, progress);
    }

    public override TrainingSpec Halved()
    {
        var source = (TabularTraining)Source.Training;
        return source with
        {
            From = null,
            Network = source.Network switch
            {
                MlpNetwork mlp => mlp with { Hidden = [.. mlp.Hidden!.Select(width => Math.Max(1, (width + 1) / 2))] },
                ResidualNetwork residual => residual with { Width = Math.Max(1, residual.Width / 2), Inner = null },
                var other => other,
            },
        };
    }

    public override Structure? Structure(TrainingSpec training) => TableStructure.Of((TabularTraining)training, (Network)Built(training));

    public override CalibrationRows Calibration(int most)
    {
        var rows = Math.Min(most, _train.RowCount);
        return new(TabularPackage.Columns(_encoder.Order, First(_train, 0, rows)), rows);
    }

    public override Lessons Lessons(IReadOnlyList<Model> teachers, IReadOnlyList<string> folders, LearningTask student, Distillation step, CancellationToken token)
    {
        foreach (var teacher in teachers)
            if (teacher.Manifest.Task != Manifest.Task || teacher.Manifest.Target != Manifest.Target || teacher.Manifest.Labels?.SequenceEqual(_target.Labels!, StringComparer.Ordinal) == false)
                throw new UserError($"A teacher predicts \"{teacher.Manifest.Target}\"{(teacher.Manifest.Labels is { } labels ? $" ({string.Join(", ", labels.Take(10))})" : "")}; it must predict the source's target \"{Manifest.Target}\" with the same classes.");
        var answers = teachers.Select(teacher => Answers(teacher, _train, token));
        using var scope = NewDisposeScope();
        var taught = _target.IsClassification
            ? Compression.Lessons.Mean(answers, _target.Outputs, _device)
            : ((stack([.. answers.Select(one => tensor(one))]).mean([0]) - _target.Mean) / _target.StandardDeviation).to(_device).DetachFromDisposeScope();
        var lesson = new Lesson(step.Temperature, step.Weight, (rows_B, _) => taught.index_select(0, rows_B))
        {
            Sureness = step.Curriculum && _target.IsClassification ? Compression.Lessons.Sureness(taught) : null,
        };
        return new Lessons(lesson, taught);
    }

    public override Quality Validate(Model served) => Of(served, _validation, "validation");

    public override Quality Test(Model served) => Of(served, _test, _testName);

    public override ModelManifest Write(string folder, LearningTask task, TrainingSpec training, Lineage lineage, PackageVariant variant, CancellationToken token) =>
        TabularPackage.Write(folder, (TabularTask)task, (TabularTraining)training, _test, ModelMetrics.None, lineage, variant);

    public override Candidate Load(string folder)
    {
        var (training, _, _, network) = TabularPackage.Load(folder);
        using (network)
            return Candidate.Of(training, network);
    }

    private Quality Of(Model served, Table part, string split)
    {
        var answers = Answers(served, part, CancellationToken.None);
        if (!_target.IsClassification)
            return Compression.Quality.OfNumbers(Array.ConvertAll(answers, value => (double)value), [.. ((NumberColumn)part[_target.Name]).Values.Select(value => (double)value)], _target.Mean, split);
        var majority = _target.Classes(_train[_target.Name]).CountBy(number => number).MaxBy(group => group.Value).Key;
        return Compression.Quality.OfClasses(answers, _target.Classes(part[_target.Name]), _target.Outputs, (int)majority, split);
    }

    /// <exception cref="UserError">It reads a column that the data does not have.</exception>
    private static float[] Answers(Model served, Table part, CancellationToken token)
    {
        var answers = new List<float>();
        for (var from = 0; from < part.RowCount; from += RowsAtOnce)
        {
            token.ThrowIfCancellationRequested();
            var rows = First(part, from, Math.Min(RowsAtOnce, part.RowCount - from));
            var given = served.Run(TabularPackage.Columns(served.Manifest.Inputs.Select(input => input.Name), rows), rows.RowCount);
            answers.AddRange(given.Probabilities ?? given.Values!);
        }
        return [.. answers];
    }

    private static Table First(Table table, int from, int rows) => table.Select([.. Enumerable.Range(from, rows)]);
}
