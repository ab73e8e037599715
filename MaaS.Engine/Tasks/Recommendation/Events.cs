// Who rated or used what, as numbers, in the order of time. Of several events of one user with one item the last counts.
// Items are numbered by how often they occur, the most frequent first: equal scores then go to the better known one.
using System.Globalization;
using MaaS.Contracts.Datasets;
using MaaS.Contracts.Training;
using MaaS.Engine.Data;

namespace MaaS.Engine.Tasks.Recommendation;

/// <param name="User">The number of each event's user, and so on; events in the order of time.</param>
/// <param name="Rating">Null where every event counts alike.</param>
internal sealed record Events(IReadOnlyList<string> Users, IReadOnlyList<string> Items, int[] User, int[] Item, float[]? Rating)
{
    private const int Fewest = 10;

    public int Count => User.Length;

    /// <param name="known">Users and items of the version to go on from; null numbers those of the data.</param>
    /// <exception cref="UserError">A column is missing or broken, or there is too little to learn from.</exception>
    public static Events Read(RecommendationTraining spec, DataFile data, IProgress<Report> progress, CancellationToken token, Events? known = null)
    {
        var types = data.Profile.Columns.ToDictionary(column => column.Name, column => column.Type);
        types[spec.User] = types[spec.Item] = ColumnType.Category;
        string[] columns = [spec.User, spec.Item, .. spec.Rating is null ? [] : new[] { spec.Rating }, .. spec.Time is null ? [] : new[] { spec.Time }];
        // As text: a moment in seconds has more digits than a 32-bit number.
        if (spec.Time is not null)
            types[spec.Time] = ColumnType.Text;
        return Of(spec, data.Read(columns, types, progress, token), progress, known);
    }

    /// <param name="fewest">So many events are needed: fewer teach nothing.</param>
    public static Events Of(RecommendationTraining spec, Table table, IProgress<Report> progress, Events? known = null, int fewest = Fewest)
    {
        var (users, items) = ((CategoryColumn)table[spec.User], (CategoryColumn)table[spec.Item]);
        var ratings = spec.Rating is null ? null : table[spec.Rating] as NumberColumn
            ?? throw new UserError($"training.rating is \"{spec.Rating}\", which is not a column of numbers.");
        var times = spec.Time is null ? null : Moments((TextColumn)table[spec.Time]);
        var whole = Enumerable.Range(0, table.RowCount).Where(row =>
            !users.IsMissing(row) && !items.IsMissing(row) && ratings?.IsMissing(row) != true && (times is null || !double.IsNaN(times[row]))).ToArray();
        if (table.RowCount - whole.Length is > 0 and var left)
            progress.Report(new Said($"{left:N0} rows without a value in one of the columns are left out"));
        if (known is not null)
            whole = Known(whole, (users, known.Users), (items, known.Items), progress);
        var ordered = times is null ? whole : [.. whole.OrderBy(row => times[row])];
        // Of a pair the last event is kept, at its own place.
        var seen = new HashSet<(int, int)>();
        var kept = ordered.Reverse().Where(row => seen.Add((users.Codes[row], items.Codes[row]))).Reverse().ToArray();
        if (ordered.Length > kept.Length)
            progress.Report(new Said($"{ordered.Length - kept.Length:N0} events are older ones of the same user with the same item, and left out"));
        if (kept.Length < fewest)
            throw new UserError($"There are {kept.Length} different events; at least {fewest} are needed.");

        var itemNames = known?.Items ??
            [.. kept.CountBy(row => items.Codes[row]).OrderByDescending(item => item.Value).ThenBy(item => item.Key).Select(item => items.Categories[item.Key])];
        // Where who asks does not count, a version knows no users.
        var userNames = known is { Users.Count: > 0 } ? known.Users : [.. kept.Select(row => users.Codes[row]).Distinct().Select(code => users.Categories[code])];
        var (userOf, itemOf) = (Numbers(users, userNames), Numbers(items, itemNames));
        return new Events(
            userNames, itemNames, Array.ConvertAll(kept, row => userOf[users.Codes[row]]), Array.ConvertAll(kept, row => itemOf[items.Codes[row]]),
            ratings is null ? null : Array.ConvertAll(kept, row => ratings.Values[row]));
    }

    /// <summary>Each user's items in some of the events, in the order of time.</summary>
    /// <param name="rows">In ascending order.</param>
    public int[][] Histories(IEnumerable<int> rows)
    {
        var histories = new List<int>[Users.Count];
        foreach (var row in rows)
            (histories[User[row]] ??= []).Add(Item[row]);
        return Array.ConvertAll(histories, history => history?.ToArray() ?? []);
    }

    /// <summary>The rows whose user and item have a name there; of others nothing can be learned.</summary>
    private static int[] Known(int[] rows, (CategoryColumn Column, IReadOnlyList<string> Names) users, (CategoryColumn Column, IReadOnlyList<string> Names) items, IProgress<Report> progress)
    {
        var (userOf, itemOf) = (Numbers(users.Column, users.Names), Numbers(items.Column, items.Names));
        var kept = Array.FindAll(rows, row => (users.Names.Count == 0 || userOf[users.Column.Codes[row]] >= 0) && itemOf[items.Column.Codes[row]] >= 0);
        if (kept.Length < Fewest)
            throw new UserError($"{kept.Length} of the {rows.Length:N0} events are of users and items that the version in training.from knows; at least {Fewest} are needed. Train anew on all events.");
        if (rows.Length - kept.Length is > 0 and var left)
            progress.Report(new Said($"{left:N0} events are of users or items that the version to go on from does not know, and left out"));
        return kept;
    }

    /// <summary>The number of each of a column's texts among the names; -1 is none of them.</summary>
    private static int[] Numbers(CategoryColumn column, IReadOnlyList<string> names)
    {
        var numbers = names.Select((name, number) => (name, number)).ToDictionary(known => known.name, known => known.number, StringComparer.Ordinal);
        return [.. column.Categories.Select(text => numbers.GetValueOrDefault(text, -1))];
    }

    /// <summary>A number, or a date with or without a time of day, as something that grows with time; NaN when missing.</summary>
    /// <exception cref="UserError">One is neither, or some are numbers and others dates, of which none is before the other.</exception>
    private static double[] Moments(TextColumn column)
    {
        string? number = null, date = null;
        var moments = Array.ConvertAll(column.Values, text =>
        {
            if (text is null)
                return double.NaN;
            if (CellText.TryNumber(text, out var value))
            {
                number ??= text;
                return value;
            }
            date ??= text;
            return DateTimeOffset.TryParse(text, CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal, out var moment) ? moment.ToUnixTimeMilliseconds()
                : throw new UserError($"training.time is \"{column.Name}\", which holds \"{(text.Length > 60 ? text[..60] : text)}\": neither a number nor a date.");
        });
        return number is null || date is null ? moments
            : throw new UserError($"training.time is \"{column.Name}\", which holds numbers such as \"{number}\" and dates such as \"{date}\"; write all in one way, so that it is known which comes first.");
    }
}
