// Language models: tokens in, what comes next out. Quality is bits per byte of a text, so that tokenizers do not matter to it.
using MaaS.Contracts.Compression;
using MaaS.Contracts.Models;
using MaaS.Contracts.Training;
using MaaS.Engine.Data;
using MaaS.Engine.Onnx;
using MaaS.Engine.Packages;
using MaaS.Engine.Tasks;
using MaaS.Engine.Tasks.Language;
using MaaS.Engine.Training;
using MaaS.Inference;
using TorchSharp;
using static TorchSharp.torch;

namespace MaaS.Engine.Compression;

internal sealed class LanguageSubject : Subject
{
    // Logits of one run, as numbers: 64 MB.
    private const long LogitsAtOnce = 16_000_000;

    private readonly TextParts _parts;
    private readonly int _context;
    private readonly Device _device;

    public LanguageSubject(ModelManifest manifest, CompressionPlace place, IProgress<Report> progress, CancellationToken token) : base(manifest)
    {
        var (training, tokenizer, network) = LanguagePackage.Load(place.Source);
        // A change of low rank is part of the weights by now.
        Source = Candidate.Of(training with { Lora = null }, network);
        network.Dispose();
        _parts = TextParts.Of(Corpus.Read(place.Data, token), training, tokenizer, progress, token);
        _context = training.Network!.Context;
        _device = Compute(training).Device;
    }

    public override Candidate Source { get; }

    public override string Quality => "bits_per_byte";

    public override bool HigherIsBetter => false;

    public override Compute Compute(TrainingSpec training)
    {
        var (threads, why) = Threads((LanguageTraining)training);
        return Engine.Compute.Choose(training, threads, why, crew: ((LanguageTraining)training).Network!.Dropout == 0);
    }

    public override LearningTask Task(Candidate candidate)
    {
        var spec = (LanguageTraining)candidate.Training;
        var network = (Gpt)Built(spec);
        candidate.Into(network);
        var rows = Math.Max(1, spec.Steps / spec.Epochs) * spec.BatchSize!.Value * spec.Accumulation;
        return new LanguageTask(network, _parts.Train, _parts.Validation, rows, _device, _device.type == DeviceType.CPU ? Threads(spec).Threads : 1);
    }

    public override nn.Module Built(TrainingSpec training) => new Gpt(((LanguageTraining)training).Network!, _parts.Tokenizer.Size);

    public override ModelProto Graph(LearningTask task) => GptGraph.Of((Gpt)task.Network);

    /// <summary>Every matrix within the blocks; the embedding is the head too, and stays.</summary>
    public override bool IsWeight(string name) => name.StartsWith("blocks.", StringComparison.Ordinal);

    public override TrainingSpec Filled(TrainingSpec student, IProgress<Report> progress)
    {
        var (source, own) = ((LanguageTraining)Source.Training, (LanguageTraining)student);
        var filled = LanguageSettings.Fill(own with { Tokenizer = source.Tokenizer, Validation = source.Validation, Test = source.Test, From = null, Lora = null }, progress);
        return filled.Network!.Context <= _context ? filled
            : throw new UserError($"The student's network has a context of {filled.Network.Context}; at most the source's {_context} is allowed, which the teacher can follow.");
    }

    public override TrainingSpec Halved()
    {
        var source = (LanguageTraining)Source.Training;
        var network = source.Network!;
        var width = Math.Max(8, network.Width / 2 / network.Heads * network.Heads);
        return source with { From = null, Network = network with { Width = width, HeadWidth = null, Inner = null } };
    }

    public override Structure? Structure(TrainingSpec training) => GptStructure.Of(
        ((LanguageTraining)training).Network!, "", _parts.Tokenizer.Size, network => ((LanguageTraining)training) with { Network = network });

    public override CalibrationRows Calibration(int most)
    {
        var rows = Math.Max(1, Math.Min(most, (_parts.Train.Tokens.Length - 1) / _context));
        return new([_parts.Train.Tokens.AsSpan(0, rows * _context).ToArray().Select(token => (long)token).ToArray()], rows);
    }

    public override Lessons Lessons(IReadOnlyList<Model> teachers, IReadOnlyList<string> folders, LearningTask student, Distillation step, CancellationToken token)
    {
        foreach (var folder in folders)
            if (File.ReadAllText(Path.Combine(folder, "tokenizer.json")) != MaaS.Inference.Text.TokenizerFile.Text(_parts.Tokenizer))
                throw new UserError("A teacher has another tokenizer than the source; only what has the same tokens can teach it.");
        var vocabulary = _parts.Tokenizer.Size;
        // Windows are drawn anew in every step, so they are asked for as they come.
        return new Lessons(new Lesson(step.Temperature, step.Weight, (_, tokens_BT) =>
        {
            var (windows, length) = (tokens_BT!.shape[0], tokens_BT.shape[1]);
            var tokens = tokens_BT.cpu().contiguous().data<long>().ToArray();
            var mean = stack([.. teachers.Select(teacher => tensor(teacher.Logits(tokens, (int)windows), [windows, length, vocabulary]).softmax(-1))]).mean([0]);
            return mean.clamp_min(1e-12).log().to(_device);
        }));
    }

    public override Quality Validate(Model served) => Of(served, _parts.Validation, "validation");

    public override Quality Test(Model served) => Of(served, _parts.Test ?? _parts.Validation, _parts.Test is null ? ModelMetrics.Untested : "test");

    public override ModelManifest Write(string folder, LearningTask task, TrainingSpec training, Lineage lineage, PackageVariant variant, CancellationToken token) =>
        LanguagePackage.Write(folder, (Gpt)task.Network, _parts, (LanguageTraining)training, ModelMetrics.None, lineage, token, variant);

    public override Candidate Load(string folder)
    {
        var (training, _, network) = LanguagePackage.Load(folder);
        using (network)
            return Candidate.Of(training, network);
    }

    private (int Threads, string Why) Threads(LanguageTraining spec) => LanguageSettings.Threads(spec.Network!, Gpt.Multiplied(spec.Network!, Tokens), spec.BatchSize!.Value);

    private int Tokens => _parts?.Tokenizer.Size ?? 0;

    /// <summary>In windows of the model's own context that do not overlap.</summary>
    private Quality Of(Model served, TextPart part, string split)
    {
        var context = ((LanguageTraining)served.Manifest.Training!).Network!.Context;
        var vocabulary = _parts.Tokenizer.Size;
        var losses = new double[part.Tokens.Length - 1];
        var atOnce = (int)Math.Clamp(LogitsAtOnce / ((long)context * vocabulary), 1, 64);
        for (var from = 0; from < losses.Length;)
        {
            // What is left at the end counts in a shorter window.
            var windows = Math.Min(atOnce, (losses.Length - from) / context);
            var length = windows == 0 ? losses.Length - from : context;
            windows = Math.Max(1, windows);
            var tokens = part.Tokens.AsSpan(from, windows * length).ToArray().Select(token => (long)token).ToArray();
            var logits = served.Logits(tokens, windows);
            for (var at = 0; at < windows * length; at++)
                losses[from + at] = Loss(logits.AsSpan(at * vocabulary, vocabulary), part.Tokens[from + at + 1]);
            from += windows * length;
        }
        var (mean, low, high) = Compression.Quality.OfMean(losses);
        double Bits(double loss) => loss / Math.Log(2) * part.Tokens.Length / part.Bytes;
        var values = new Dictionary<string, double> { ["loss"] = mean, ["perplexity"] = Math.Exp(mean), ["bits_per_byte"] = Bits(mean) };
        return new(Bits(mean), Bits(low), Bits(high), new ModelMetrics(split, part.Tokens.Length, values, Manifest.Metrics.Baseline));
    }

    /// <summary>-log of the softmax at the token that came.</summary>
    private static double Loss(ReadOnlySpan<float> logits, int token)
    {
        var largest = float.NegativeInfinity;
        foreach (var logit in logits)
            largest = Math.Max(largest, logit);
        double sum = 0;
        foreach (var logit in logits)
            sum += Math.Exp(logit - largest);
        return Math.Log(sum) + largest - logits[token];
    }
}
