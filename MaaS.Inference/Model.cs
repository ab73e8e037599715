// A loaded model version: opened, proven on its own sample, shared by all requests, and closed when the last of them is done.
using System.Security.Cryptography;
using System.Text.Json;
using MaaS.Contracts;
using MaaS.Contracts.Inference;
using MaaS.Contracts.Models;
using MaaS.Inference.Custom;
using MaaS.Inference.Items;
using MaaS.Inference.Tensors;
using MaaS.Inference.Text;

namespace MaaS.Inference;

/// <summary>
/// Safe for any number of threads. <see cref="Dispose"/> may come while predictions run: they finish, and the memory goes with the last.
/// </summary>
public sealed class Model : IDisposable
{
    // Another processor may order float additions differently; more than this is another model.
    private const float SampleTolerance = 1e-4f;

    private readonly Session _session;
    private readonly RequestColumns _columns;
    private readonly Writer? _writer; // of a language model
    private readonly Recommender? _recommender;
    private readonly CustomModel? _custom;
    private int _users = 1; // the owner is one until it disposes
    private int _disposed;

    private Model(ModelManifest manifest, Session session, Writer? writer)
    {
        Manifest = manifest;
        _session = session;
        _writer = writer;
        _recommender = Recommender.For(manifest);
        _custom = CustomModel.For(manifest);
        _columns = new RequestColumns(manifest);
        Tensors = new SessionPool(session, this);
    }

    public ModelManifest Manifest { get; }

    /// <summary>The graph by its own tensors, whatever the task: what the Open Inference Protocol speaks of.</summary>
    public SessionPool Tensors { get; }

    /// <summary>Opens a package, checks the graph's hash, and asks it the stored sample: a model that answers otherwise does not load.</summary>
    /// <param name="folder">Holds model.onnx, model.json and sample.json.</param>
    /// <exception cref="ModelLoadException">Names the file and what is wrong with it.</exception>
    public static Model Load(string folder)
    {
        var manifest = Read<ModelManifest>(folder, "model.json");
        var sample = Read<ModelSample>(folder, "sample.json");
        var onnx = Path.Combine(folder, "model.onnx");
        if (!File.Exists(onnx))
            throw new ModelLoadException("The package has no model.onnx.");
        CheckHash(onnx, manifest);
        var model = Open(onnx, manifest);
        try
        {
            model.WarmUp(sample);
            return model;
        }
        catch
        {
            model.Dispose();
            throw;
        }
    }

    /// <summary>Opens a graph without a sample to prove it on: for the export that is about to make the sample.</summary>
    /// <exception cref="ModelLoadException">Not an ONNX graph, or not the one the manifest describes.</exception>
    public static Model Open(string onnx, ModelManifest manifest)
    {
        if (manifest.Format != 1)
            throw new ModelLoadException($"model.json is of format {manifest.Format}; this server reads format 1.");
        var writer = Writer.For(Path.GetDirectoryName(onnx)!, manifest);
        return new Model(manifest, Session.Open(onnx, manifest), writer);
    }

    /// <param name="rows">Named columns; one left out, null, "" or "NaN" is missing.</param>
    /// <returns>One prediction per row, in their order.</returns>
    /// <exception cref="InputError">A row does not fit the signature.</exception>
    /// <exception cref="ObjectDisposedException">The model was unloaded before this call began; route the request again.</exception>
    public IReadOnlyList<Prediction> Predict(IReadOnlyList<IReadOnlyDictionary<string, JsonElement>> rows)
    {
        if (_recommender is not null)
            return _recommender.Answer(rows, Recommend);
        if (_writer is null && _custom is null)
            return Predictions(Run(_columns.Read(rows), rows.Count));
        Enter();
        try
        {
            return _custom is not null ? _custom.Answer(rows, _session.Call) : _writer!.Answer(rows, tokens => _session.Logits(tokens, 1, lastOnly: true));
        }
        finally
        {
            Leave();
        }
    }

    /// <summary>A language model's graph itself.</summary>
    /// <param name="tokens_BT">B windows of T tokens, one after the other.</param>
    /// <returns>Logits (B, T, V).</returns>
    public float[] Logits(long[] tokens_BT, int windows)
    {
        Enter();
        try
        {
            return _session.Logits(tokens_BT, windows);
        }
        finally
        {
            Leave();
        }
    }

    /// <summary>A recommender's graph itself.</summary>
    /// <param name="user">Not asked by a model that goes by what was seen.</param>
    /// <returns>The best items, best first; minus infinity scores what was seen.</returns>
    public IReadOnlyList<(string Item, float Score)> Recommend(string user, string[] seen, long top)
    {
        Enter();
        try
        {
            return _session.Recommend(user, seen, top);
        }
        finally
        {
            Leave();
        }
    }

    /// <summary>The graph itself, from typed columns.</summary>
    /// <param name="columns">One array of N values per input of the manifest, in its order: float[] (NaN is missing),
    /// long[] days (<see cref="long.MinValue"/>) or string[] (""); of images byte[], N times height x width x channels.</param>
    /// <exception cref="ObjectDisposedException">The model was unloaded before this call began.</exception>
    public Answers Run(IReadOnlyList<Array> columns, int rows)
    {
        Enter();
        try
        {
            return _session.Run(columns, rows);
        }
        finally
        {
            Leave();
        }
    }

    /// <summary>A graph made elsewhere, one row of it; the answer is thrown away.</summary>
    /// <param name="row">One array per input of the manifest, in its order.</param>
    internal void Ask(IReadOnlyList<Array> row)
    {
        Enter();
        try
        {
            _custom!.Ask(row, _session.Call);
        }
        finally
        {
            Leave();
        }
    }

    public void Dispose()
    {
        if (Interlocked.Exchange(ref _disposed, 1) == 0)
            Leave();
    }

    private void Enter() => ObjectDisposedException.ThrowIf(!TryEnter(), this);

    internal bool TryEnter()
    {
        for (var users = Volatile.Read(ref _users); users > 0 && Volatile.Read(ref _disposed) == 0;)
        {
            var before = Interlocked.CompareExchange(ref _users, users + 1, users);
            if (before == users)
                return true;
            users = before;
        }
        return false;
    }

    internal void Leave()
    {
        if (Interlocked.Decrement(ref _users) > 0)
            return;
        Tensors.Close();
        _session.Dispose();
    }

    private Prediction[] Predictions(Answers answers)
    {
        if (answers.Values is { } values)
            return Array.ConvertAll(values, value => new Prediction(Value: value));
        var labels = Manifest.Labels!;
        var predictions = new Prediction[answers.Labels!.Length];
        for (var row = 0; row < predictions.Length; row++)
        {
            var probabilities = new Dictionary<string, float>(labels.Count, StringComparer.Ordinal);
            for (var label = 0; label < labels.Count; label++)
                probabilities[labels[label]] = answers.Probabilities![row * labels.Count + label];
            predictions[row] = new Prediction(answers.Labels[row], probabilities);
        }
        return predictions;
    }

    private void WarmUp(ModelSample sample)
    {
        IReadOnlyList<Prediction> now;
        try
        {
            now = Predict(sample.Rows);
        }
        catch (Exception broken) when (broken is InputError or Microsoft.ML.OnnxRuntime.OnnxRuntimeException)
        {
            throw new ModelLoadException($"The model does not answer its own sample: {broken.Message}", broken);
        }
        if (now.Count != sample.Predictions.Count)
            throw new ModelLoadException($"sample.json holds {sample.Predictions.Count} answers for {now.Count} rows.");
        for (var row = 0; row < now.Count; row++)
            if (!Same(now[row], sample.Predictions[row]))
                throw new ModelLoadException(
                    $"Row {row} of the stored sample is answered {Text(now[row])} where it was {Text(sample.Predictions[row])} at export.");

        static string Text(Prediction prediction) => JsonSerializer.Serialize(prediction, MaaSJson.Options);
    }

    private static bool Same(Prediction now, Prediction then) => then.Outputs is { } outputs
        ? now.Outputs?.Count == outputs.Count && outputs.All(output => now.Outputs.TryGetValue(output.Key, out var found) && NestedList.Same(found, output.Value, Near))
        : then.Text is { } text ? now.Text == text
        : then.Items is { } items ? now.Items?.Count == items.Count && now.Items.Zip(items, (one, other) => Near(one.Score, other.Score)).All(near => near)
        : then.Probabilities is { } probabilities
        ? now.Probabilities is { } found && probabilities.All(known => found.TryGetValue(known.Key, out var value) && Near(value, known.Value))
        : now.Value is { } number && then.Value is { } stored && Near(number, stored);

    private static bool Near(float now, float then) => now.Equals(then) || Math.Abs(now - then) <= SampleTolerance * Math.Max(1, Math.Abs(then));

    private static T Read<T>(string folder, string name)
    {
        try
        {
            using var file = File.OpenRead(Path.Combine(folder, name));
            return JsonSerializer.Deserialize<T>(file, MaaSJson.Options) ?? throw new ModelLoadException($"{name} is empty.");
        }
        catch (Exception broken) when (broken is JsonException or IOException)
        {
            throw new ModelLoadException($"{name} cannot be read: {broken.Message}", broken);
        }
    }

    private static void CheckHash(string onnx, ModelManifest manifest)
    {
        if (manifest.Files.FirstOrDefault(file => file.Path == "model.onnx") is not { } listed)
            throw new ModelLoadException("model.json does not list model.onnx among its files.");
        using var file = File.OpenRead(onnx);
        if (!Convert.ToHexStringLower(SHA256.HashData(file)).Equals(listed.Sha256, StringComparison.OrdinalIgnoreCase))
            throw new ModelLoadException("model.onnx is not the file model.json describes: its SHA-256 differs.");
    }
}
