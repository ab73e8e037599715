// Texts: a text in, a class out.
using MaaS.Contracts.Compression;
using MaaS.Contracts.Models;
using MaaS.Contracts.Training;
using MaaS.Engine.Data;
using MaaS.Engine.Onnx;
using MaaS.Engine.Packages;
using MaaS.Engine.Tasks;
using MaaS.Engine.Tasks.Tabular;
using MaaS.Engine.Tasks.Text;
using MaaS.Engine.Training;
using MaaS.Inference;
using static TorchSharp.torch;
using Encoder = MaaS.Engine.Tasks.Text.Encoder;
using Network = MaaS.Engine.Tasks.Text.Network;

namespace MaaS.Engine.Compression;

internal sealed class TextSubject : Subject
{
    private readonly Encoder _encoder;
    private readonly Target _target;
    private readonly string _text;
    private readonly Table _train;
    private readonly Table _validation;
    private readonly Table _test;
    private readonly string _testName;
    private readonly Device _device;

    public TextSubject(ModelManifest manifest, CompressionPlace place, IProgress<Report> progress, CancellationToken token) : base(manifest)
    {
        (var training, _encoder, _target, var network) = TextPackage.Load(place.Source);
        Source = Candidate.Of(training, network);
        network.Dispose();
        _text = training.Text;
        var types = TextRun.TypesOf(training, place.Data.Profile);
        types[training.Target] = _target.ReadAs;
        string[] columns = [training.Text, training.Target];
        var given = place.Test?.Read(columns, types, progress, token);
        (_train, _validation, _test, _testName, _) = TextRun.Divide(training, place.Data.Read(columns, types, progress, token), given, _target, progress);
        _device = Compute(training).Device;
    }

    public override Candidate Source { get; }

    public override string Quality => "accuracy";

    public override LearningTask Task(Candidate candidate)
    {
        var network = (Network)Built(candidate.Training);
        candidate.Into(network);
        return new TextTask(Of(candidate.Training), _text, _target, network, ((TextTraining)candidate.Training).LabelSmoothing, _train, _validation, _device);
    }

    public override nn.Module Built(TrainingSpec training) => Network.For(Of(training), _target.Outputs);

    public override ModelProto Graph(LearningTask task) => TextGraph.Of((TextTask)task);

    /// <summary>A bag's vectors and last layer; a transformer's blocks and last layer.</summary>
    public override bool IsWeight(string name) => name is "vectors.weight" or "output.weight" || (name.Contains(".blocks.", StringComparison.Ordinal) && !name.Contains("norm", StringComparison.Ordinal));

    public override TrainingSpec Filled(TrainingSpec student, IProgress<Report> progress)
    {
        var source = (TextTraining)Source.Training;
        var filled = TextRun.Fill((TextTraining)student with { Text = source.Text, Target = source.Target, Split = source.Split, From = null }, _train.RowCount, progress);
        var (own, its) = (filled.Network!, source.Network!);
        return own.GetType() == its.GetType() && (own.VocabularySize, own.MaxCharacters) == (its.VocabularySize, its.MaxCharacters) && !(own is BagNetwork a && its is BagNetwork b && (a.WordNGrams, a.CharacterNGrams) != (b.WordNGrams, b.CharacterNGrams))
            && !(own is TransformerTextNetwork c && its is TransformerTextNetwork d && c.MaxWords != d.MaxWords)
            ? filled
            : throw new UserError("The student's network reads texts otherwise than the source's; its kind, vocabulary_size, max_characters, n-grams and max_words must be the source's.");
    }

    public override TrainingSpec Halved()
    {
        var source = (TextTraining)Source.Training;
        return source with
        {
            From = null,
            Network = source.Network switch
            {
                BagNetwork bag => bag with { Dimension = Math.Max(2, bag.Dimension / 2) },
                TransformerTextNetwork transformer => transformer with { Width = Math.Max(8, transformer.Width / 2 / transformer.Heads * transformer.Heads), HeadWidth = null, Inner = null },
                var other => other,
            },
        };
    }

    public override Structure? Structure(TrainingSpec training) => ((TextTraining)training).Network is TransformerTextNetwork spec
        ? GptStructure.Of(Transformer.BodyOf(spec), "body.", null, body => ((TextTraining)training) with
        {
            Network = spec with { Layers = body.Layers, Heads = body.Heads, HeadWidth = body.HeadWidth, Inner = body.Inner },
        })
        : null;

    public override CalibrationRows Calibration(int most)
    {
        var texts = TextTask.TextsOf(_train, _text)[..Math.Min(most, _train.RowCount)];
        return new([texts], texts.Length);
    }

    public override Lessons Lessons(IReadOnlyList<Model> teachers, IReadOnlyList<string> folders, LearningTask student, Distillation step, CancellationToken token)
    {
        foreach (var teacher in teachers)
            if (!teacher.Manifest.Labels!.SequenceEqual(_target.Labels!, StringComparer.Ordinal))
                throw new UserError($"A teacher tells {string.Join(", ", teacher.Manifest.Labels!.Take(10))} apart; it must know the source's classes.");
        var logs_NC = Compression.Lessons.Mean(teachers.Select(teacher => Answers(teacher, _train, token)), _target.Outputs, _device);
        var lesson = new Lesson(step.Temperature, step.Weight, (rows_B, _) => logs_NC.index_select(0, rows_B))
        {
            Sureness = step.Curriculum ? Compression.Lessons.Sureness(logs_NC) : null,
        };
        return new Lessons(lesson, logs_NC);
    }

    public override Quality Validate(Model served) => Of(served, _validation, "validation");

    public override Quality Test(Model served) => Of(served, _test, _testName);

    public override ModelManifest Write(string folder, LearningTask task, TrainingSpec training, Lineage lineage, PackageVariant variant, CancellationToken token) =>
        TextPackage.Write(folder, (TextTask)task, (TextTraining)training, _test, ModelMetrics.None, lineage, variant);

    public override Candidate Load(string folder)
    {
        var (training, _, _, network) = TextPackage.Load(folder);
        using (network)
            return Candidate.Of(training, network);
    }

    /// <summary>The vocabulary is the source's; what the network makes of it is the candidate's own.</summary>
    private Encoder Of(TrainingSpec training) => _encoder.For(((TextTraining)training).Network!);

    private Quality Of(Model served, Table part, string split)
    {
        var majority = _target.Classes(_train[_target.Name]).CountBy(number => number).MaxBy(group => group.Value).Key;
        return Compression.Quality.OfClasses(Answers(served, part, CancellationToken.None), _target.Classes(part[_target.Name]), _target.Outputs, (int)majority, split);
    }

    private float[] Answers(Model served, Table part, CancellationToken token) => [.. TextTask.TextsOf(part, _text).Chunk(TextTask.RowsAtOnce).SelectMany(texts =>
    {
        token.ThrowIfCancellationRequested();
        return served.Run([texts], texts.Length).Probabilities!;
    })];
}
