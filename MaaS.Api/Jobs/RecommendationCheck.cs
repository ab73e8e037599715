// Whether events can be learned from as asked, judged by the file's profile alone: each refusal names the field, the value and what is allowed.
using MaaS.Api.Problems;
using MaaS.Contracts.Datasets;
using MaaS.Contracts.Training;

namespace MaaS.Api.Jobs;

internal static class RecommendationCheck
{
    private const int MostItems = 100_000;

    /// <returns>Null when it can work.</returns>
    public static InvalidProblem? Of(RecommendationTraining training, DatasetProfile data)
    {
        var named = new[] { ("user", training.User), ("item", training.Item), ("rating", training.Rating), ("time", training.Time) };
        foreach (var (field, name) in named)
            if (name is not null && Find(data, name) is null)
                return new("column_unknown", $"training.{field} is \"{name}\", which is not a column of the file; its columns are {string.Join(", ", data.Columns.Take(20).Select(column => column.Name))}{(data.Columns.Count > 20 ? $" and {data.Columns.Count - 20} more" : "")}.");
        var twice = named.Where(one => one.Item2 is not null).GroupBy(one => one.Item2).FirstOrDefault(group => group.Count() > 1);
        var (user, item, rating) = (Find(data, training.User)!, Find(data, training.Item)!, training.Rating is null ? null : Find(data, training.Rating));
        return training switch
        {
            _ when twice is not null => new("column_twice", $"training.{string.Join(" and training.", twice.Select(one => one.Item1))} are both \"{twice.Key}\"; each needs a column of its own."),
            _ when rating is { Type: not (ColumnType.Number or ColumnType.Integer) } => new("rating_not_a_number", $"training.rating is \"{rating.Name}\", a column of type {Word(rating.Type)}; choose a column of numbers."),
            _ when user.Distinct < 2 || item.Distinct < 2 => new("too_few_items", $"training.user \"{user.Name}\" has {user.Distinct} and training.item \"{item.Name}\" {item.Distinct} different values; each needs at least 2."),
            _ when item.Distinct > MostItems => new("too_many_items", $"training.item \"{item.Name}\" has {item.Distinct:N0} different values; at most {MostItems:N0} are allowed."),
            _ when data.RowCount < TabularCheck.FewestRows => new("too_few_rows", $"The file has {data.RowCount} rows; at least {TabularCheck.FewestRows} are needed."),
            { Network: BiasedFactorization, Rating: null } => new("rating_missing", "training.network.type is biased_factorization, which predicts ratings; name their column in training.rating, or choose another network."),
            { Optimizer: GradientDescentSpec } => new("method_not_allowed", "training.optimizer.method is gradient_descent, which needs all events at once; choose sgd, adam or adamw."),
            _ => null,
        };
    }

    private static ColumnProfile? Find(DatasetProfile data, string name) => data.Columns.FirstOrDefault(column => column.Name == name);

    private static string Word(ColumnType type) => type.ToString().ToLowerInvariant();
}
