// ONNX Runtime behind a small door: typed columns in, answers out. Knows nothing of JSON, packages or who asks.
using MaaS.Contracts.Compression;
using MaaS.Contracts.Inference;
using MaaS.Contracts.Models;
using MaaS.Inference.Custom;
using MaaS.Inference.Tensors;
using Microsoft.ML.OnnxRuntime;

namespace MaaS.Inference;

/// <summary>What the graph answered for N rows.</summary>
/// <param name="Labels">N class names; null for regression.</param>
/// <param name="Probabilities">N x C, row by row, classes in the order of the manifest's labels; null for regression.</param>
/// <param name="Values">N numbers; null for classification.</param>
public sealed record Answers(string[]? Labels, float[]? Probabilities, float[]? Values)
{
    /// <summary>Row by row, as a caller reads them.</summary>
    /// <param name="classes">The manifest's labels; null for regression.</param>
    internal Prediction[] AsPredictions(IReadOnlyList<string>? classes)
    {
        if (Values is not null)
            return Array.ConvertAll(Values, value => new Prediction(Value: value));
        var predictions = new Prediction[Labels!.Length];
        for (var row = 0; row < predictions.Length; row++)
        {
            var probabilities = new Dictionary<string, float>(classes!.Count, StringComparer.Ordinal);
            for (var label = 0; label < classes.Count; label++)
                probabilities[classes[label]] = Probabilities![row * classes.Count + label];
            predictions[row] = new Prediction(Labels[row], probabilities);
        }
        return predictions;
    }
}

internal sealed class Session : IDisposable
{
    // A model that runs for less than some 0.5 ms gains nothing from a second thread, and a server has a request per core anyway.
    // A 29 MB network takes 1.3 ms for one row on one core: from about here on, one caller's wait is worth several cores.
    private const long BigModelBytes = 16 << 20;

    private readonly InferenceSession _session;
    private readonly RunOptions _run = new();
    private readonly IReadOnlyList<ModelInput> _inputs;
    private readonly string[] _inputNames;
    private readonly string[] _outputNames;

    private Session(InferenceSession session, ModelManifest manifest, int threads, string? remark)
    {
        _session = session;
        Threads = threads;
        Remark = remark;
        _inputs = manifest.Inputs;
        _inputNames = [.. manifest.Inputs.Select(input => input.Name)];
        _outputNames = [.. manifest.Outputs.Select(output => output.Name)];
    }

    public InferenceSession Onnx => _session;

    public GraphSignature Signature { get; private set; } = null!;

    /// <summary>That one run takes.</summary>
    public int Threads { get; }

    public bool IsOnGpu { get; private init; }

    /// <summary>Why it computes on the CPU though the GPU was wanted; null when nothing is to be said.</summary>
    public string? Remark { get; }

    /// <exception cref="ModelLoadException">Not an ONNX graph, or not the one the manifest describes.</exception>
    public static Session Open(string path, ModelManifest manifest, Placement placement)
    {
        var threads = new FileInfo(path).Length < BigModelBytes ? 1 : Environment.ProcessorCount;
        var remark = placement.Refused ?? (placement.OnGpu ? Cuda.Missing : null);
        if (placement.OnGpu && remark is null)
            try
            {
                using var options = Options(threads);
                Cuda.Append(options, placement.GpuBytes);
                return Checked(new Session(new InferenceSession(path, options), manifest, threads, null) { IsOnGpu = true }, manifest);
            }
            catch (OnnxRuntimeException refused) // a graph that is broken is refused again below
            {
                remark = $"the GPU does not take it: {refused.Message}";
            }
        try
        {
            using var options = Options(threads);
            return Checked(new Session(new InferenceSession(path, options), manifest, threads, remark), manifest);
        }
        catch (OnnxRuntimeException broken)
        {
            throw new ModelLoadException($"model.onnx cannot be loaded: {broken.Message}", broken);
        }
    }

    private static SessionOptions Options(int threads)
    {
        var options = new SessionOptions
        {
            IntraOpNumThreads = threads,
            InterOpNumThreads = 1,
            // The arena never gives memory back, and a pattern is of use only when every batch has the same size.
            EnableCpuMemArena = false,
            EnableMemoryPattern = false,
            LogSeverityLevel = OrtLoggingLevel.ORT_LOGGING_LEVEL_ERROR,
        };
        // Many models share a few cores: a thread that waits by spinning takes the core from the others (2.5 x the CPU time, measured).
        options.AddSessionConfigEntry("session.intra_op.allow_spinning", "0");
        if (threads > 1 && SharedThreads.Exist)
            options.DisablePerSessionThreads();
        return options;
    }

    private static Session Checked(Session session, ModelManifest manifest)
    {
        try
        {
            session.CheckSignature();
            session.Signature = GraphSignature.Of(session._session, mayStack: MayStack(manifest));
            return session;
        }
        catch
        {
            session.Dispose();
            throw;
        }
    }

    /// <param name="columns">One array of N values per input of the manifest, in its order: float[], long[] or string[]; of images byte[], N times the pixels.</param>
    public Answers Run(IReadOnlyList<Array> columns, int rows, RunOptions? options = null)
    {
        var values = new OrtValue[columns.Count];
        try
        {
            for (var i = 0; i < values.Length; i++)
                values[i] = Tensor(columns[i], _inputs[i].Type == TensorType.UInt8 ? [rows, .. _inputs[i].Shape.Skip(1)] : [rows, 1]);
            using var outputs = _session.Run(options ?? _run, _inputNames, values, _outputNames);
            return outputs.Count == 1
                ? new Answers(null, null, outputs[0].GetTensorDataAsSpan<float>().ToArray())
                : new Answers(outputs[0].GetStringTensorAsArray(), outputs[1].GetTensorDataAsSpan<float>().ToArray(), null);
        }
        finally
        {
            foreach (var value in values)
                value?.Dispose();
        }
    }

    /// <summary>Of a graph with one input (B, T) of tokens and one output (B, T, V).</summary>
    /// <param name="lastOnly">Only the V of the last token.</param>
    public float[] Logits(long[] tokens_BT, int windows, bool lastOnly = false, RunOptions? options = null)
    {
        using var input = OrtValue.CreateTensorValueFromMemory(tokens_BT, [windows, tokens_BT.Length / windows]);
        using var outputs = _session.Run(options ?? _run, _inputNames, [input], _outputNames);
        var logits_BTV = outputs[0].GetTensorDataAsSpan<float>();
        return (lastOnly ? logits_BTV[^(logits_BTV.Length / tokens_BT.Length)..] : logits_BTV).ToArray();
    }

    /// <summary>Of a graph that takes "seen" (S), "top" (1) and perhaps "user" (1), and gives items (K) and scores (K).</summary>
    public IReadOnlyList<(string Item, float Score)> Recommend(string user, string[] seen, long top, RunOptions? options = null)
    {
        var values = new OrtValue[_inputs.Count];
        try
        {
            for (var i = 0; i < values.Length; i++)
                values[i] = _inputNames[i] switch
                {
                    "user" => Tensor(new[] { user }, [1]),
                    "seen" => Tensor(seen, [seen.Length]),
                    _ => Tensor(new[] { top }, [1]),
                };
            using var outputs = _session.Run(options ?? _run, _inputNames, values, _outputNames);
            return [.. outputs[0].GetStringTensorAsArray().Zip(outputs[1].GetTensorDataAsSpan<float>().ToArray())];
        }
        finally
        {
            foreach (var value in values)
                value?.Dispose();
        }
    }

    /// <summary>The graph as it is, for a model made elsewhere.</summary>
    public IDisposableReadOnlyCollection<OrtValue> Call(IReadOnlyCollection<OrtValue> inputs, RunOptions? options = null) =>
        _session.Run(options ?? _run, _inputNames, inputs, _outputNames);

    public void Dispose()
    {
        _session.Dispose();
        _run.Dispose();
    }

    /// <summary>A graph made elsewhere after a trial; one that rounds by the range of all that is asked at once never: a caller's answer is its own.</summary>
    private static bool MayStack(ModelManifest manifest) =>
        (manifest.Task != ModelTask.Custom || manifest.Stacks == true) && manifest.Compression?.Any(step => step is DynamicQuantization) != true;

    private static OrtValue Tensor(Array column, long[] shape)
    {
        switch (column)
        {
            case float[] numbers:
                return OrtValue.CreateTensorValueFromMemory(numbers, shape);
            case long[] days:
                return OrtValue.CreateTensorValueFromMemory(days, shape);
            case byte[] pixels:
                return OrtValue.CreateTensorValueFromMemory(pixels, shape);
            case string[] texts:
                var tensor = OrtValue.CreateTensorWithEmptyStrings(OrtAllocator.DefaultInstance, shape);
                for (var row = 0; row < texts.Length; row++)
                    tensor.StringTensorSetElementAt(texts[row].AsSpan(), row);
                return tensor;
            default:
                throw new ArgumentException($"An input column is float[], long[], byte[] or string[], not {column.GetType()}.", nameof(column));
        }
    }

    private void CheckSignature()
    {
        foreach (var input in _inputs)
        {
            var expected = Elements.Clr(input.Type);
            if (!_session.InputMetadata.TryGetValue(input.Name, out var found))
                throw new ModelLoadException($"model.json names the input \"{input.Name}\", which model.onnx does not have.");
            if (found.ElementType != expected)
                throw new ModelLoadException($"The input \"{input.Name}\" is {input.Type} in model.json and {found.ElementDataType} in model.onnx.");
        }
        if (_session.InputNames.FirstOrDefault(name => !_inputNames.Contains(name, StringComparer.Ordinal)) is { } unknown)
            throw new ModelLoadException($"model.onnx asks for the input \"{unknown}\", which model.json does not name.");
        if (_outputNames.FirstOrDefault(name => !_session.OutputMetadata.ContainsKey(name)) is { } absent)
            throw new ModelLoadException($"model.onnx does not have the output \"{absent}\".");
    }
}
