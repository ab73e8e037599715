// How much a user rates above the mean and how much an item is rated above it, in turn until neither moves: ridge regression.
namespace MaaS.Engine.Tasks.Recommendation;

internal sealed record Biases(float Mean, float[] User, float[] Item)
{
    private const int Rounds = 15;

    /// <summary>What a person would try: from trusting few ratings to hardly at all.</summary>
    private static readonly double[] s_tried = [0.5, 1, 1.5, 2, 3, 4, 6, 10];

    /// <param name="regularization">Ratings of the mean that every user and item is given in advance.</param>
    /// <param name="explained">What the factors already explain of each event; null is nothing.</param>
    public static Biases Solve(Events events, int[] rows, double regularization, float[]? explained = null)
    {
        var mean = rows.Average(row => (double)events.Rating![row]);
        var (user, item) = (new double[events.Users.Count], new double[events.Items.Count]);
        var rest = rows.Select((row, i) => events.Rating![row] - mean - (explained?[i] ?? 0)).ToArray();
        for (var round = 0; round < Rounds; round++)
        {
            Fit(item, row => events.Item[row], row => user[events.User[row]]);
            Fit(user, row => events.User[row], row => item[events.Item[row]]);
        }
        return new Biases((float)mean, Array.ConvertAll(user, value => (float)value), Array.ConvertAll(item, value => (float)value));

        void Fit(double[] own, Func<int, int> whose, Func<int, double> other)
        {
            var (sums, counts) = (new double[own.Length], new int[own.Length]);
            for (var i = 0; i < rows.Length; i++)
            {
                sums[whose(rows[i])] += rest[i] - other(rows[i]);
                counts[whose(rows[i])]++;
            }
            for (var one = 0; one < own.Length; one++)
                own[one] = counts[one] == 0 ? 0 : sums[one] / (counts[one] + regularization);
        }
    }

    /// <summary>The regularization that predicts the validation ratings best.</summary>
    public static double Tune(Events events, EventSplit split) => s_tried.MinBy(tried =>
    {
        var biases = Solve(events, split.Train, tried);
        return split.Validation.Average(row => Math.Pow(biases.Of(events, row) - events.Rating![row], 2));
    });

    public float Of(Events events, int row) => Mean + User[events.User[row]] + Item[events.Item[row]];
}
