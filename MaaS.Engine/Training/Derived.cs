// What the user left open, filled in from the data, each with a sentence for the log. The manifest keeps the filled-in settings.
using MaaS.Contracts.Training;
using MaaS.Engine.Optimizers;

namespace MaaS.Engine.Training;

internal static class Derived
{
    public static TabularTraining Fill(TabularTraining spec, TabularGoal goal, int trainRows, IReadOnlyList<string> features, IProgress<Report> progress)
    {
        var network = spec.Network ?? new MlpNetwork();
        if (network is MlpNetwork { Hidden: null } open)
        {
            // Enough for the tables people have; more neurons than rows only remember the rows.
            int[] hidden = trainRows < 2_000 ? [64, 32] : [256, 128];
            network = open with { Hidden = hidden };
            progress.Report(new Said($"hidden layers {string.Join(" and ", hidden)}: for {trainRows} training rows"));
        }

        var optimizer = spec.Optimizer ?? new AdamWSpec();
        if (optimizer.LearningRate is null)
        {
            // Ten times the step for a linear network: its loss has one minimum, and it may go there directly.
            var rate = Optimizer.DefaultLearningRate(optimizer) * (network is LinearNetwork && optimizer is AdamSpec or AdamWSpec ? 10 : 1);
            optimizer = optimizer with { LearningRate = rate };
            progress.Report(new Said($"learning rate {rate}: the usual one for this method and network"));
        }

        var batchSize = spec.BatchSize;
        if (batchSize is null && optimizer is not GradientDescentSpec)
        {
            batchSize = Math.Clamp((int)System.Numerics.BitOperations.RoundUpToPowerOf2((uint)Math.Max(1, trainRows / 192)), 32, 1024);
            progress.Report(new Said($"batch size {batchSize}: gives some hundred steps an epoch over {trainRows} rows"));
        }
        return spec with { Goal = goal, Network = network, Optimizer = optimizer, BatchSize = batchSize, Features = features, Split = spec.Split ?? new SplitSpec() };
    }
}
