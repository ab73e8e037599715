// Compress for me: first what needs no training, then smaller networks, each as small as what was learned from the ones before says it may be, and on
// each the ways to store and compute it. Ends with the best so far, whenever it is told to; what it made in an earlier attempt it does not make again.
using System.Diagnostics;
using MaaS.Contracts.Compression;
using MaaS.Engine.Packages;
using MaaS.Inference;

namespace MaaS.Engine.Compression;

internal sealed class Search(SearchPlan plan, Subject subject, Workshop workshop, IProgress<Report> progress)
{
    private const int MostEpochs = 20, FewestEpochs = 1;

    // Smaller steps between two networks than this change little.
    private const double Narrow = 0.06, Smallest = 0.06;

    // Of the time left: for one training, so that there is time for the next.
    private const double OneTraining = 0.35;

    private double _secondsAnEpoch;

    /// <param name="watch">Since when its time counts.</param>
    /// <param name="token">Stops it; what it has is returned.</param>
    public CompressionReport Run(Stopwatch watch, CancellationToken token)
    {
        var time = TimeSpan.FromMinutes(plan.Minutes);
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(token);
        if (time > watch.Elapsed)
            limit.CancelAfter(time - watch.Elapsed);
        else
            limit.Cancel();
        try
        {
            Try([], watch, limit.Token);
            Shrink(watch, limit.Token);
            progress.Report(new Said("nothing is left to try"));
        }
        catch (OperationCanceledException) when (limit.IsCancellationRequested)
        {
            progress.Report(new Said(token.IsCancellationRequested ? "stopped" : $"its {plan.Minutes:0.#} minutes are over"));
        }
        return Verdict.Of(workshop.Report, plan);
    }

    /// <summary>All ways to store and compute a network.</summary>
    private void Try(IReadOnlyList<CompressionStep> network, Stopwatch watch, CancellationToken token)
    {
        CompressionStep[] ways = [new StaticQuantization(), new DynamicQuantization(), new WeightQuantization(8), new WeightQuantization(4)];
        if (network.Count > 0)
            Make(network, watch, token);
        foreach (var way in ways)
            Make([.. network, way], watch, token);
    }

    /// <summary>Halves the interval between a share of the multiplications that loses too much and one that does not.</summary>
    private void Shrink(Stopwatch watch, CancellationToken token)
    {
        if (!CanTrain)
            return;
        var (bears, fails, share) = (1.0, 0.0, 0.5);
        while (bears - fails > Narrow && share >= Smallest)
        {
            var steps = Smaller(share, watch);
            if (Make(steps, watch, token) is { } made && Verdict.Lost(workshop.Report, made) <= plan.MaxLoss)
            {
                Try(steps, watch, token);
                bears = share;
                // As long as nothing failed, the next is half of it.
                share = fails == 0 ? share / 2 : (bears + fails) / 2;
            }
            else
            {
                fails = share;
                share = (bears + fails) / 2;
            }
            if (!CompressionRules.CanShrink(subject.Source.Training))
                return; // one student is proposed, and no other
        }
    }

    private bool CanTrain => CompressionRules.Refusal(new RecipePlan([new FineTuning()]), subject.Manifest.Task, subject.Source.Training) is null;

    /// <summary>A network of that share of the multiplications, taught by the source for as long as the time allows.</summary>
    private IReadOnlyList<CompressionStep> Smaller(double share, Stopwatch watch)
    {
        // What an earlier attempt made is found by its share, whatever time it had.
        if (workshop.Report.Variants.Select(variant => variant.Steps).FirstOrDefault(steps => steps.Count == 2 && steps[0] is StructuredPruning cut && Math.Abs(cut.Macs - share) < 1e-9 && steps[1] is Distillation) is { } made)
            return made;
        var left = TimeSpan.FromMinutes(plan.Minutes) - watch.Elapsed;
        var epochs = _secondsAnEpoch == 0 ? FewestEpochs + 1 : (int)Math.Clamp(left.TotalSeconds * OneTraining / _secondsAnEpoch, FewestEpochs, MostEpochs);
        if (!CompressionRules.CanShrink(subject.Source.Training))
            return [new Distillation(Epochs: epochs)];
        return [new StructuredPruning(share, PruningMeasure.Activation, Epochs: 0), new Distillation(Temperature: 1, Weight: 0.5, Epochs: epochs)];
    }

    /// <returns>Null for one that cannot be made of this source.</returns>
    private Variant? Make(IReadOnlyList<CompressionStep> steps, Stopwatch watch, CancellationToken token)
    {
        token.ThrowIfCancellationRequested();
        progress.Report(new Advanced(Math.Min(1, watch.Elapsed.TotalMinutes / plan.Minutes), $"variant {workshop.Report.Variants.Count + 1}: {StepWords.Of(steps)}"));
        try
        {
            var began = watch.Elapsed;
            if (steps is [.., Distillation { Epochs: { } epochs }] && workshop.Find(steps) is null)
            {
                workshop.CandidateOf(steps, token);
                _secondsAnEpoch = (watch.Elapsed - began).TotalSeconds / epochs;
            }
            return workshop.Make(steps, token);
        }
        catch (Exception impossible) when (impossible is UserError or ParityException or ModelLoadException or MemoryShortage) // one variant's trouble is not the search's
        {
            progress.Report(new Said($"left out: {impossible.Message}"));
            return null;
        }
    }
}
