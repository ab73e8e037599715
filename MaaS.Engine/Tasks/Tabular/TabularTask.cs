// A table as a task to train: the encoded parts on the device, the loss, and the figures on each part.
using MaaS.Contracts.Models;
using MaaS.Engine.Data;
using MaaS.Engine.Training;
using MaaS.Engine.Trust;
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

    public Network Model => _network;

    public override int TrainRows => (int)_train.Answers_N.shape[0];

    /// <summary>The hidden layers; what comes before them takes the table's values.</summary>
    public override bool IsHidden(string name) => name.StartsWith("hidden.", StringComparison.Ordinal);

    /// <summary>The mean of the members' losses: each learns alone, though they share layers.</summary>
    public override Tensor Loss(Tensor rows_B)
    {
        var logits_KBO = _network.call(_train.Numbers_NF.index_select(0, rows_B), _train.Categories_NC.index_select(0, rows_B));
        var answers_B = _train.Answers_N.index_select(0, rows_B);
        var own = Target.IsClassification
            ? nn.functional.cross_entropy(logits_KBO.flatten(0, 1), answers_B.repeat(logits_KBO.shape[0]))
            : (logits_KBO.squeeze(2) - answers_B).square().mean();
        return Lesson is null ? own
            : Target.IsClassification ? Lesson.OfClasses(logits_KBO, own, rows_B)
            : Lesson.OfValues(logits_KBO.squeeze(2), own, rows_B);
    }

    public override IReadOnlyDictionary<string, double> Validate()
    {
        using var scope = NewDisposeScope();
        var answers_NO = Answers(_validation);
        var loss = Target.IsClassification
            ? nn.functional.nll_loss(answers_NO.clamp_min(1e-12).log(), _validation.Answers_N)
            : nn.functional.mse_loss(answers_NO.squeeze(1), _validation.Answers_N);
        var figures = new Dictionary<string, double> { ["loss"] = loss.item<float>() };
        var headline = Target.IsClassification ? "accuracy" : "rmse";
        figures[headline] = Figures(answers_NO, _validation).Values[headline];
        return figures;
    }

    /// <summary>Every figure on a part that training never saw, the trivial baseline's beside it.</summary>
    public ModelMetrics Test(Table test, string split)
    {
        using var scope = NewDisposeScope();
        using var part = Encode(test);
        return Figures(Answers(part), part) with { Split = split };
    }

    /// <summary>What a caller gets: class probabilities (N, O), or values (N, 1) in the target's own unit.</summary>
    public float[] Answers(Table rows)
    {
        using var scope = NewDisposeScope();
        using var part = Encode(rows);
        var answers_NO = Answers(part);
        return (Target.IsClassification ? answers_NO : answers_NO * Target.StandardDeviation + Target.Mean).cpu().data<float>().ToArray();
    }

    /// <summary>The accuracy on rows whose numbers were changed to deceive; null where there are none.</summary>
    public RobustnessFigures? Attacked(Table rows)
    {
        if (Encoder.Numbers.Length == 0)
            return null;
        using var scope = NewDisposeScope();
        using var part = Encode(rows.Select([.. Enumerable.Range(0, Math.Min(Adversary.MostRows, rows.RowCount))]));
        _network.eval();
        var figures = Adversary.Attack("standard deviations", [0.05, 0.1, 0.2], part.Numbers_NF, part.Answers_N,
            numbers_NF => _network.call(numbers_NF, part.Categories_NC).softmax(2).mean([0]).clamp_min(1e-12).log());
        _network.train();
        return figures;
    }

    public override void Dispose()
    {
        _network.Dispose();
        _train.Dispose();
        _validation.Dispose();
    }

    private ModelMetrics Figures(Tensor answers_NO, Part part)
    {
        if (Target.IsClassification)
        {
            var majority = _train.Answers_N.bincount(null, 0).argmax().item<long>();
            return Metrics.Classification(answers_NO.cpu().data<float>().ToArray(), part.Answers_N.cpu().data<long>().ToArray(), Target.Outputs, (int)majority);
        }
        var unit = (float[] standardized) => Array.ConvertAll(standardized, value => value * (double)Target.StandardDeviation + Target.Mean);
        return Metrics.Regression(unit(answers_NO.cpu().data<float>().ToArray()), unit(part.Answers_N.cpu().data<float>().ToArray()), Target.Mean);
    }

    /// <summary>Mean over the members of the probabilities, or of the standardized values (N, O). In chunks, so that a large part does not need its activations all at once.</summary>
    private Tensor Answers(Part part)
    {
        const int chunk = 4096;
        _network.eval();
        using var quiet = no_grad();
        var rows = part.Answers_N.shape[0];
        var pieces = new List<Tensor>();
        for (long start = 0; start < rows; start += chunk)
        {
            using var scope = NewDisposeScope();
            var end = Math.Min(start + chunk, rows);
            var logits_KBO = _network.call(part.Numbers_NF.slice(0, start, end, 1), part.Categories_NC.slice(0, start, end, 1));
            pieces.Add((Target.IsClassification ? logits_KBO.softmax(2) : logits_KBO).mean([0]).MoveToOuterDisposeScope());
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
