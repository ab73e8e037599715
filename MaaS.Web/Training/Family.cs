// The families of model: what each is for in plain words, and which of them a dataset is likely meant for.
// A guess only fills the form; the person decides, and the API checks.
using MaaS.Contracts.Datasets;
using System.Text.RegularExpressions;

namespace MaaS.Web.Training;

public enum Family { Tabular, Image, Text, Language, Recommendation }

internal static partial class Families
{
    // A label with this many values or fewer is one of several; with more it rather names the row.
    private const int MostLabels = 100;

    // A table with a text and little beside it is about the text.
    private const int MostColumnsBesideText = 2;

    public static string Title(Family family) => family switch
    {
        Family.Tabular => T["Predict a column of a table"],
        Family.Image => T["Tell images apart"],
        Family.Text => T["Tell texts apart"],
        Family.Language => T["Write text like this"],
        _ => T["Recommend items to users"],
    };

    /// <summary>What is learned from, in a word or two.</summary>
    public static string Noun(Family family) => family switch
    {
        Family.Tabular => T["Tables"],
        Family.Image => T["Images"],
        Family.Text => T["Texts in classes"],
        Family.Language => T["Language"],
        _ => T["Recommendation"],
    };

    public static string Explanation(Family family) => family switch
    {
        Family.Tabular =>
            T["Learns from rows in which the answer is known and fills it in for rows in which it is not: whether a customer leaves, what a house is sold for. " +
            "A column of labels gives a classifier with probabilities, a column of numbers gives a regression. Missing values, dates and categories are taken care of."],
        Family.Image =>
            T["Learns to say which class a picture belongs to, from a folder of examples of each class. A convolutional network looks for edges, then shapes, then things; " +
            "while it learns it sees every picture a little moved or mirrored, so that it does not learn the pixels by heart."],
        Family.Text =>
            T["Learns to sort short texts into classes, such as spam or not, the topic of a message, or the mood of a review. It reads words and sequences of words, " +
            "without knowing any language beforehand, and gives a probability for each class."],
        Family.Language =>
            T["Learns to go on with a text: given what was written so far, which piece comes next, over and over. It is a small transformer of the kind behind chat assistants, " +
            "trained on your text alone, so it picks up that text's spelling, style and form, not knowledge of the world."],
        _ =>
            T["Learns from who rated or used what which items a user may like next. People with alike histories lend each other their items. " +
            "It predicts ratings, or ranks everything a user has not seen yet, best first."],
    };

    /// <summary>The families that can learn from a file of this format.</summary>
    public static IReadOnlyList<Family> Fitting(DatasetProfile profile) => profile.Reading.Format switch
    {
        DatasetFormat.ImageFolders or DatasetFormat.Idx => [Family.Image],
        DatasetFormat.PlainText => [Family.Language],
        DatasetFormat.JsonLines => [Family.Tabular, Family.Text, Family.Recommendation, Family.Language],
        _ => [Family.Tabular, Family.Text, Family.Recommendation],
    };

    public static Family Suggest(DatasetProfile profile, SampleData? sample)
    {
        var fitting = Fitting(profile);
        if (sample is not null && Enum.TryParse<Family>(sample.Task, ignoreCase: true, out var known) && fitting.Contains(known))
            return known;
        if (fitting.Count == 1)
            return fitting[0];
        if (UserColumn(profile) is not null && ItemColumn(profile) is not null)
            return Family.Recommendation;
        if (TextColumn(profile) is { } text && profile.Columns.Count - 1 <= MostColumnsBesideText)
            return LabelColumn(profile, text) is not null ? Family.Text : fitting.Contains(Family.Language) ? Family.Language : Family.Tabular;
        return Family.Tabular;
    }

    /// <summary>The free text, and of several the most varied.</summary>
    public static string? TextColumn(DatasetProfile profile) =>
        profile.Columns.Where(column => column.Type == ColumnType.Text).MaxBy(column => column.Distinct)?.Name;

    /// <summary>The one column that could be a label; null where there are several to choose from.</summary>
    public static string? LabelColumn(DatasetProfile profile, string? text)
    {
        var labels = profile.Columns.Where(column => column.Name != text && IsLabel(column)).ToList();
        return labels.Count == 1 ? labels[0].Name : labels.FirstOrDefault(column => Labels().IsMatch(column.Name))?.Name;
    }

    public static string? UserColumn(DatasetProfile profile) => Named(profile, Users());

    public static string? ItemColumn(DatasetProfile profile) => Named(profile, Items());

    public static string? RatingColumn(DatasetProfile profile) => Named(profile, Ratings(), ColumnType.Number, ColumnType.Integer);

    public static string? TimeColumn(DatasetProfile profile) => Named(profile, Times(), ColumnType.Number, ColumnType.Integer, ColumnType.Date);

    private static bool IsLabel(ColumnProfile column) => column.Distinct is >= 2 and <= MostLabels &&
        column.Type is ColumnType.Category or ColumnType.Boolean or ColumnType.Integer;

    private static string? Named(DatasetProfile profile, Regex name, params ColumnType[] types) => profile.Columns
        .FirstOrDefault(column => name.IsMatch(column.Name) && (types.Length == 0 || types.Contains(column.Type)))?.Name;

    [GeneratedRegex("^(label|class|category|target|topic|sentiment|spam)$", RegexOptions.IgnoreCase)]
    private static partial Regex Labels();

    [GeneratedRegex("^(user|customer|member|reader|viewer|listener|account)(_?id)?$", RegexOptions.IgnoreCase)]
    private static partial Regex Users();

    [GeneratedRegex("^(item|movie|film|product|article|book|song|track|recipe|game)(_?id)?$", RegexOptions.IgnoreCase)]
    private static partial Regex Items();

    [GeneratedRegex("^(rating|stars|score)$", RegexOptions.IgnoreCase)]
    private static partial Regex Ratings();

    [GeneratedRegex("^(time|timestamp|date|day|when|at|[a-z]+_(at|on))$", RegexOptions.IgnoreCase)]
    private static partial Regex Times();
}
