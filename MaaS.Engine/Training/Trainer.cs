// The training loop, to be read aloud: shuffle, step through the batches, look at the validation rows, keep the best, stop when it
// no longer gets better. The same for every task. Knows nothing of files but its checkpoint, nothing of the platform.
using MaaS.Contracts.Training;
using MaaS.Engine.Data;
using MaaS.Engine.Optimizers;
using MaaS.Engine.Tasks;
using static TorchSharp.torch;

namespace MaaS.Engine.Training;

/// <param name="spec">Every value filled in.</param>
internal sealed class Trainer(ModelTask task, TrainingSpec spec, Compute compute, Checkpointing checkpointing, IProgress<Report> progress)
{
    /// <summary>How often the loss of one batch is read back; each reading waits for the device.</summary>
    private const int StepsBetweenBatchLosses = 50;

    /// <summary>Trains, and leaves the best parameters seen in the network.</summary>
    /// <exception cref="UserError">The loss is no longer a number.</exception>
    public TrainingProgress Run(CancellationToken token)
    {
        using var outer = NewDisposeScope();
        using var parameters = new FlatParameters(task.Network);
        using var optimizer = Optimizer.For(spec.Optimizer!, parameters.Theta, parameters.Gradient);
        using var best = parameters.Theta.clone();
        var at = checkpointing.Restore(parameters, optimizer, best) ?? new TrainingProgress();
        if (at.Epoch > 0)
            progress.Report(new Said($"resumed after epoch {at.Epoch}, step {at.Step}"));

        while (at.Epoch < spec.Epochs && !Exhausted(at))
        {
            at = at with { Epoch = at.Epoch + 1 };
            var trainLoss = OneEpoch(at, parameters, optimizer, token);
            at = at with { Step = at.Step + StepsPerEpoch };

            var figures = task.Validate();
            if (!double.IsFinite(figures["loss"]))
                throw new UserError($"The loss became {figures["loss"]} in epoch {at.Epoch}; lower optimizer.learning_rate (it is {optimizer.LearningRate}).");
            if (figures["loss"] < at.BestLoss)
            {
                best.copy_(parameters.Theta);
                at = at with { BestLoss = figures["loss"], BestEpoch = at.Epoch };
            }
            Tell(at, trainLoss, figures, optimizer.LearningRate);
            checkpointing.Save(at, parameters, optimizer, best);
        }

        parameters.Theta.copy_(best);
        progress.Report(new Said(Exhausted(at)
            ? $"stopped after epoch {at.Epoch}: no better validation loss for {spec.Patience} epochs; the best was {at.BestLoss:g6} in epoch {at.BestEpoch}"
            : $"all {at.Epoch} epochs done; the best validation loss was {at.BestLoss:g6} in epoch {at.BestEpoch}"));
        return at;
    }

    private bool FullBatch => spec.Optimizer is GradientDescentSpec;

    private int BatchSize => FullBatch ? task.TrainRows : Math.Min(spec.BatchSize!.Value, task.TrainRows);

    private int StepsPerEpoch => (task.TrainRows + BatchSize - 1) / BatchSize;

    private bool Exhausted(TrainingProgress at) => spec.Patience > 0 && at.Epoch - at.BestEpoch >= spec.Patience;

    /// <returns>Mean loss over the epoch's rows.</returns>
    private double OneEpoch(TrainingProgress at, FlatParameters parameters, Optimizer optimizer, CancellationToken token)
    {
        using var scope = NewDisposeScope();
        var order_N = Order(at.Epoch);
        var total = zeros(1, dtype: ScalarType.Float64, device: compute.Device);
        for (var step = 0; step < StepsPerEpoch; step++)
        {
            token.ThrowIfCancellationRequested();
            using var batch = NewDisposeScope();
            var rows_B = order_N.slice(0, (long)step * BatchSize, Math.Min((step + 1L) * BatchSize, task.TrainRows), 1);
            parameters.Gradient.zero_();
            var loss = task.Loss(rows_B);
            loss.backward();
            optimizer.Step();
            using (no_grad())
                total.add_(loss.detach() * rows_B.shape[0]);
            if ((at.Step + step + 1) % StepsBetweenBatchLosses == 0)
                progress.Report(new Measured("batch_loss", at.Step + step + 1, loss.item<float>()));
        }
        return total.item<double>() / task.TrainRows;
    }

    /// <summary>The epoch's order of rows: from the seed and the epoch alone, so a resumed run takes the same.</summary>
    private Tensor Order(int epoch)
    {
        var rows = Enumerable.Range(0, task.TrainRows).ToArray();
        if (!FullBatch)
            new SplitMix64((ulong)spec.Seed << 32 | (uint)epoch).Shuffle(rows);
        return tensor(Array.ConvertAll(rows, row => (long)row)).to(compute.Device);
    }

    private void Tell(TrainingProgress at, double trainLoss, IReadOnlyDictionary<string, double> figures, double learningRate)
    {
        progress.Report(new Measured("train_loss", at.Step, trainLoss));
        foreach (var (name, value) in figures)
            progress.Report(new Measured($"val_{name}", at.Step, value));
        progress.Report(new Measured("learning_rate", at.Step, learningRate));
        progress.Report(new Measured("epoch", at.Step, at.Epoch));
        progress.Report(new Said($"epoch {at.Epoch}: train loss {trainLoss:g6}, {string.Join(", ", figures.Select(figure => $"validation {figure.Key} {figure.Value:g6}"))}"));
        progress.Report(new Advanced((double)at.Epoch / spec.Epochs, $"epoch {at.Epoch} of at most {spec.Epochs}"));
    }
}

/// <summary>How far a training has come; with the tensors of the checkpoint, all there is to go on from.</summary>
internal sealed record TrainingProgress(int Epoch = 0, long Step = 0, double BestLoss = double.PositiveInfinity, int BestEpoch = 0);
