// What a student learns of a teacher beside the truth: alpha T^2 KL(softmax(teacher/T) || softmax(student/T)) + (1 - alpha) of its own loss (Hinton
// et al. 2015, arXiv:1503.02531). The teacher is a function that answers; who answers, and from what, it does not know.
using MaaS.Contracts.Training;
using MaaS.Engine.Data;
using MaaS.Engine.Tasks;
using static TorchSharp.torch;

namespace MaaS.Engine.Training;

/// <param name="temperature">T.</param>
/// <param name="weight">alpha.</param>
/// <param name="answer">Of row numbers and the input they were learned from: log-probabilities (B, O), or values (B).</param>
internal sealed class Lesson(double temperature, double weight, Func<Tensor, Tensor?, Tensor> answer)
{
    /// <summary>Share of the rows that the first epoch of a curriculum takes, and of the epochs until all are in.</summary>
    private const double FirstRows = 0.3, Growing = 0.5;

    // Against features that are linear in each other, whose products have no inverse.
    private const double Ridge = 1e-3;

    /// <summary>Weight of the hints, and the teacher's last features (B, G) of an input; null gives none.</summary>
    public (double Weight, Func<Tensor, Tensor> Features)? Hints { get; init; }

    /// <summary>How sure the teacher is of each training row; null lets all rows in from the beginning.</summary>
    public float[]? Sureness { get; init; }

    /// <summary>
    /// What chooses among epochs: errors, where there are classes. How sure the student is, it has from the teacher, and the loss against the truth
    /// would hold that against it. Among epochs of equally many errors the loss decides.
    /// </summary>
    public static double Loss(IReadOnlyDictionary<string, double> figures) =>
        figures.TryGetValue("accuracy", out var accuracy) && double.IsFinite(figures["loss"]) ? 1 - accuracy + 1e-6 * Math.Min(1, figures["loss"]) : figures["loss"];

    /// <param name="logits">(B, O), or of several members (K, B, O) for one teacher's (B, O).</param>
    /// <param name="own">The loss against the truth.</param>
    public Tensor OfClasses(Tensor logits, Tensor own, Tensor rows_B, Tensor? input = null)
    {
        var taught = (answer(rows_B, input) / temperature).log_softmax(-1);
        var divergence = (taught.exp() * (taught - (logits / temperature).log_softmax(-1))).sum(-1).mean();
        return divergence * (weight * temperature * temperature) + own * (1 - weight);
    }

    /// <summary>Of numbers, of which no softmax can be taken: the squared distance in the place of the divergence.</summary>
    /// <param name="values">(B), or of several members (K, B).</param>
    public Tensor OfValues(Tensor values, Tensor own, Tensor rows_B, Tensor? input = null) =>
        (values - answer(rows_B, input)).square().mean() * weight + own * (1 - weight);

    /// <summary>
    /// The mean squared distance of the teacher's last features from the linear map of the student's that is nearest to them (Romero et al. 2015,
    /// arXiv:1412.6550, learn the map; here it is solved for each batch, so there is nothing to learn beside the network).
    /// </summary>
    public Tensor Hint(Tensor features_BF, Tensor input)
    {
        if (Hints is not var (hint, features))
            return zeros(1, device: features_BF.device).squeeze();
        var taught_BG = features(input);
        Tensor map_FG;
        using (no_grad())
        {
            var products_FF = features_BF.t().matmul(features_BF);
            var ridge = products_FF.diagonal().mean() * Ridge + 1e-6;
            map_FG = linalg.solve(products_FF + eye(products_FF.shape[0], device: products_FF.device) * ridge, features_BF.t().matmul(taught_BG));
        }
        return (features_BF.matmul(map_FG) - taught_BG).square().mean() * hint;
    }

    /// <summary>A curriculum's rows of an epoch, as many as usual: from the surest alone to all; null where there is none.</summary>
    public long[]? Order(LearningTask task, int epoch, TrainingSpec spec)
    {
        var share = FirstRows + (1 - FirstRows) * Math.Min(1, (epoch - 1) / Math.Max(1, Growing * spec.Epochs));
        if (Sureness is null || share >= 1)
            return null;
        var easy = Enumerable.Range(0, Sureness.Length).OrderByDescending(row => Sureness[row]).Take((int)Math.Ceiling(share * Sureness.Length)).Select(row => (long)row).ToArray();
        var random = new SplitMix64((ulong)spec.Seed << 32 | (uint)epoch);
        var rows = new List<long>(task.TrainRows + easy.Length);
        while (rows.Count < task.TrainRows)
        {
            random.Shuffle<long>(easy);
            rows.AddRange(easy);
        }
        return [.. rows.Take(task.TrainRows)];
    }
}
