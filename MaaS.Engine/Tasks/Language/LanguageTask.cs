// A text as a task to train: predict each token from those before it. The whole text is one tensor on the device; a row is a
// place in it where a window of context + 1 tokens begins.
using MaaS.Contracts.Models;
using MaaS.Engine.Data;
using MaaS.Engine.Training;
using TorchSharp;
using static TorchSharp.torch;

namespace MaaS.Engine.Tasks.Language;

internal sealed class LanguageTask : LearningTask
{
    private const int WindowsAtOnce = 64;

    private readonly Gpt _network;
    private readonly TextPart _validation;
    private readonly Tensor _train_N;
    private readonly Tensor _validation_N;
    private readonly Tensor _window_T;
    private readonly int _rows;
    private readonly Action _looked;
    private Gpt[] _networks;
    private Replicas? _replicas;

    /// <param name="rows">Windows between two looks at the validation part.</param>
    /// <param name="threads">Of the CPU, that share a step's windows.</param>
    /// <param name="looked">Called after each look, with the network at rest.</param>
    public LanguageTask(Gpt network, TextPart train, TextPart validation, int rows, Device device, int threads = 1, Action? looked = null)
    {
        _network = network.to(device);
        _networks = [_network];
        _validation = validation;
        _rows = rows;
        Crew = device.type == DeviceType.CPU && threads > 1 && network.Spec.Dropout == 0 && network.Changes?.Spec.Dropout is null or 0 ? new Crew(threads) : null;
        _looked = looked ?? (() => { });
        _train_N = Tokens(train.Tokens, device);
        _validation_N = Tokens(validation.Tokens, device);
        _window_T = arange(network.Spec.Context + 1, dtype: ScalarType.Int64, device: device).DetachFromDisposeScope();
    }

    public override nn.Module Network => _network.Learning;

    /// <summary>Dropout draws from one generator, in whatever order threads ask: with it there is no second network.</summary>
    internal override Crew? Crew { get; }

    public override int TrainRows => _rows;

    /// <summary>Places drawn anew for each interval, with replacement: a text has more windows than a training sees.</summary>
    public override long[] Order(int epoch, int seed)
    {
        var random = new SplitMix64((ulong)seed << 32 | (uint)epoch);
        var places = (int)(_train_N.shape[0] - _network.Spec.Context);
        return [.. Enumerable.Range(0, _rows).Select(_ => (long)random.Below(places))];
    }

    /// <summary>Every matrix within the blocks; the embedding is the first layer and, tied, the last.</summary>
    public override bool IsHidden(string name) => name.StartsWith("blocks.", StringComparison.Ordinal);

    public override Tensor Loss(Tensor rows_B) => LossOf(_network, Windows(_train_N, rows_B), Lesson);

    internal override Tensor Backward(Tensor rows_B, double share, FlatParameters parameters)
    {
        if (Crew is null || rows_B.shape[0] < Crew.Size)
            return base.Backward(rows_B, share, parameters);
        if (_replicas is null)
        {
            _networks = [_network, .. Enumerable.Range(1, Crew.Size - 1).Select(_ => _network.Twin())];
            _replicas = new Replicas([parameters, .. _networks.Skip(1).Select(twin => new FlatParameters(twin.Learning, IsHidden, parameters))], Crew);
        }
        var all = rows_B.shape[0];
        return _replicas.Backward(rows_B, Crew.Size, (member, own_B) => Precision.Of(() => LossOf(_networks[member], Windows(_train_N, own_B), Lesson)) * (share * own_B.shape[0] / all));
    }

    public override IReadOnlyDictionary<string, double> Validate()
    {
        var figures = Figures(LossOn(_validation_N), _validation);
        _looked();
        return figures;
    }

    /// <summary>After the training: the network with whatever change it learned.</summary>
    public void Finish()
    {
        if (_network.Changes is null)
            return;
        // The other threads' networks hold the change beside the same matrices.
        Alone();
        _network.Merge();
    }

    /// <summary>The figures of a part, those of guessing by frequency alone beside them.</summary>
    /// <param name="train">What the frequencies are counted in; one is added to each, so that none is zero.</param>
    public ModelMetrics Test(TextPart part, TextPart train, string split)
    {
        using var tokens_N = Tokens(part.Tokens, _window_T.device);
        var counts = Enumerable.Repeat(1.0, _network.Vocabulary).ToArray();
        foreach (var token in train.Tokens)
            counts[token]++;
        var total = counts.Sum();
        var unigram = part.Tokens.Average(token => -Math.Log(counts[token] / total));
        return new ModelMetrics(split, part.Tokens.Length, Figures(LossOn(tokens_N), part), Figures(unigram, part));
    }

    public override void Dispose()
    {
        Alone();
        Crew?.Dispose();
        _network.Dispose();
        _train_N.Dispose();
        _validation_N.Dispose();
        _window_T.Dispose();
    }

    /// <summary>Mean over the whole part in windows that do not overlap; what is left at its end counts in a shorter one.</summary>
    private double LossOn(Tensor tokens_N)
    {
        _network.eval();
        var context = _network.Spec.Context;
        var (windows, rest) = Math.DivRem(tokens_N.shape[0] - 1, context);
        var losses = new double[(windows + WindowsAtOnce - 1) / WindowsAtOnce];
        void Parts(int member)
        {
            for (var part = member; part < losses.Length; part += _networks.Length)
                losses[part] = Part(_networks[member], part);
        }
        if (_networks.Length > 1)
            Crew!.Run(Parts);
        else
            Parts(0);
        var total = losses.Sum();
        if (rest > 0)
            total += Loss(_network, tokens => tokens.slice(0, windows * context, tokens.shape[0], 1).to_type(ScalarType.Int64).unsqueeze(0)) * rest;
        _network.train();
        return total / (tokens_N.shape[0] - 1);

        double Part(Gpt network, int part)
        {
            var (first, after) = ((long)part * WindowsAtOnce, Math.Min((part + 1L) * WindowsAtOnce, windows));
            return Loss(network, tokens => Windows(tokens, arange(first, after, dtype: ScalarType.Int64, device: _window_T.device) * context)) * (after - first) * context;
        }

        double Loss(Gpt network, Func<Tensor, Tensor> window)
        {
            using var quiet = no_grad();
            using var scope = NewDisposeScope();
            return LossOf(network, window(tokens_N)).item<float>();
        }
    }

    /// <summary>Without the other threads' networks.</summary>
    private void Alone()
    {
        _replicas?.Dispose();
        _replicas = null;
        foreach (var twin in _networks.Skip(1))
            twin.Dispose();
        _networks = [_network];
    }

    private static Dictionary<string, double> Figures(double loss, TextPart part) => new()
    {
        ["loss"] = loss,
        ["perplexity"] = Math.Exp(loss),
        ["bits_per_byte"] = loss / Math.Log(2) * part.Tokens.Length / part.Bytes,
    };

    private Tensor Windows(Tensor tokens_N, Tensor rows_B) =>
        tokens_N.index_select(0, (rows_B.unsqueeze(1) + _window_T).flatten()).to_type(ScalarType.Int64).view(rows_B.shape[0], -1);

    /// <param name="lesson">Null where nothing is learned, and where nobody teaches.</param>
    private static Tensor LossOf(Gpt network, Tensor tokens_BT, Lesson? lesson = null)
    {
        var last = tokens_BT.shape[1] - 1;
        var seen_BT = tokens_BT.slice(1, 0, last, 1);
        var logits_BTV = network.call(seen_BT);
        var own = nn.functional.cross_entropy(logits_BTV.view(-1, logits_BTV.shape[2]), tokens_BT.slice(1, 1, last + 1, 1).reshape(-1));
        return lesson is null ? own : lesson.OfClasses(logits_BTV, own, seen_BT, seen_BT);
    }

    /// <summary>32 bits a token: half the memory, and no vocabulary needs more.</summary>
    private static Tensor Tokens(int[] tokens, Device device) => tensor(tokens, dtype: ScalarType.Int32).to(device).DetachFromDisposeScope();
}
