// A table as a task to train: the encoded parts on the device, the loss, and the figures on each part.
using MaaS.Contracts.Models;
using MaaS.Engine.Data;
using MaaS.Engine.Training;
using TorchSharp;
using static TorchSharp.torch;

namespace MaaS.Engine.Tasks.Tabular;

internal sealed class TabularTask : LearningTask
{
    private readonly Part _train;
    private readonly Part _validation;
    private readonly Network _network;
    private readonly Device _device;

    public TabularTask(Encoder encoder, Target target, Network network, Table train, Table validation, Device device)
    {
        Encoder = encoder;
        Target = target;
        _device = device;
        _network = network.to(device);
        _train = Encode(train);
        _validation = Encode(validation);
    }

    public Encoder Encoder { get; }

    public Target Target { get; }

    public override nn.Module Network => _network;

    public bool IsLinear => _network.IsLinear;

    public override int TrainRows => (int)_train.Answers_N.shape[0];

    /// <summary>Every layer but the last; the first takes encoded values, not the table's.</summary>
    public override bool IsHidden(string name) => name.StartsWith("layers.", StringComparison.Ordinal) && !name.StartsWith($"layers.{_network.Depth - 1}.", StringComparison.Ordinal);

    public override Tensor Loss(Tensor rows_B) => LossOf(
        _network.call(_train.Numbers_NF.index_select(0, rows_B), _train.Categories_NC.index_select(0, rows_B)),
        _train.Answers_N.index_select(0, rows_B));

    public override IReadOnlyDictionary<string, double> Validate()
    {
        using var scope = NewDisposeScope();
        var logits_NO = Logits(_validation);
        var figures = new Dictionary<string, double> { ["loss"] = LossOf(logits_NO, _validation.Answers_N).item<float>() };
        var headline = Target.IsClassification ? "accuracy" : "rmse";
        figures[headline] = Figures(logits_NO, _validation).Values[headline];
        return figures;
    }

    /// <summary>Every figure on a part that training never saw, the trivial baseline's beside it.</summary>
    public ModelMetrics Test(Table test, string split)
    {
        using var scope = NewDisposeScope();
        using var part = Encode(test);
        return Figures(Logits(part), part) with { Split = split };
    }

    /// <summary>What a caller gets: class probabilities (N, O), or values (N, 1) in the target's own unit.</summary>
    public float[] Answers(Table rows)
    {
        using var scope = NewDisposeScope();
        using var part = Encode(rows);
        var logits_NO = Logits(part);
        return (Target.IsClassification ? logits_NO.softmax(1) : logits_NO * Target.StandardDeviation + Target.Mean).cpu().data<float>().ToArray();
    }

    public override void Dispose()
    {
        _network.Dispose();
        _train.Dispose();
        _validation.Dispose();
    }

    private Tensor LossOf(Tensor logits_BO, Tensor answers_B) => Target.IsClassification
        ? nn.functional.cross_entropy(logits_BO, answers_B)
        : nn.functional.mse_loss(logits_BO.squeeze(1), answers_B);

    private ModelMetrics Figures(Tensor logits_NO, Part part)
    {
        if (Target.IsClassification)
        {
            var majority = _train.Answers_N.bincount(null, 0).argmax().item<long>();
            return Metrics.Classification(logits_NO.softmax(1).cpu().data<float>().ToArray(), part.Answers_N.cpu().data<long>().ToArray(), Target.Outputs, (int)majority);
        }
        var unit = (float[] standardized) => Array.ConvertAll(standardized, value => value * (double)Target.StandardDeviation + Target.Mean);
        return Metrics.Regression(unit(logits_NO.cpu().data<float>().ToArray()), unit(part.Answers_N.cpu().data<float>().ToArray()), Target.Mean);
    }

    /// <summary>In chunks, so that a large part does not need its activations all at once.</summary>
    private Tensor Logits(Part part)
    {
        const int chunk = 8192;
        _network.eval();
        using var quiet = no_grad();
        var rows = part.Answers_N.shape[0];
        var pieces = new List<Tensor>();
        for (long start = 0; start < rows; start += chunk)
        {
            using var scope = NewDisposeScope();
            var end = Math.Min(start + chunk, rows);
            pieces.Add(_network.call(part.Numbers_NF.slice(0, start, end, 1), part.Categories_NC.slice(0, start, end, 1)).MoveToOuterDisposeScope());
        }
        _network.train();
        return cat(pieces);
    }

    private Part Encode(Table table)
    {
        var (numbers_NF, categories_NC) = Encoder.Encode(table);
        var column = table[Target.Name];
        var answers_N = Target.IsClassification ? tensor(Target.Classes(column)) : tensor(Target.Values(column));
        return new Part(numbers_NF.to(_device).DetachFromDisposeScope(), categories_NC.to(_device).DetachFromDisposeScope(), answers_N.to(_device).DetachFromDisposeScope());
    }

    private sealed record Part(Tensor Numbers_NF, Tensor Categories_NC, Tensor Answers_N) : IDisposable
    {
        public void Dispose()
        {
            Numbers_NF.Dispose();
            Categories_NC.Dispose();
            Answers_N.Dispose();
        }
    }
}
