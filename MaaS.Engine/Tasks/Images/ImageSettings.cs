// What the user left open for images, filled in with a sentence for the log; and how many threads are worth having.
using MaaS.Contracts.Training;
using MaaS.Engine.Training;

namespace MaaS.Engine.Tasks.Images;

internal static class ImageSettings
{
    // Each has its own gradient and activations.
    private const int MostThreads = 8;

    /// <summary>
    /// Of a step's images. Batch normalization measures over each thread's own (Hoffer et al. 2017, arXiv:1705.08741, found that to do no harm);
    /// over fewer it would measure chance.
    /// </summary>
    public const int FewestOfAThread = 32;

    public static ImageTraining Fill(ImageTraining spec, int images, IProgress<Report> progress)
    {
        var network = (spec.Network ?? new ConvolutionalNetwork()) switch
        {
            ImageMlpNetwork { Hidden: null } mlp => mlp with { Hidden = [300, 100] },
            ConvolutionalNetwork { Channels: null } cnn => cnn with { Channels = [24, 24, 40, 40, 64, 64] },
            var given => given,
        };
        if (spec.Network is null)
            progress.Report(new Said("network cnn: learns what images are made of from few of them"));
        var augmentation = spec.Augmentation;
        if (augmentation is null)
        {
            augmentation = new AugmentationSpec();
            progress.Report(new Said($"images are mirrored and moved by up to {augmentation.Shift} pixels while they are learned: as usual"));
        }
        var optimizer = spec.Optimizer;
        if (optimizer is null)
        {
            optimizer = network is ImageMlpNetwork || spec.From is not null ? new AdamWSpec() : new MuonSpec();
            progress.Report(new Said(optimizer is AdamWSpec ? "optimizer adamw" : "optimizer muon: learns convolutions in fewer epochs than adamw"));
        }
        optimizer = Derived.Rated(spec, optimizer, adam: 1, progress);
        var schedule = spec.Schedule;
        if (schedule is null)
        {
            schedule = new LinearSchedule { WarmUp = 0.05 };
            progress.Report(new Said("schedule linear to zero after a short warm-up: the last, small steps settle what the large ones found"));
        }
        var batch = spec.BatchSize;
        if (batch is null && optimizer is not GradientDescentSpec)
        {
            batch = Math.Clamp((int)System.Numerics.BitOperations.RoundUpToPowerOf2((uint)Math.Max(1, images / 64)), 32, 128);
            progress.Report(new Said($"batch size {batch}: for {images:N0} images"));
        }
        return spec with
        {
            Network = network,
            Augmentation = augmentation,
            Optimizer = optimizer,
            Schedule = schedule,
            BatchSize = batch,
            Split = spec.Split ?? new SplitSpec(),
        };
    }

    /// <param name="spec">Every value filled in.</param>
    /// <returns>How many threads, and why.</returns>
    public static (int Threads, string Reason) Threads(ImageTraining spec)
    {
        if (spec.Network is ImageMlpNetwork)
            return (1, "a step through fully connected layers takes a few milliseconds, too little to share");
        var threads = Math.Clamp((spec.BatchSize ?? 1) / FewestOfAThread, 1, Math.Min(Environment.ProcessorCount, MostThreads));
        return (threads, threads > 1
            ? $"each of {threads} threads takes its share of a step's images through a network of its own"
            : "no core to share a step with, or too few images in one");
    }
}
