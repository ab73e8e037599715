// Makes variants: follows steps from the source on, packs what they leave, measures it as it is served, and hands it over. Steps that several
// variants begin with are done once. Knows no plan: which steps, and when it is enough, is for whoever asks.
using System.Diagnostics;
using System.Text.Json;
using Google.Protobuf;
using MaaS.Contracts;
using MaaS.Contracts.Compression;
using MaaS.Contracts.Models;
using MaaS.Engine.Compression.Coding;
using MaaS.Engine.Compression.Quantization;
using MaaS.Engine.Onnx;
using MaaS.Engine.Packages;
using MaaS.Engine.Trust;
using MaaS.Inference;

namespace MaaS.Engine.Compression;

internal sealed class Workshop : IDisposable
{
    private const int MeasuredRows = 64, CalibratedRows = 512;
    private static readonly TimeSpan s_timed = TimeSpan.FromSeconds(0.5);

    private readonly CompressionPlan _plan;
    private readonly Subject _subject;
    private readonly CompressionPlace _place;
    private readonly TrainingSteps _steps;
    private readonly IProgress<Report> _progress;
    private readonly Action<VariantPackage> _onVariant;
    private readonly Dictionary<string, Candidate> _candidates = new(StringComparer.Ordinal);
    private readonly CalibrationRows _rows;
    private readonly Model _source;

    /// <summary>Measures the source, unless an earlier attempt has.</summary>
    public Workshop(CompressionPlan plan, Subject subject, CompressionPlace place, IProgress<Report> progress, Action<VariantPackage> onVariant)
    {
        (_plan, _subject, _place, _progress, _onVariant) = (plan, subject, place, progress, onVariant);
        _steps = new TrainingSteps(subject, place.Work, place.Source, place.Teachers, progress);
        _rows = subject.Calibration(MeasuredRows);
        _source = Model.Open(Path.Combine(place.Source, "model.onnx"), subject.Manifest);
        if (place.Earlier is { } earlier)
        {
            Report = earlier;
            return;
        }
        progress.Report(new Said("measuring the source"));
        var watch = Stopwatch.StartNew();
        using var task = subject.Task(subject.Source);
        var (figures, metrics) = Measured(place.Source, _source, subject.Graph(task), []);
        var source = new Variant(0, "the source", [], figures, Seconds: watch.Elapsed.TotalSeconds);
        Report = new CompressionReport(subject.Quality, subject.HigherIsBetter, Machine.Words, source, [], Split: metrics.Split);
        progress.Report(new Said($"the source: {Words(figures)}"));
    }

    /// <summary>All that is known by now.</summary>
    public CompressionReport Report { get; private set; }

    public void Add(IReadOnlyList<LayerSensitivity> sensitivity) => Report = Report with { Sensitivity = sensitivity };

    public Variant? Find(IReadOnlyList<CompressionStep> steps) =>
        steps.Count == 0 ? Report.Source : Report.Variants.FirstOrDefault(variant => Key(variant.Steps) == Key(steps));

    /// <summary>The variant that these steps make of the source; one that is there already is not made again.</summary>
    /// <exception cref="UserError">A step cannot be done.</exception>
    /// <exception cref="OperationCanceledException">The token was cancelled before it was finished; nothing of it is left.</exception>
    public Variant Make(IReadOnlyList<CompressionStep> steps, CancellationToken token)
    {
        if (Find(steps) is { } made)
            return made;
        var watch = Stopwatch.StartNew();
        _progress.Report(new Said($"next: {StepWords.Of(steps)}"));
        var candidate = CandidateOf([.. steps.TakeWhile(step => !step.IsOfGraph)], token);
        token.ThrowIfCancellationRequested();

        using var task = _subject.Task(candidate);
        var plain = _subject.Graph(task);
        var (graph, isExact) = Served(plain, steps, _progress);
        var number = Report.Variants.Count + 1;
        var folder = Path.Combine(_place.Work, $"variant-{number}");
        var manifest = _subject.Write(folder, task, candidate.Training, _place.Lineage, new PackageVariant(steps, graph, isExact), token);
        using var served = Model.Open(Path.Combine(folder, "model.onnx"), manifest);
        token.ThrowIfCancellationRequested();

        var (figures, metrics) = Measured(folder, served, plain, steps);
        var sample = JsonSerializer.Deserialize<ModelSample>(File.ReadAllBytes(Path.Combine(folder, "sample.json")), MaaSJson.Options)!;
        manifest = ModelPackage.Close(folder, manifest with { Metrics = metrics }, sample);
        var variant = new Variant(number, StepWords.Of(steps), steps, figures, Seconds: watch.Elapsed.TotalSeconds);
        variant = variant with { Remark = Remarks.Of(Report, Find([.. steps.SkipLast(1)]) ?? Report.Source, variant) };
        Report = Verdict.Of(Report with { Variants = [.. Report.Variants, variant] }, _plan);
        _progress.Report(new Said($"variant {number}: {Words(figures)}{(variant.Remark is { } remark ? $". {remark}" : "")}"));
        _onVariant(new VariantPackage(Report, variant, manifest, folder));
        return variant;
    }

    /// <summary>The network that steps which train leave, whether it was made a variant or not.</summary>
    public Candidate CandidateOf(IReadOnlyList<CompressionStep> steps, CancellationToken token)
    {
        if (steps.Count == 0)
            return _subject.Source;
        if (_candidates.TryGetValue(Key(steps), out var known))
            return known;
        var before = steps.SkipLast(1).ToArray();
        var candidate = _place.Unpacked is { } unpacked && Find(steps) is { Version: not null } made
            ? _subject.Load(unpacked(made))
            : _steps.Apply(steps[^1], CandidateOf(before, token), before, token);
        _candidates[Key(steps)] = candidate;
        return candidate;
    }

    public void Dispose()
    {
        _source.Dispose();
        foreach (var candidate in _candidates.Values)
            candidate.Dispose();
    }

    /// <summary>The graph that is served, and whether it must answer as the network does; null for the network's own.</summary>
    private (ModelProto? Graph, bool IsExact) Served(ModelProto plain, IReadOnlyList<CompressionStep> steps, IProgress<Report> progress)
    {
        var ofGraph = steps.Where(step => step.IsOfGraph).ToArray();
        var isTempered = ofGraph.Any(step => step is TemperatureScaling);
        if (ofGraph.Length > (isTempered ? 1 : 0))
        {
            var most = ofGraph.OfType<StaticQuantization>().Select(step => step.Rows).DefaultIfEmpty(CalibratedRows).Max();
            var quantized = ofGraph.Where(step => step is not TemperatureScaling).Aggregate(plain, (graph, step) => Quantizer.Apply(step, graph, _subject.Calibration(most), progress));
            return (isTempered ? Tempered(quantized) : quantized, false);
        }
        var packed = Packed(plain, steps);
        return isTempered ? (Tempered(packed ?? plain), false) : (packed, true);
    }

    /// <summary>Few values take few bits; null where there are not few, or a network is so small that there is nothing to pack.</summary>
    private ModelProto? Packed(ModelProto plain, IReadOnlyList<CompressionStep> steps)
    {
        try
        {
            return steps.Any(step => step is BinaryWeights) ? PackedWeights.Binary(plain) : steps.Any(step => step is WeightSharing) ? PackedWeights.Shared(plain) : null;
        }
        catch (UserError nothing)
        {
            _progress.Report(new Said($"stored as floats: {nothing.Message}"));
            return null;
        }
    }

    /// <summary>Quality on the rows that choose. What has learned from them is judged by its like that has not, changed by the same steps.</summary>
    private Quality Chosen(Model served, IReadOnlyList<CompressionStep> steps)
    {
        if (_subject.Unchosen is not { } like)
            return _subject.Validate(served);
        var path = Path.Combine(_place.Work, "unchosen.onnx");
        using (var file = File.Create(path))
            (Served(like, steps, new Progress<Report>()).Graph ?? like).WriteTo(file);
        using var model = Model.Open(path, served.Manifest);
        File.Delete(path);
        return _subject.Validate(model);
    }

    /// <param name="plain">The graph with its weights as floats.</param>
    private (VariantFigures Figures, ModelMetrics Metrics) Measured(string folder, Model served, ModelProto plain, IReadOnlyList<CompressionStep> steps)
    {
        var onnx = Path.Combine(folder, "model.onnx");
        var (validation, test) = (Chosen(served, steps), _subject.Test(served));
        var metrics = Carded(validation, test);
        var timings = Measurement.Of(ReferenceEquals(served, _source) ? [served] : [_source, served], _rows.Columns, _rows.Rows, s_timed);
        var timing = timings[^1];
        var cost = Macs.Of(plain, _rows);
        var rest = Path.Combine(_place.Work, "at-rest");
        var atRest = CodedModel.Write(onnx, rest);
        File.Delete(rest);
        return (new VariantFigures(
            test.Value, test.Low, test.High, validation.Value, test.Metrics.Rows, new FileInfo(onnx).Length, atRest, cost.Parameters, cost.NonZeros, cost.Macs,
            timing.P50Ms, timing.P99Ms, timing.BatchMs, timing.RowsPerSecond, Measurement.PeakBytes(folder, _rows.Columns, _rows.Rows), IntegerKernels.Of(onnx, _rows), Figures(metrics),
            timings.Count > 1 ? new BesideTimes(timings[0].P50Ms, timings[0].BatchMs) : null), metrics);
    }

    /// <summary>By its own answers to the validation rows: what was rounded is sure of itself in another way.</summary>
    private ModelProto Tempered(ModelProto graph)
    {
        var path = Path.Combine(_place.Work, "untempered.onnx");
        using (var file = File.Create(path))
            graph.WriteTo(file);
        using var model = Model.Open(path, _subject.Manifest);
        var temperature = Trust.Calibration.Temperature(_subject.Validate(model).Answered!);
        File.Delete(path);
        _progress.Report(new Said($"temperature {temperature:g4}: the least log loss of the validation rows"));
        return TemperedGraph.Of(graph, temperature);
    }

    /// <summary>A variant is as sure of itself as its own answers are, whatever the source's were.</summary>
    private ModelMetrics Carded(Quality validation, Quality test) => (validation.Answered, test.Answered) is ({ } choosing, { } answered)
        ? test.Metrics with { Card = TrustCards.Of(choosing, answered, _subject.Manifest.Target, _subject.Manifest.Labels!) } : test.Metrics;

    private static IReadOnlyDictionary<string, double> Figures(ModelMetrics metrics) => metrics.Card is not { } card ? metrics.Values
        : new Dictionary<string, double>(metrics.Values)
        {
            ["calibration_error"] = card.Calibration.Error,
            ["conformal_coverage"] = card.Conformal.Coverage,
            ["conformal_set_size"] = card.Conformal.MeanSetSize,
        };

    private string Words(VariantFigures figures) =>
        $"{_subject.Quality} {figures.Quality:g4} (validation {figures.ValidationQuality:g4}), {figures.Bytes:N0} bytes, {figures.BytesAtRest:N0} at rest, {figures.P50Ms:g3} ms";

    private static string Key(IReadOnlyList<CompressionStep> steps) => JsonSerializer.Serialize(steps, MaaSJson.Options);
}
