// The steps that train: from a candidate to the next. What earlier steps asked of the weights, later ones keep; which that is, follows from the
// steps and the weights themselves, so a recipe can go on from any of its variants.
using MaaS.Contracts.Compression;
using MaaS.Contracts.Training;
using MaaS.Engine.Optimizers;
using MaaS.Engine.Tasks;
using MaaS.Engine.Tasks.Images;
using MaaS.Engine.Training;
using MaaS.Inference;
using static TorchSharp.torch;

namespace MaaS.Engine.Compression;

/// <param name="folder">For what a training writes down.</param>
/// <param name="source">The source's package.</param>
/// <param name="teachers">Packages by version.</param>
internal sealed class TrainingSteps(Subject subject, string folder, string source, IReadOnlyDictionary<Guid, string> teachers, IProgress<Report> progress)
{
    private const double Gentle = 0.1; // of the source's learning rate, where what is learned shall not be lost

    /// <param name="before">What was done to the candidate, in order.</param>
    /// <param name="token">Stops a training between two of its steps.</param>
    /// <exception cref="UserError">The step cannot be done on this network.</exception>
    /// <exception cref="OperationCanceledException">The token was cancelled.</exception>
    public Candidate Apply(CompressionStep step, Candidate from, IReadOnlyList<CompressionStep> before, CancellationToken token)
    {
        switch (step)
        {
            case Pruning prune:
                return Trained(
                    from, [new GradualPruning(prune, IsWeight, InputsOf(from, prune.Measure)), .. Held(before, not: typeof(Pruning))], 2 * prune.Epochs, token,
                    dropout: Math.Sqrt(1 - (prune.TwoOfFour ? 0.5 : prune.Sparsity)));
            case StructuredPruning shrink:
                return Shrunk(from, shrink, before, token);
            case Distillation distill:
                return Distilled(from, distill, before, token);
            case BinaryWeights binary:
                return Trained(Normalized(from), [new Signs(IsWeight), .. Held(before)], binary.Epochs, token);
            case QuantizationAwareTraining aware:
                return Trained(from, [new RoundedWeights(aware.Bits, IsWeight), .. Held(before, not: typeof(QuantizationAwareTraining))], aware.Epochs, token, Gentle);
            case WeightSharing share:
                return Trained(from, [new SharedValues(share.Bits, IsWeight), .. Held(before, not: typeof(WeightSharing))], share.Epochs, token, Gentle);
            case FineTuning tune:
                return Trained(from, Held(before), tune.Epochs, token, Gentle, tune.LearningRate, goesOn: true);
            default:
                throw new ArgumentOutOfRangeException(nameof(step), step, null);
        }
    }

    /// <summary>What earlier steps made of the weights, and they stay.</summary>
    private List<Constraint> Held(IReadOnlyList<CompressionStep> before, Type? not = null)
    {
        var held = new List<Constraint>();
        foreach (var kind in before.Select(step => step.GetType()).Distinct().Where(kind => kind != not))
            if (kind == typeof(BinaryWeights))
                held.Add(new Signs(IsWeight));
            else if (kind == typeof(Pruning))
                held.Add(new Zeros(IsWeight));
            else if (kind == typeof(WeightSharing))
                held.Add(new SharedValues(null, IsWeight));
            else if (kind == typeof(QuantizationAwareTraining) && not != typeof(WeightSharing) && !before.Any(step => step is WeightSharing)) // shared values lie on no grid
                held.Add(new RoundedWeights(before.OfType<QuantizationAwareTraining>().Last().Bits, IsWeight));
        return held;
    }

    private bool IsWeight(FlatPlace place) => place.Shape.Length >= 2 && subject.IsWeight(place.Name);

    /// <param name="gentle">Of the source's learning rate.</param>
    /// <param name="rate">A learning rate of its own; null takes that share of the source's.</param>
    /// <param name="goesOn">Whether only what is better than the candidate is kept.</param>
    /// <param name="dropout">Of the source's dropout: a network of which little is left has no more to spare (Han et al. 2015, arXiv:1506.02626).</param>
    /// <param name="afresh">Whether what was learned may be lost, so that Muon is taken where the source had it.</param>
    private Candidate Trained(
        Candidate from, IReadOnlyList<Constraint> constraints, int epochs, CancellationToken token, double gentle = 1, double? rate = null, bool goesOn = false,
        Func<LearningTask, Lessons>? lessons = null, double dropout = 1, bool afresh = false)
    {
        using var scope = NewDisposeScope();
        var optimizer = OptimizerOf(from.Training, gentle, rate, afresh);
        var spec = from.Training with
        {
            Epochs = epochs,
            Patience = 0,
            Ema = null,
            Optimizer = optimizer,
            Schedule = new CosineSchedule(),
            From = goesOn ? Guid.Empty : null,
            BatchSize = from.Training.BatchSize ?? 128,
        };
        var compute = subject.Compute(spec);
        using var task = subject.Task(new Candidate(WithLessDropout(from.Training, dropout), from.Weights));
        using var lesson = lessons?.Invoke(task);
        task.Lesson = lesson?.Lesson;
        using var asked = new Constraints(constraints);
        if (epochs > 0)
            new Trainer(task, spec, compute, new Checkpointing(folder), progress, asked).Run(token);
        else
        {
            using var parameters = new FlatParameters(task.Network, task.IsHidden);
            asked.Begin(parameters, 0);
            asked.Project();
        }
        return Candidate.Of(from.Training with { From = null }, task.Network);
    }

    private static TrainingSpec WithLessDropout(TrainingSpec training, double times) => training switch
    {
        ImageTraining { Network: ImageMlpNetwork mlp } image => image with { Network = mlp with { Dropout = mlp.Dropout * times } },
        ImageTraining { Network: ConvolutionalNetwork cnn } image => image with { Network = cnn with { Dropout = cnn.Dropout * times } },
        TextTraining { Network: { } network } text => text with { Network = network with { Dropout = network.Dropout * times } },
        LanguageTraining { Network: { } network } language => language with { Network = network with { Dropout = network.Dropout * times } },
        _ => training,
    };

    /// <summary>Steps all of one size, as Muon's, and steps of all rows at once would undo what was learned.</summary>
    private static OptimizerSpec OptimizerOf(TrainingSpec training, double gentle, double? rate, bool afresh)
    {
        var optimizer = training.Optimizer is GradientDescentSpec or null || (training.Optimizer is MuonSpec && !afresh) ? new AdamWSpec() : training.Optimizer;
        return optimizer with { LearningRate = rate ?? (optimizer.LearningRate ?? Optimizer.DefaultLearningRate(optimizer)) * gentle };
    }

    private Candidate Shrunk(Candidate from, StructuredPruning step, IReadOnlyList<CompressionStep> before, CancellationToken token)
    {
        if (subject.Structure(from.Training) is null)
            throw new UserError("shrink: this network has no neurons, channels or heads that could go.");
        Candidate cut;
        using (var whole = step.Layers ? Blocks.Removed(subject, from, step, progress, token) : null)
        {
            var left = whole ?? from;
            var structure = subject.Structure(left.Training)!;
            var share = step.Macs * Blocks.Macs(subject.Structure(from.Training)!) / Blocks.Macs(structure);
            cut = share >= 1 ? left with { Weights = left.Weights.ToDictionary(weight => weight.Key, weight => weight.Value.clone().DetachFromDisposeScope()) }
                : Shrinking.Of(left, structure, step with { Macs = share }, InputsOf(left, step.Measure), progress);
        }
        if (step.Epochs == 0)
            return cut;
        // Given as long as the source had, what is left learns best in the source's own way, which may undo what it knew.
        using (cut)
            return Trained(cut, Held(before), step.Epochs, token, dropout: Math.Sqrt(step.Macs), afresh: step.Epochs >= from.Training.Epochs);
    }

    /// <summary>How much each layer's inputs vary, where it matters.</summary>
    private Dictionary<string, Tensor> InputsOf(Candidate candidate, PruningMeasure measure)
    {
        if (measure != PruningMeasure.Activation)
            return [];
        using var task = subject.Task(candidate);
        return Deviations.Of(task, progress);
    }

    private Candidate Distilled(Candidate from, Distillation step, IReadOnlyList<CompressionStep> before, CancellationToken token)
    {
        using var student = step.Student is null && before.Count > 0 ? null : Student(step);
        if (student is not null)
            progress.Report(new Said($"the student's network has {student.Weights.Where(weight => weight.Value.dim() >= 2).Sum(weight => weight.Value.numel()):N0} weights, the source's {subject.Source.Weights.Where(weight => weight.Value.dim() >= 2).Sum(weight => weight.Value.numel()):N0}"));
        var pupil = student ?? from;
        var folders = step.Teachers?.Select(id => teachers.TryGetValue(id, out var its) ? its : throw new UserError($"teachers names the version {id}, which is not there.")).ToArray() ?? [source];
        var models = folders.Select(its => Model.Open(Path.Combine(its, "model.onnx"), Subject.ManifestOf(its))).ToArray();
        try
        {
            foreach (var model in models)
                if (model.Manifest.Task != subject.Manifest.Task)
                    throw new UserError($"A teacher is of the task {model.Manifest.Task}, the source of {subject.Manifest.Task}; only versions of the same task can teach it.");
            return Trained(
                pupil, student is null ? Held(before) : [], step.Epochs ?? pupil.Training.Epochs, token,
                lessons: task => subject.Lessons(models, folders, task, step, token));
        }
        finally
        {
            foreach (var model in models)
                model.Dispose();
        }
    }

    /// <summary>A network that begins by chance, as asked or as proposed.</summary>
    private Candidate Student(Distillation step)
    {
        using var scope = NewDisposeScope();
        var training = step.Student is { } asked ? subject.Filled(asked, progress) : subject.Halved();
        subject.Compute(training);
        using var network = subject.Built(training);
        return Candidate.Of(training, network);
    }

    /// <summary>Layers of signs need their sums brought back to one size: where the network can have batch normalization, it gets it, and begins anew.</summary>
    private Candidate Normalized(Candidate from)
    {
        if (from.Training is not ImageTraining { Network: ImageMlpNetwork { Normalized: false } mlp } image)
            return from;
        progress.Report(new Said("each layer is normalized over the batch, as layers of binary weights need it, and learns from the beginning"));
        using var scope = NewDisposeScope();
        var training = image with { Network = mlp with { Normalized = true } };
        subject.Compute(training);
        using var network = (Network)subject.Built(training);
        return Candidate.Of(training, network);
    }
}
