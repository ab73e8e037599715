// Texts of known class as a task to train: the encoded parts, the loss, and the figures on each part.
using MaaS.Contracts.Models;
using MaaS.Engine.Data;
using MaaS.Engine.Tasks.Tabular;
using MaaS.Engine.Training;
using TorchSharp;
using static TorchSharp.torch;

namespace MaaS.Engine.Tasks.Text;

internal sealed class TextTask : LearningTask
{
    /// <summary>In one piece, where nothing is learned: a transformer's memory grows with the texts and the longest of them.</summary>
    public const int RowsAtOnce = 64;

    private readonly Network _network;
    private readonly Device _device;
    private readonly double _labelSmoothing;
    private readonly Part _train;
    private readonly Part _validation;

    public TextTask(Encoder encoder, string text, Target target, Network network, double labelSmoothing, Table train, Table validation, Device device)
    {
        (Encoder, Text, Target) = (encoder, text, target);
        (_network, _device, _labelSmoothing) = (network.to(device), device, labelSmoothing);
        (_train, _validation) = (Encode(train), Encode(validation));
    }

    public Encoder Encoder { get; }

    /// <summary>The column that is read.</summary>
    public string Text { get; }

    public Target Target { get; }

    public override nn.Module Network => _network;

    public Network Model => _network;

    public override int TrainRows => _train.Terms.Length;

    public override bool IsHidden(string name) => _network.IsHidden(name);

    public static string[] TextsOf(Table table, string column) =>
        [.. Enumerable.Range(0, table.RowCount).Select(row => table[column].Text(row) ?? "")];

    public override bool GathersOnCpu => true;

    public override Tensor Loss(Tensor rows_B)
    {
        var rows = Array.ConvertAll(rows_B.data<long>().ToArray(), row => (int)row);
        var truth_B = tensor(Array.ConvertAll(rows, row => _train.Classes[row])).Sent(_device);
        var logits_BC = Logits(_train, rows);
        var own = nn.functional.cross_entropy(logits_BC, truth_B, label_smoothing: _labelSmoothing);
        return Lesson is null ? own : Lesson.OfClasses(logits_BC, own, rows_B.Sent(_device));
    }

    public override IReadOnlyDictionary<string, double> Validate()
    {
        using var scope = NewDisposeScope();
        var logits_NC = AllLogits(_validation);
        return new Dictionary<string, double>
        {
            ["loss"] = nn.functional.cross_entropy(logits_NC, tensor(_validation.Classes, device: _device)).item<float>(),
            ["accuracy"] = Figures(logits_NC, _validation).Values["accuracy"],
        };
    }

    /// <summary>Every figure on a part that training never saw, the trivial baseline's beside it.</summary>
    public ModelMetrics Test(Table test, string split)
    {
        using var scope = NewDisposeScope();
        var part = Encode(test);
        return Figures(AllLogits(part), part) with { Split = split };
    }

    /// <summary>Class probabilities (N, C), row by row.</summary>
    public float[] Answers(Table rows)
    {
        using var scope = NewDisposeScope();
        return AllLogits(Encode(rows)).softmax(1).cpu().data<float>().ToArray();
    }

    public override void Dispose() => _network.Dispose();

    private ModelMetrics Figures(Tensor logits_NC, Part part) => Metrics.Classification(
        logits_NC.softmax(1).cpu().data<float>().ToArray(), part.Classes, Target.Outputs,
        (int)_train.Classes.CountBy(number => number).MaxBy(group => group.Value).Key);

    private Tensor AllLogits(Part part)
    {
        _network.eval();
        using var quiet = no_grad();
        var pieces = new List<Tensor>();
        foreach (var rows in Enumerable.Range(0, part.Terms.Length).Chunk(RowsAtOnce))
        {
            using var scope = NewDisposeScope();
            pieces.Add(Logits(part, rows).MoveToOuterDisposeScope());
        }
        _network.train();
        return cat(pieces);
    }

    private Tensor Logits(Part part, int[] rows) => _network.Logits(Array.ConvertAll(rows, row => part.Terms[row]), _device);

    private Part Encode(Table table) => new(Array.ConvertAll(TextsOf(table, Text), Encoder.Encode), Target.Classes(table[Target.Name]));

    private sealed record Part(long[][] Terms, long[] Classes);
}
