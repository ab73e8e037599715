// Which events are learned from, which choose and which test: drawn at random, or each user's last ones.
using MaaS.Contracts.Training;
using MaaS.Engine.Data;

namespace MaaS.Engine.Tasks.Recommendation;

/// <summary>Rows of the events, each part in the order of time.</summary>
internal sealed record EventSplit(int[] Train, int[] Validation, int[] Test)
{
    private const double Share = 0.1;

    /// <summary>With fewer events there is too little left to know a user by.</summary>
    public const int FewestOfAUser = 5;

    /// <exception cref="UserError">A part would be empty.</exception>
    public static EventSplit Of(Events events, RecommendationSplit kind, int seed)
    {
        var split = kind == RecommendationSplit.LeaveLastOut ? LastOut(events) : Drawn(events, seed);
        return split.Validation.Length > 0 && split.Test.Length > 0 ? split : throw new UserError(kind == RecommendationSplit.LeaveLastOut
            ? $"No user has {FewestOfAUser} events or more, so none can be held out; choose training.split random, or add events."
            : $"{events.Count} events are too few to hold a tenth out for choosing and another for the test.");
    }

    private static EventSplit Drawn(Events events, int seed)
    {
        var rows = Enumerable.Range(0, events.Count).ToArray();
        var random = new SplitMix64((ulong)seed);
        random.Shuffle<int>(rows);
        var part = (int)Math.Round(Share * events.Count);
        return new([.. rows[(2 * part)..].Order()], [.. rows[part..(2 * part)].Order()], [.. rows[..part].Order()]);
    }

    /// <summary>The last event of each user who has enough is the test, the one before it chooses.</summary>
    private static EventSplit LastOut(Events events)
    {
        var left = new int[events.Users.Count];
        foreach (var user in events.User)
            left[user]++;
        var counts = left.ToArray();
        var parts = new List<int>[] { [], [], [] };
        for (var row = 0; row < events.Count; row++)
        {
            var user = events.User[row];
            var toCome = --left[user];
            parts[counts[user] < FewestOfAUser || toCome > 1 ? 0 : toCome == 1 ? 1 : 2].Add(row);
        }
        return new([.. parts[0]], [.. parts[1]], [.. parts[2]]);
    }
}
