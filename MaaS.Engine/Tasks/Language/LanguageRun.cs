// Training a language model from end to end: read the text, learn its tokens, train, test once, export, check.
using MaaS.Contracts.Models;
using MaaS.Contracts.Training;
using MaaS.Engine.Data;
using MaaS.Engine.Training;
using MaaS.Inference.Text;
using TorchSharp;
using static TorchSharp.torch;

namespace MaaS.Engine.Tasks.Language;

internal static class LanguageRun
{
    // Their places are drawn before the first is looked at: 8 bytes each.
    private const long MostWindows = 50_000_000;

    /// <exception cref="UserError">The data is no text or too short, the settings do not fit, or the loss diverged.</exception>
    /// <exception cref="Packages.ParityException">The exported graph does not answer as the trained network does.</exception>
    public static TrainingOutcome Run(LanguageTraining training, DataFile data, TrainingPlace place, IProgress<Report> progress, CancellationToken token)
    {
        using var scope = NewDisposeScope();
        (LanguageTraining Training, Tokenizer Tokenizer, Gpt Network)? source = place.Source is { } folder ? LanguagePackage.Load(folder) : null;
        var spec = LanguageSettings.Fill(source is { Training: var its } ? Continuation.Of(training, its) : training, progress);
        var parts = TextParts.Of(Corpus.Read(data, token), spec, source?.Tokenizer, progress, token);
        var (vocabulary, batch) = (parts.Tokenizer.Size, spec.BatchSize!.Value);
        var (threads, why) = LanguageSettings.Threads(spec.Network!, Gpt.Multiplied(spec.Network!, vocabulary), batch);
        var compute = Compute.Choose(training, threads, why, crew: spec.Network!.Dropout == 0);
        progress.Report(new Said($"training {compute.Reason}"));
        var steps = spec.Steps / spec.Epochs;
        progress.Report(new Said($"{steps * spec.Epochs} steps, with a look at the validation part after every {steps}"));

        if ((long)steps * batch * spec.Accumulation is var windows && windows > MostWindows)
            throw new UserError($"training.epochs is {spec.Epochs}, which leaves {windows:N0} windows between two looks at the validation part; at most {MostWindows:N0} are allowed. Raise training.epochs, or lower training.steps, training.batch_size or training.accumulation.");
        if (source is null)
            MemoryShortage.Refuse(Gpt.Multiplied(spec.Network!, vocabulary), spec, compute);
        var network = source?.Network ?? new Gpt(spec.Network!, vocabulary);
        if (spec.Lora is { } lora)
        {
            network.to(compute.Device).Adapt(lora);
            progress.Report(new Said($"{network.Changes!.parameters().Sum(parameter => parameter.numel()):N0} numbers learn a change of rank {lora.Rank}; the {network.parameters().Sum(parameter => parameter.numel()):N0} of the network stay as they are"));
        }
        using var task = new LanguageTask(
            network, parts.Train, parts.Validation, (int)windows, compute.Device, threads,
            () => progress.Report(new Said($"it writes: {Preview.Of(network, parts.Tokenizer, parts.Validation.Tokens.Take(8), training.Seed)}")));
        new Trainer(task, spec, compute, place.Checkpointing, progress).Run(token);
        task.Finish();

        progress.Report(new Advanced(1, "testing and exporting"));
        var metrics = task.Test(parts.Test ?? parts.Validation, parts.Train, parts.Test is null ? ModelMetrics.Untested : "test");
        foreach (var (name, value) in metrics.Values)
            progress.Report(new Said($"{(metrics.AreOfTest ? "test" : "validation")} {name} {value:g6} (by frequency alone {metrics.Baseline[name]:g6})"));
        var manifest = LanguagePackage.Write(place.Package, network, parts, spec, metrics, place.Lineage, token);
        progress.Report(new Said($"exported: ONNX Runtime and libtorch differ by at most {manifest.ParityMaxDifference:g3} on {manifest.ParityRows} held-out windows"));
        return new TrainingOutcome(manifest, compute.Facts());
    }
}
