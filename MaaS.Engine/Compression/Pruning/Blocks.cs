// Whole blocks that a network's signal passes by can go: each time the one that the validation rows miss least.
using MaaS.Contracts.Compression;

namespace MaaS.Engine.Compression;

internal static class Blocks
{
    public static double Macs(Structure structure) => structure.Macs([.. structure.Groups.Select(group => group.Count)]);

    /// <summary>The candidate without as many blocks as can go before fewer multiplications than asked for are left; null when none can.</summary>
    public static Candidate? Removed(Subject subject, Candidate from, StructuredPruning step, IProgress<Report> progress, CancellationToken token)
    {
        var least = Macs(subject.Structure(from.Training)!) * step.Macs;
        Candidate? best = null;
        while (subject.Structure((best ?? from).Training) is { Blocks.Count: > 1 } structure)
        {
            var (left, without) = (best ?? from, (Candidate?)null);
            var loss = double.PositiveInfinity;
            for (var block = 0; block < structure.Blocks!.Count; block++)
            {
                token.ThrowIfCancellationRequested();
                int[] kept = [.. Enumerable.Range(0, structure.Blocks.Count).Where(other => other != block)];
                var tried = new Candidate(structure.Of!(kept), structure.Keep(left.Weights, kept));
                using var task = subject.Task(tried);
                if (Macs(subject.Structure(tried.Training)!) >= least && task.Validate()["loss"] is var found && found < loss)
                {
                    without?.Dispose();
                    (without, loss) = (tried, found);
                }
                else
                    tried.Dispose();
            }
            if (without is null)
                break;
            progress.Report(new Said($"without one of its {structure.Blocks.Count} blocks the validation loss is {loss:g6}"));
            best?.Dispose();
            best = without;
        }
        return best;
    }
}
