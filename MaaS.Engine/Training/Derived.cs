// What the user left open, filled in from the data, each with a sentence for the log. The manifest keeps the filled-in settings.
using System.Globalization;
using MaaS.Contracts.Training;
using MaaS.Engine.Optimizers;

namespace MaaS.Engine.Training;

internal static class Derived
{
    /// <summary>The usual learning rate over this, where a training goes on from what is learned: larger steps would first forget it.</summary>
    private const double Smaller = 10;

    /// <summary>The method with its learning rate.</summary>
    /// <param name="adam">How many times the usual rate suits the network with a method that scales each parameter's step by itself.</param>
    public static OptimizerSpec Rated(TrainingSpec spec, OptimizerSpec optimizer, double adam, IProgress<Report> progress)
    {
        if (optimizer.LearningRate is not null)
            return optimizer;
        // A change of low rank begins at nothing, and bears the steps of a training from the beginning.
        var goesOn = spec is { From: not null } and not LanguageTraining { Lora: not null };
        var rate = Optimizer.DefaultLearningRate(optimizer) * (optimizer is AdamSpec or AdamWSpec ? adam : 1) / (goesOn ? Smaller : 1);
        progress.Report(new Said(string.Create(CultureInfo.InvariantCulture,
            $"learning rate {rate:g6}: {(goesOn ? "a tenth of the usual one" : "the usual one")} for this method and network")));
        return optimizer with { LearningRate = rate };
    }

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

        // Ten times the step for a linear network: its loss has one minimum, and it may go there directly.
        var optimizer = Rated(spec, spec.Optimizer ?? new AdamWSpec(), adam: network is LinearNetwork ? 10 : 1, progress);
        var batchSize = spec.BatchSize;
        if (batchSize is null && optimizer is not GradientDescentSpec)
        {
            batchSize = Math.Clamp((int)System.Numerics.BitOperations.RoundUpToPowerOf2((uint)Math.Max(1, trainRows / 192)), 32, 1024);
            progress.Report(new Said($"batch size {batchSize}: gives some hundred steps an epoch over {trainRows} rows"));
        }
        return spec with { Goal = goal, Network = network, Optimizer = optimizer, BatchSize = batchSize, Features = features, Split = spec.Split ?? new SplitSpec() };
    }
}
