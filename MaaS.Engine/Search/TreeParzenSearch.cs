// Tree-structured Parzen estimator, Bergstra et al. 2011, "Algorithms for hyper-parameter optimization": two densities are laid over the
// past, one over its good trials and one over the rest; of some values drawn from the first, the one is tried that is likeliest good.
using System.Text.Json;
using MaaS.Contracts.Sweeps;
using MaaS.Engine.Data;

namespace MaaS.Engine.Search;

internal sealed class TreeParzenSearch(SweepJob sweep) : SearchStrategy(sweep)
{
    private const int Beginnings = 8; // at random, before there is a past to learn from
    private const int Candidates = 24;
    private const double GoodShare = 0.15;
    private const int MostGood = 25;

    private readonly RandomSearch _random = new(sweep);
    private readonly int _sign = sweep.Goal == SearchGoal.Minimize ? 1 : -1;
    private readonly int _seed = sweep.Seed;

    public override IReadOnlyDictionary<string, JsonElement> Next(IReadOnlyList<Trial> trials)
    {
        var measured = trials.Where(trial => trial.Objective is { } value && double.IsFinite(value) && trial.State != TrialState.Open)
            .OrderBy(trial => _sign * trial.Objective).ToList();
        if (measured.Count < Beginnings)
            return _random.Next(trials);

        var good = measured.Take(Math.Clamp((int)Math.Ceiling(GoodShare * measured.Count), 2, MostGood)).ToList();
        // What is open counts as bad, or several workers would all try the same.
        var bad = trials.Except(good).ToList();
        var random = Randomness(_seed, trials.Count);
        var values = new Dictionary<string, JsonElement>();
        foreach (var (path, range) in Space)
        {
            var (likely, unlikely) = (Density.Of(range, path, good), Density.Of(range, path, bad));
            var best = double.NegativeInfinity;
            for (var i = 0; i < Candidates; i++)
            {
                var position = likely.Draw(ref random);
                if (Math.Log(likely.At(position)) - Math.Log(unlikely.At(position)) is var score && score > best)
                    (best, values[path]) = (score, range.At(position));
            }
        }
        return values;
    }

    /// <summary>Over positions from 0 to 1: a bell around each trial's, and one more, flat, as if one had been everywhere.</summary>
    private abstract class Density
    {
        public static Density Of(SearchRange range, string path, IReadOnlyList<Trial> trials)
        {
            var positions = trials.Select(trial => range.PositionOf(trial.Values[path])).Order().ToArray();
            return range is ChoiceRange choice ? new Shares(positions, choice.Values.Count) : new Bells(positions);
        }

        public abstract double Draw(ref SplitMix64 random);

        public abstract double At(double position);
    }

    /// <summary>Each bell is as wide as the larger gap to its neighbours, within bounds, and cut off at 0 and 1.</summary>
    private sealed class Bells : Density
    {
        private readonly (double Mean, double Width)[] _bells;

        public Bells(double[] positions)
        {
            var narrowest = 1.0 / Math.Min(100, positions.Length + 2);
            _bells = [.. positions.Select((mean, i) => (mean, Math.Clamp(
                Math.Max(mean - (i == 0 ? 0 : positions[i - 1]), (i == positions.Length - 1 ? 1 : positions[i + 1]) - mean), narrowest, 1)))];
        }

        public override double Draw(ref SplitMix64 random)
        {
            var chosen = random.Below(_bells.Length + 1);
            if (chosen == _bells.Length)
                return random.Unit();
            while (true)
            {
                // Box and Muller 1958.
                var normal = Math.Sqrt(-2 * Math.Log(random.Unit())) * Math.Cos(2 * Math.PI * random.Unit());
                if (_bells[chosen].Mean + _bells[chosen].Width * normal is >= 0 and <= 1 and var position)
                    return position;
            }
        }

        public override double At(double position) => (1 + _bells.Sum(bell =>
            Math.Exp(-0.5 * Math.Pow((position - bell.Mean) / bell.Width, 2)) / (bell.Width * Math.Sqrt(2 * Math.PI))
            / (Normal((1 - bell.Mean) / bell.Width) - Normal(-bell.Mean / bell.Width)))) / (_bells.Length + 1);

        /// <summary>The normal distribution function, to 1e-7: Abramowitz and Stegun 1964, 26.2.17.</summary>
        private static double Normal(double x)
        {
            var t = 1 / (1 + 0.2316419 * Math.Abs(x));
            var tail = Math.Exp(-x * x / 2) / Math.Sqrt(2 * Math.PI) * t
                * (0.319381530 + t * (-0.356563782 + t * (1.781477937 + t * (-1.821255978 + t * 1.330274429))));
            return x < 0 ? tail : 1 - tail;
        }
    }

    private sealed class Shares(double[] positions, int choices) : Density
    {
        private readonly double[] _shares = [.. Enumerable.Range(0, choices).Select(choice =>
            (1.0 + positions.Count(position => (int)(position * choices) == choice)) / (choices + positions.Length))];

        public override double Draw(ref SplitMix64 random)
        {
            var left = random.Unit();
            var chosen = 0;
            while (chosen < choices - 1 && (left -= _shares[chosen]) > 0)
                chosen++;
            return (chosen + 0.5) / choices;
        }

        public override double At(double position) => _shares[(int)(position * choices)];
    }
}
