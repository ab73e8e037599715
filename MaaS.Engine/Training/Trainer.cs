// The training loop, to be read aloud: shuffle, step through the batches, look at the validation rows, keep the best, stop when it
// no longer gets better. The same for every task. Knows nothing of files but its checkpoint, nothing of the platform.
using MaaS.Contracts.Training;
using MaaS.Engine.Optimizers;
using MaaS.Engine.Tasks;
using static TorchSharp.torch;

namespace MaaS.Engine.Training;

/// <param name="spec">Every value filled in.</param>
/// <param name="constraints">What the weights must be while they learn; null leaves them free.</param>
internal sealed class Trainer(
    LearningTask task, TrainingSpec spec, Compute compute, Checkpointing checkpointing, IProgress<Report> progress, Constraints? constraints = null)
{
    /// <summary>How often the loss of one batch is read back and a checkpoint may be taken; each waits for the device.</summary>
    private const int StepsBetweenPauses = 50;

    private readonly int _stepsPerEpoch = StepsPerEpoch(task, spec);

    /// <summary>Trains, and leaves the best parameters seen in the network.</summary>
    /// <exception cref="UserError">The loss is no longer a number.</exception>
    /// <exception cref="MemoryShortage">A step needs more memory than there is.</exception>
    public TrainingProgress Run(CancellationToken token)
    {
        try
        {
            return Learn(token);
        }
        catch (Exception error) when (MemoryShortage.IsMeant(error))
        {
            throw new MemoryShortage(spec, compute, error);
        }
    }

    private TrainingProgress Learn(CancellationToken token)
    {
        using var outer = NewDisposeScope();
        task.Precision = compute.Precision;
        using var parameters = new FlatParameters(task.Network, task.IsHidden);
        using var optimizer = Optimizer.For(spec.Optimizer!, parameters, task.Crew);
        using var average = spec.Ema is { } decay ? new Average(parameters, decay) : null;
        using var best = new Snapshot(parameters);
        constraints?.Begin(parameters, (long)_stepsPerEpoch * spec.Epochs);
        var state = State(parameters, optimizer, average, best, constraints);
        var at = checkpointing.Restore(state);
        if (at is not null)
            progress.Report(new Said($"resumed after epoch {at.Epoch}, step {at.Step}"));
        at ??= spec.From is null ? new TrainingProgress() : Begun(average);

        while (at.Epoch < spec.Epochs && !Exhausted(at))
        {
            at = compute.Precision.During(() => OneEpoch(at, parameters, optimizer, average, state, token));
            at = Judge(at, average, best, optimizer);
            checkpointing.Save(at, state);
        }

        best.PutBack();
        var chosenBy = task.Lesson is null ? "validation loss" : "share of validation errors"; // as Judge does
        progress.Report(new Said(Exhausted(at)
            ? $"stopped after epoch {at.Epoch}: no better {chosenBy} for {spec.Patience} epochs; the best was {at.BestLoss:g6} in epoch {at.BestEpoch}"
            : $"all {at.Epoch} epochs done; the best {chosenBy} was {at.BestLoss:g6} in epoch {at.BestEpoch}"));
        return at;
    }

    private static int BatchSize(LearningTask task, TrainingSpec spec) =>
        spec.Optimizer is GradientDescentSpec ? task.TrainRows : Math.Min(spec.BatchSize!.Value, task.TrainRows);

    private static int StepsPerEpoch(LearningTask task, TrainingSpec spec) =>
        (int)Math.Ceiling(task.TrainRows / ((double)BatchSize(task, spec) * spec.Accumulation));

    private bool Exhausted(TrainingProgress at) => spec.Patience > 0 && at.Epoch - at.BestEpoch >= spec.Patience;

    /// <summary>Everything that a resumed training must have back.</summary>
    private static List<KeyValuePair<string, Tensor>> State(FlatParameters parameters, Optimizer optimizer, Average? average, Snapshot best, Constraints? constraints) =>
    [
        new("theta", parameters.Theta),
        .. parameters.Buffers.Select((buffer, i) => new KeyValuePair<string, Tensor>($"buffer.{i}", buffer)),
        .. optimizer.State.Select(state => new KeyValuePair<string, Tensor>($"optimizer.{state.Key}", state.Value)),
        .. average is null ? [] : new[] { new KeyValuePair<string, Tensor>("ema", average.Ema) },
        .. best.State,
        .. constraints?.State ?? [],
    ];

    /// <summary>What the network is worth before the first step: only what is better than that is kept.</summary>
    private TrainingProgress Begun(Average? average)
    {
        var figures = Look(average);
        foreach (var (name, value) in figures)
            progress.Report(new Measured($"val_{name}", 0, value));
        progress.Report(new Said($"it begins with {Described(figures)}"));
        return new TrainingProgress(BestLoss: double.IsFinite(figures["loss"]) ? figures["loss"] : double.PositiveInfinity);
    }

    /// <summary>Goes through a new epoch, or through what is left of the one under way.</summary>
    private TrainingProgress OneEpoch(
        TrainingProgress at, FlatParameters parameters, Optimizer optimizer, Average? average, IReadOnlyCollection<KeyValuePair<string, Tensor>> state, CancellationToken token)
    {
        using var scope = NewDisposeScope();
        var epoch = at.Epoch + 1;
        var schedule = new Schedule(spec.Schedule ?? new ConstantSchedule(), (long)_stepsPerEpoch * spec.Epochs, _stepsPerEpoch);
        var order_N = tensor(task.Lesson?.Order(task, epoch, spec) ?? task.Order(epoch, spec.Seed)).to(task.GathersOnCpu ? CPU : compute.Device);
        var total = tensor(new[] { at.LossSum }, device: compute.Device);
        var rows = BatchSize(task, spec);
        compute.Reseed(spec.Seed, at.Step);
        for (var step = at.Step - (long)at.Epoch * _stepsPerEpoch; step < _stepsPerEpoch; step++)
        {
            token.ThrowIfCancellationRequested();
            using var batch = NewDisposeScope();
            var first = step * rows * spec.Accumulation;
            var last = Math.Min(first + (long)rows * spec.Accumulation, task.TrainRows);
            parameters.Gradient.zero_();
            constraints?.Project();
            var sum = zeros(1, device: compute.Device);
            for (var from = first; from < last; from += rows)
            {
                var rows_B = order_N.slice(0, from, Math.Min(from + rows, last), 1);
                sum.add_(task.Backward(rows_B, (double)rows_B.shape[0] / (last - first), parameters));
            }
            constraints?.Release();
            if (spec.ClipNorm is { } norm)
                Clip(parameters.Gradient, norm);
            optimizer.Scale = schedule.At(at.Step, at.Reductions);
            optimizer.Step();
            at = at with { Step = at.Step + 1 };
            constraints?.After(at.Step);
            average?.Add(at.Step);
            using (no_grad())
                total.add_(sum * (last - first));
            if (at.Step % StepsBetweenPauses != 0)
                continue;
            progress.Report(new Measured("batch_loss", at.Step, sum.item<float>()));
            if (checkpointing.IsDue)
                checkpointing.Save(at with { LossSum = total.item<double>() }, state);
            compute.Reseed(spec.Seed, at.Step);
        }
        return at with { Epoch = epoch, LossSum = total.item<double>() };
    }

    /// <summary>Pascanu et al. 2013, arXiv:1211.5063. On the device, so that nothing waits for the norm.</summary>
    internal static void Clip(Tensor gradient, double norm)
    {
        using var quiet = no_grad();
        using var scope = NewDisposeScope();
        gradient.mul_((norm / (gradient.norm() + 1e-6)).clamp_(max: 1));
    }

    private IReadOnlyDictionary<string, double> Look(Average? average) => Shown(average, task.Validate);

    /// <summary>Does something with the parameters as they would be kept.</summary>
    private T Shown<T>(Average? average, Func<T> something)
    {
        var projected = constraints is null ? something : () => constraints.Instead(something);
        return average is null ? projected() : average.Instead(projected);
    }

    /// <summary>Looks at the validation rows, keeps the network if it is the best so far, and tells.</summary>
    private TrainingProgress Judge(TrainingProgress at, Average? average, Snapshot best, Optimizer optimizer)
    {
        var (trainLoss, figures) = (at.LossSum / task.TrainRows, Look(average));
        at = at with { LossSum = 0 };
        if (!double.IsFinite(figures["loss"]))
            throw new UserError($"The loss became {figures["loss"]} in epoch {at.Epoch}; lower optimizer.learning_rate (it is {optimizer.LearningRate}).");
        var loss = task.Lesson is null ? figures["loss"] : Lesson.Loss(figures);
        if (loss < at.BestLoss && constraints?.AreSettled != false)
        {
            Shown(average, () => { best.Take(); return true; });
            at = at with { BestLoss = loss, BestEpoch = at.Epoch };
        }
        else if (spec.Schedule is PlateauSchedule plateau && at.Epoch - Math.Max(at.BestEpoch, at.ReducedEpoch) >= plateau.Patience)
        {
            at = at with { Reductions = at.Reductions + 1, ReducedEpoch = at.Epoch };
            progress.Report(new Said($"learning rate times {plateau.Factor}: no better validation loss for {plateau.Patience} epochs"));
        }
        Tell(at, trainLoss, figures, optimizer.LearningRate);
        return at;
    }

    private void Tell(TrainingProgress at, double trainLoss, IReadOnlyDictionary<string, double> figures, double learningRate)
    {
        progress.Report(new Measured("train_loss", at.Step, trainLoss));
        foreach (var (name, value) in figures)
            progress.Report(new Measured($"val_{name}", at.Step, value));
        progress.Report(new Measured("learning_rate", at.Step, learningRate));
        progress.Report(new Measured("epoch", at.Step, at.Epoch));
        progress.Report(new Said($"epoch {at.Epoch}: train loss {trainLoss:g6}, {Described(figures)}"));
        progress.Report(new Advanced((double)at.Epoch / spec.Epochs, $"epoch {at.Epoch} of at most {spec.Epochs}"));
    }

    private static string Described(IReadOnlyDictionary<string, double> figures) =>
        string.Join(", ", figures.Select(figure => $"validation {figure.Key} {figure.Value:g6}"));
}

/// <summary>How far a training has come; with the tensors of the checkpoint, all there is to go on from.</summary>
/// <param name="Epoch">Epochs that are done.</param>
/// <param name="Step">Steps that are done, those of the epoch under way included.</param>
/// <param name="LossSum">Of the rows of the epoch under way so far.</param>
/// <param name="Reductions">How often a plateau lowered the learning rate, last after <paramref name="ReducedEpoch"/>.</param>
internal sealed record TrainingProgress(
    int Epoch = 0, long Step = 0, double BestLoss = double.PositiveInfinity, int BestEpoch = 0, int Reductions = 0, int ReducedEpoch = 0,
    double LossSum = 0);
