// Whether a table can be trained on as asked, judged by its profile alone: each refusal names the field, the value and what is allowed.
// Knows columns and settings; what ranges a number may have is declared in Contracts and checked before this.
using MaaS.Api.Problems;
using MaaS.Contracts.Datasets;
using MaaS.Contracts.Training;

namespace MaaS.Api.Jobs;

internal static class TabularCheck
{
    public const int MostClasses = 1000;
    public const int FewestRows = 10;
    private const int MostLayers = 8;
    private const int WidestLayer = 4096;
    private const double LargestHeldOut = 0.8;
    private const int NamesShown = 20;

    /// <param name="test">The profile of the given test file, when there is one.</param>
    /// <returns>Null when it can work.</returns>
    public static InvalidProblem? Of(TabularTraining training, DatasetProfile data, DatasetProfile? test) =>
        Target(training, data) ?? Features(training, data) ?? Network(training.Network) ?? Split(training, data) ?? Test(training, data, test);

    private static InvalidProblem? Target(TabularTraining training, DatasetProfile data)
    {
        var column = Find(data, training.Target);
        var rows = data.RowCount - (column?.Missing ?? 0);
        return column switch
        {
            null => Unknown("training.target", training.Target, data),
            { Type: ColumnType.Text } => Invalid("target_not_trainable", $"training.target is \"{column.Name}\", which holds free text; choose a column of numbers or categories."),
            { Type: ColumnType.Date } => Invalid("target_not_trainable", $"training.target is \"{column.Name}\", which holds dates; choose a column of numbers or categories."),
            { Distinct: < 2 } => Invalid("target_not_trainable", $"training.target is \"{column.Name}\", which has {column.Distinct} distinct values; there must be at least 2 to tell apart."),
            _ when rows < FewestRows => Invalid("too_few_rows", $"training.target \"{column.Name}\" has {rows} rows with a value; at least {FewestRows} are needed."),
            _ => Goal(training.Goal, column),
        };
    }

    private static InvalidProblem? Goal(TabularGoal goal, ColumnProfile column)
    {
        var isNumber = column.Type is ColumnType.Number or ColumnType.Integer;
        return goal switch
        {
            TabularGoal.Regression when !isNumber => Invalid("goal_does_not_fit",
                $"training.goal is regression, but \"{column.Name}\" is a column of type {Word(column.Type)}; regression needs numbers, so choose classification or auto."),
            TabularGoal.Classification when column.Distinct > MostClasses => Invalid("goal_does_not_fit",
                $"training.goal is classification, but \"{column.Name}\" has {column.Distinct} distinct values; at most {MostClasses} classes are allowed{(isNumber ? ", so choose regression or auto" : "")}."),
            TabularGoal.Auto when !isNumber && column.Distinct > MostClasses => Invalid("goal_does_not_fit",
                $"training.target is \"{column.Name}\", which has {column.Distinct} distinct values; at most {MostClasses} classes are allowed."),
            _ => null,
        };
    }

    private static InvalidProblem? Features(TabularTraining training, DatasetProfile data)
    {
        if (training.Features is not { } features)
            return data.Columns.Any(column => column.Name != training.Target && column.Type != ColumnType.Text) ? null
                : Invalid("no_features", $"The file has no column besides \"{training.Target}\" that is not free text; there is nothing to predict from.");
        if (features.Count == 0)
            return Invalid("no_features", "training.features is empty; name at least one column, or leave it out to take all.");
        var seen = new HashSet<string>(StringComparer.Ordinal);
        foreach (var feature in features)
        {
            if (Find(data, feature) is not { } column)
                return Unknown("training.features", feature, data);
            if (feature == training.Target)
                return Invalid("target_is_feature", $"training.features names \"{feature}\", which is the target; a model must not see the answer.");
            if (column.Type == ColumnType.Text)
                return Invalid("feature_not_trainable", $"training.features names \"{feature}\", which holds free text; tabular models take numbers, dates, booleans and categories.");
            if (!seen.Add(feature))
                return Invalid("feature_twice", $"training.features names \"{feature}\" twice; name each column once.");
        }
        return null;
    }

    private static InvalidProblem? Network(TabularNetwork? network) => network switch
    {
        MlpNetwork { Hidden: { Count: 0 or > MostLayers } hidden } => Invalid("hidden_not_allowed", $"training.network.hidden has {hidden.Count} layers; 1 to {MostLayers} are allowed."),
        MlpNetwork { Hidden: { } hidden } when Outside(hidden) is { } wrong =>
            Invalid("hidden_not_allowed", $"training.network.hidden has a layer of {wrong} neurons; 1 to {WidestLayer} are allowed."),
        ResidualNetwork { Inner: { } inner } residual when inner.Count != residual.Blocks || Outside(inner) is not null => Invalid("inner_not_allowed",
            $"training.network.inner is [{string.Join(", ", inner)}]; it is {residual.Blocks} numbers of neurons, one for each block, from 1 to {WidestLayer}."),
        _ => null,
    };

    private static int? Outside(IReadOnlyList<int> widths) => widths.Cast<int?>().FirstOrDefault(width => width is < 1 or > WidestLayer);

    private static InvalidProblem? Split(TabularTraining training, DatasetProfile data)
    {
        var split = training.Split ?? new();
        var heldOut = split.Validation + (split.TestDatasetVersionId is null ? split.Test : 0);
        return heldOut > LargestHeldOut
            ? Invalid("split_not_allowed", FormattableString.Invariant($"training.split holds out {heldOut:P0} of the {data.RowCount} rows; at most {LargestHeldOut:P0} may be held out, so that something is left to learn from."))
            : null;
    }

    private static InvalidProblem? Test(TabularTraining training, DatasetProfile data, DatasetProfile? test)
    {
        if (test is null)
            return null;
        var needed = training.Features ?? data.Columns.Where(column => column.Type != ColumnType.Text).Select(column => column.Name);
        foreach (var name in needed.Append(training.Target).Distinct(StringComparer.Ordinal))
            if (Find(test, name) is null)
                return Invalid("test_columns_differ", $"training.split.test_dataset_version_id names a file without the column \"{name}\"; a test file has the same columns as the data.");
        return null;
    }

    private static ColumnProfile? Find(DatasetProfile data, string name) => data.Columns.FirstOrDefault(column => column.Name == name);

    private static InvalidProblem Unknown(string field, string name, DatasetProfile data) => Invalid("column_unknown",
        $"{field} is \"{name}\", which is not a column of the file; its columns are {string.Join(", ", data.Columns.Take(NamesShown).Select(column => column.Name))}{(data.Columns.Count > NamesShown ? $" and {data.Columns.Count - NamesShown} more" : "")}.");

    private static string Word(ColumnType type) => type.ToString().ToLowerInvariant();

    private static InvalidProblem Invalid(string code, string sentence) => new(code, sentence);
}
