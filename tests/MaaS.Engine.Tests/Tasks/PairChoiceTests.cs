// Pairs of columns that say something together are found among those that do not, and chance alone makes none.
using MaaS.Engine.Tasks.Tabular;
using Xunit;

namespace MaaS.Engine.Tests.Tasks;

public sealed class PairChoiceTests
{
    private static readonly float[][] s_columns = Columns(seed: 3);

    [Fact]
    public void The_pair_that_makes_the_answer_is_chosen_alone()
    {
        var answer = Answers((row, noise) => s_columns[1][row] * s_columns[4][row] + noise);
        Assert.Equal([new ColumnPair(1, 4)], PairChoice.Of(s_columns, [answer]));
    }

    [Fact]
    public void Columns_that_only_add_up_are_no_pair()
    {
        Assert.Empty(PairChoice.Of(s_columns, [Answers((row, noise) => 3 * s_columns[0][row] + s_columns[2][row] * s_columns[2][row] + noise)]));
    }

    [Fact]
    public void Noise_is_no_pair() => Assert.Empty(PairChoice.Of(s_columns, [Answers((_, noise) => noise)]));

    [Fact]
    public void Missing_and_constant_columns_are_borne()
    {
        float[][] columns = [.. s_columns, [.. Enumerable.Repeat(float.NaN, s_columns[0].Length)], [.. Enumerable.Repeat(7f, s_columns[0].Length)]];
        Assert.Equal([new ColumnPair(1, 4)], PairChoice.Of(columns, [Answers((row, noise) => s_columns[1][row] * s_columns[4][row] + noise)]));
    }

    private static double[] Answers(Func<int, double, double> of)
    {
        var random = new Random(11);
        return [.. Enumerable.Range(0, s_columns[0].Length).Select(row => of(row, 0.3 * (random.NextDouble() - 0.5)))];
    }

    private static float[][] Columns(int seed)
    {
        var random = new Random(seed);
        return [.. Enumerable.Range(0, 6).Select(_ => Enumerable.Range(0, 5_000).Select(_ => random.NextSingle() * 2 - 1).ToArray())];
    }
}
