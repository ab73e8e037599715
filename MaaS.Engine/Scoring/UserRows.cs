// A recommender's answers for every user of a dataset: what they should see next, given all they had there. What everybody had must be
// known before the first is answered, so the events are held in memory, as in training.
using MaaS.Contracts.Datasets;
using MaaS.Contracts.Jobs;
using MaaS.Contracts.Training;
using MaaS.Engine.Data;
using MaaS.Engine.Tasks.Recommendation;
using MaaS.Inference;

namespace MaaS.Engine.Scoring;

internal static class UserRows
{
    private const int BatchUsers = 256;
    private const int MostSeen = 10_000; // as many as a request may name

    /// <exception cref="UserError">A column is missing or broken.</exception>
    public static Scored Answer(DataFile data, Model model, RecommendationTraining training, ScoreJob asked, string path, IProgress<Report> progress, CancellationToken token)
    {
        // Without times the order of the file counts, as it does in training.
        var time = data.Profile.Columns.Any(column => column.Name == training.Time) ? training.Time : null;
        var spec = training with { Rating = null, Time = time };
        var types = data.Profile.Columns.ToDictionary(column => column.Name, column => column.Type);
        types[spec.User] = types[spec.Item] = ColumnType.Category;
        if (time is not null)
            types[time] = ColumnType.Text;
        var table = data.Read([spec.User, spec.Item, .. time is null ? [] : new[] { time }], types, progress, token);
        var events = Events.Of(spec, table, progress, fewest: 0);
        var histories = events.Users.Zip(events.Histories(Enumerable.Range(0, events.Count))).ToDictionary(user => user.First, user => user.Second, StringComparer.Ordinal);
        // In the order of the file, in which those who have nothing but empty cells count too.
        var users = ((CategoryColumn)table[spec.User]).Categories;

        using var file = AnswerFile.Create(path, asked.Format, Columns(spec.User, asked.Top));
        var done = 0;
        foreach (var batch in users.Chunk(BatchUsers))
        {
            token.ThrowIfCancellationRequested();
            var items = Array.ConvertAll(batch, user => model.Recommend(user, Seen(user), asked.Top).Where(item => float.IsFinite(item.Score)).ToArray());
            file.Write(
                [
                    batch,
                    .. Enumerable.Range(0, asked.Top).SelectMany(place => new Array[]
                    {
                        Array.ConvertAll(items, best => place < best.Length ? best[place].Item : null),
                        Array.ConvertAll(items, best => place < best.Length ? best[place].Score : (float?)null),
                    }),
                ], batch.Length);
            done += batch.Length;
            progress.Report(new Advanced((double)done / users.Count, $"{done:N0} of {users.Count:N0} users"));
        }
        return new Scored(users.Count, 0);

        string[] Seen(string user) => histories.TryGetValue(user, out var history) ? [.. history.TakeLast(MostSeen).Select(item => events.Items[item])] : [];
    }

    private static AnswerColumn[] Columns(string user, int top)
    {
        var taken = new HashSet<string>(StringComparer.Ordinal) { user };
        return
        [
            new(user, CellType.Text),
            .. Enumerable.Range(1, top).SelectMany(place => new AnswerColumn[]
                { new(Scorer.Free($"item_{place}", taken), CellType.Text), new(Scorer.Free($"score_{place}", taken), CellType.Float) }),
        ];
    }
}
