// Whether texts can be trained on as asked, judged by the file's profile alone: each refusal names the field, the value and what is
// allowed. Knows columns and settings; what ranges a number may have is declared in Contracts and checked before this.
using MaaS.Api.Problems;
using MaaS.Contracts.Datasets;
using MaaS.Contracts.Training;

namespace MaaS.Api.Jobs;

internal static class TextCheck
{
    private const double LargestHeldOut = 0.8;

    /// <param name="test">The profile of the given test file, when there is one.</param>
    /// <returns>Null when it can work.</returns>
    public static InvalidProblem? Of(TextTraining training, DatasetProfile data, DatasetProfile? test)
    {
        if (Find(data, training.Text) is not { } text)
            return Unknown("training.text", training.Text, data);
        if (Find(data, training.Target) is not { } target)
            return Unknown("training.target", training.Target, data);
        var rows = data.RowCount - target.Missing;
        return (text, target) switch
        {
            _ when text == target => Invalid("target_is_feature", $"training.text and training.target are both \"{text.Name}\"; a model must not see the answer."),
            ({ Type: not (ColumnType.Text or ColumnType.Category) }, _) => Invalid("feature_not_trainable", $"training.text is \"{text.Name}\", a column of type {Word(text.Type)}; choose a column of text."),
            (_, { Type: ColumnType.Text or ColumnType.Date or ColumnType.Number }) => Invalid("target_not_trainable",
                $"training.target is \"{target.Name}\", a column of type {Word(target.Type)}; choose a column of categories."),
            (_, { Distinct: < 2 or > TabularCheck.MostClasses }) => Invalid("target_not_trainable",
                $"training.target is \"{target.Name}\", which has {target.Distinct} distinct values; 2 to {TabularCheck.MostClasses} are allowed."),
            _ when rows < TabularCheck.FewestRows => Invalid("too_few_rows", $"training.target \"{target.Name}\" has {rows} rows with a value; at least {TabularCheck.FewestRows} are needed."),
            _ => Network(training.Network) ?? Split(training.Split ?? new(), data) ?? Test(training, test),
        };
    }

    private static InvalidProblem? Network(TextNetwork? network) => network switch
    {
        BagNetwork { CharacterNGrams: 1 or 2 } bag => Invalid("network_not_allowed", $"training.network.character_n_grams is {bag.CharacterNGrams}; 0 (none) and 3 to 6 are allowed."),
        TransformerTextNetwork transformer => LanguageCheck.Heads(transformer.Width, transformer.Heads, transformer.HeadWidth, transformer.Positions),
        _ => null,
    };

    private static InvalidProblem? Split(SplitSpec split, DatasetProfile data)
    {
        var heldOut = split.Validation + (split.TestDatasetVersionId is null ? split.Test : 0);
        return heldOut > LargestHeldOut
            ? Invalid("split_not_allowed", FormattableString.Invariant($"training.split holds out {heldOut:P0} of the {data.RowCount} rows; at most {LargestHeldOut:P0} may be held out, so that something is left to learn from."))
            : null;
    }

    private static InvalidProblem? Test(TextTraining training, DatasetProfile? test) =>
        test is not null && new[] { training.Text, training.Target }.FirstOrDefault(name => Find(test, name) is null) is { } missing
            ? Invalid("test_columns_differ", $"training.split.test_dataset_version_id names a file without the column \"{missing}\"; a test file has the same columns as the data.")
            : null;

    private static ColumnProfile? Find(DatasetProfile data, string name) => data.Columns.FirstOrDefault(column => column.Name == name);

    private static InvalidProblem Unknown(string field, string name, DatasetProfile data) => Invalid("column_unknown",
        $"{field} is \"{name}\", which is not a column of the file; its columns are {string.Join(", ", data.Columns.Take(20).Select(column => column.Name))}{(data.Columns.Count > 20 ? $" and {data.Columns.Count - 20} more" : "")}.");

    private static string Word(ColumnType type) => type.ToString().ToLowerInvariant();

    private static InvalidProblem Invalid(string code, string sentence) => new(code, sentence);
}
