// A loaded model version: opened, proven on its own sample, shared by all requests, and closed when the last of them is done.
using System.Runtime.ExceptionServices;
using System.Text.Json;
using MaaS.Contracts.Datasets;
using MaaS.Contracts.Inference;
using MaaS.Contracts.Models;
using MaaS.Inference.Custom;
using MaaS.Inference.Items;
using MaaS.Inference.Tensors;
using MaaS.Inference.Text;
using Microsoft.ML.OnnxRuntime;

namespace MaaS.Inference;

/// <summary>
/// Safe for any number of threads. <see cref="Dispose"/> may come while predictions run: they finish, and the memory goes with the last.
/// </summary>
public sealed class Model : IDisposable
{
    private const long GraphBytes = 1 << 20;

    private readonly Session _session;
    private readonly RequestColumns _columns;
    private readonly Writer? _writer; // of a language model
    private readonly Recommender? _recommender;
    private readonly CustomModel? _custom;
    private readonly bool _hasImages;
    private int _users = 1; // the owner is one until it disposes
    private int _disposed;

    private Model(ModelManifest manifest, Session session, Writer? writer, long fileBytes)
    {
        // What is packed in the file is floats in memory.
        MemoryBytes = GraphBytes + 2 * Math.Max(fileBytes, sizeof(float) * manifest.ParameterCount);
        Manifest = manifest;
        _session = session;
        _writer = writer;
        _recommender = Recommender.For(manifest);
        _custom = CustomModel.For(manifest);
        _columns = new RequestColumns(manifest);
        _hasImages = manifest.Inputs.Any(input => input.Kind == ColumnType.Image);
        Tensors = new SessionPool(session, this);
    }

    public ModelManifest Manifest { get; }

    /// <summary>What it takes of this machine's memory, as far as its file tells: the weights, the copy laid out for the processor, and the graph.</summary>
    public long MemoryBytes { get; }

    public bool IsOnGpu => _session.IsOnGpu;

    /// <summary>Why it computes on the CPU though the GPU was wanted; null when nothing is to be said.</summary>
    public string? Remark => _session.Remark;

    /// <summary>The graph by its own tensors, whatever the task: what the Open Inference Protocol speaks of.</summary>
    public SessionPool Tensors { get; }

    /// <summary>Opens a package, checks the graph's hash, and asks it the stored sample: a model that answers otherwise does not load.</summary>
    /// <param name="folder">Holds model.onnx, model.json and sample.json.</param>
    /// <param name="placement">Null for the CPU.</param>
    /// <exception cref="ModelLoadException">Names the file and what is wrong with it.</exception>
    public static Model Load(string folder, Placement? placement = null)
    {
        var manifest = PackageCheck.Read<ModelManifest>(folder, "model.json");
        var sample = PackageCheck.Read<ModelSample>(folder, "sample.json");
        var onnx = Path.Combine(folder, "model.onnx");
        if (!File.Exists(onnx))
            throw new ModelLoadException("The package has no model.onnx.");
        PackageCheck.Hash(onnx, manifest);
        var model = Open(onnx, manifest, placement);
        try
        {
            PackageCheck.Sample(model, sample);
            return model;
        }
        catch (Exception wrong)
        {
            model.Dispose();
            if (!model.IsOnGpu)
                throw;
            return Load(folder, new Placement(false, Refused: $"the GPU does not answer the model's own sample as it must: {wrong.Message}"));
        }
    }

    /// <summary>Opens a graph without a sample to prove it on: for the export that is about to make the sample.</summary>
    /// <exception cref="ModelLoadException">Not an ONNX graph, or not the one the manifest describes.</exception>
    public static Model Open(string onnx, ModelManifest manifest, Placement? placement = null)
    {
        if (manifest.Format != 1)
            throw new ModelLoadException($"model.json is of format {manifest.Format}; this server reads format 1.");
        var writer = Writer.For(Path.GetDirectoryName(onnx)!, manifest);
        return new Model(manifest, Session.Open(onnx, manifest, placement ?? new(false)), writer, new FileInfo(onnx).Length);
    }

    /// <param name="rows">Named columns; one left out, null, "" or "NaN" is missing.</param>
    /// <returns>One prediction per row, in their order.</returns>
    /// <exception cref="InputError">A row does not fit the signature.</exception>
    /// <exception cref="ObjectDisposedException">The model was unloaded before this call began; route the request again.</exception>
    public IReadOnlyList<Prediction> Predict(IReadOnlyList<IReadOnlyDictionary<string, JsonElement>> rows)
    {
        if (IsByColumns)
            return Run(_columns.Read(rows), rows.Count).AsPredictions(Manifest.Labels);
        Enter();
        try
        {
            return Answer(rows, null);
        }
        finally
        {
            Leave();
        }
    }

    /// <summary>The same through a queue: together with other calls where the graph allows it, and stopped when its time is over.</summary>
    /// <param name="call">Its own; when it was answered, the caller must release it.</param>
    /// <returns>How it ended, and when it was answered one prediction per row; a row that does not fit the signature has its error instead.</returns>
    /// <exception cref="InputError">No row fits the signature.</exception>
    public async ValueTask<(CallOutcome Outcome, IReadOnlyList<Prediction> Predictions)> Predict(
        IReadOnlyList<IReadOnlyDictionary<string, JsonElement>> rows, Call call, Batcher queue, CancellationToken token)
    {
        if (!IsByColumns || !Tensors.Signature.ByRows)
            return await PredictAlone(rows, call, queue, token);
        // Pictures take a tenth of a second to decode, which no thread that serves other requests should spend.
        var read = _hasImages ? await Task.Run(() => _columns.ReadEach(rows, token), token) : _columns.ReadEach(rows, token);
        RowTensors.Fill(call, Tensors.Signature, Manifest, read.Columns, read.Rows);
        var outcome = await queue.Ask(call, null, token);
        return outcome == CallOutcome.Answered ? (outcome, read.Spread(RowTensors.Read(call, Tensors.Signature, Manifest).AsPredictions(Manifest.Labels))) : (outcome, []);
    }

    private async ValueTask<(CallOutcome Outcome, IReadOnlyList<Prediction> Predictions)> PredictAlone(
        IReadOnlyList<IReadOnlyDictionary<string, JsonElement>> rows, Call call, Batcher queue, CancellationToken token)
    {
        IReadOnlyList<Prediction> predictions = [];
        ExceptionDispatchInfo? wrong = null;
        call.Begin(0);
        call.Rows = rows.Count;
        call.Work = options =>
        {
            try
            {
                predictions = AnswerEach(rows, options);
            }
            catch (Exception error) when (error is not (OnnxRuntimeException or OutOfMemoryException)) // those are the queue's to tell
            {
                wrong = ExceptionDispatchInfo.Capture(error); // it is this caller's, not the thread's
            }
        };
        var outcome = await queue.Ask(call, null, token);
        wrong?.Throw();
        return (outcome, predictions);
    }

    /// <summary>Whether two rows of a model made elsewhere are answered together as each is alone.</summary>
    public bool Stacks(IReadOnlyDictionary<string, JsonElement> one, IReadOnlyDictionary<string, JsonElement> other) =>
        Stacking.IsSafe(one, other, row => Predict([row])[0], PackageCheck.Near);

    private bool IsByColumns => _recommender is null && _writer is null && _custom is null;

    private IReadOnlyList<Prediction> Answer(IReadOnlyList<IReadOnlyDictionary<string, JsonElement>> rows, RunOptions? options) =>
        _recommender?.Answer(rows, (user, seen, top) => _session.Recommend(user, seen, top, options))
            ?? _custom?.Answer(rows, inputs => _session.Call(inputs, options))
            ?? _writer?.Answer(rows, tokens => _session.Logits(tokens, 1, lastOnly: true, options))
            ?? _session.Run(_columns.Read(rows), rows.Count, options).AsPredictions(Manifest.Labels);

    private IReadOnlyList<Prediction> AnswerEach(IReadOnlyList<IReadOnlyDictionary<string, JsonElement>> rows, RunOptions options)
    {
        try
        {
            return Answer(rows, options);
        }
        catch (InputError wrong) when (wrong.IsOfRows && rows.Count > 1)
        {
            Prediction One(int row)
            {
                try
                {
                    return Answer([rows[row]], options)[0];
                }
                catch (InputError its)
                {
                    return new Prediction(Error: its.OfRow(row));
                }
            }
            var each = Enumerable.Range(0, rows.Count).Select(One).ToArray();
            if (Array.TrueForAll(each, prediction => prediction.Error is not null))
                throw;
            return each;
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
            _custom!.Ask(row, inputs => _session.Call(inputs));
        }
        finally
        {
            Leave();
        }
    }

    public void Dispose()
    {
        if (Interlocked.Exchange(ref _disposed, 1) == 0 && Interlocked.Decrement(ref _users) == 0)
            Close();
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
        // To close a large one takes long, and the thread of a caller may serve others.
        if (Interlocked.Decrement(ref _users) == 0)
            ThreadPool.UnsafeQueueUserWorkItem(static model => model.Close(), this, preferLocal: false);
    }

    private void Close()
    {
        Tensors.Close();
        _session.Dispose();
    }
}
