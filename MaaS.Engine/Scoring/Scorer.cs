// Answers a whole dataset with a model, batch by batch, in its order. Memory does not grow with the file (a recommender's does: UserRows).
using System.Globalization;
using MaaS.Contracts.Jobs;
using MaaS.Contracts.Models;
using MaaS.Contracts.Training;
using MaaS.Engine.Data;
using MaaS.Inference;

namespace MaaS.Engine.Scoring;

/// <param name="Rows">Of the file of answers.</param>
/// <param name="Refused">Those among them that did not fit the model and have an error.</param>
public sealed record Scored(long Rows, long Refused);

public static class Scorer
{
    /// <summary>With more classes only the answer's own probability is written.</summary>
    private const int MostProbabilities = 100;

    private const int BatchTexts = 64; // padded to the longest of them

    /// <summary>
    /// Writes, of a classifier, <c>prediction</c>, its <c>probability</c>, <c>probability_x</c> of every class (up to 100 classes) and <c>error</c>;
    /// of a regression <c>prediction</c> and <c>error</c>; of images their <c>file</c> before; of a recommender the user and
    /// <c>item_1</c>, <c>score_1</c> and so on, best first. A name that the dataset has already gets a <c>_</c> behind.
    /// </summary>
    /// <param name="path">The file to write.</param>
    /// <exception cref="UserError">The data is not what the model reads, or broken; or the model is of a kind that does not answer row by row.</exception>
    public static Scored Run(DataFile data, Model model, ScoreJob asked, string path, IProgress<Report> progress, CancellationToken token)
    {
        var manifest = model.Manifest;
        switch (manifest.Task)
        {
            case ModelTask.Recommendation when manifest.Training is RecommendationTraining training:
                return UserRows.Answer(data, model, training, asked, path, progress, token);
            case ModelTask.LanguageModel or ModelTask.Custom or ModelTask.Recommendation:
                throw new UserError("The model is of a kind that does not answer datasets row by row; tabular, text, image and recommendation models do.");
        }
        using var source = manifest.Task == ModelTask.ImageClassification
            ? new ImageRows(data, manifest, asked.WithInputs)
            : (RowSource)new TableRows(data, manifest, asked.WithInputs, manifest.Task == ModelTask.TextClassification ? BatchTexts : Math.Clamp(1_000_000 / manifest.Inputs.Count, 64, 4096));
        using var file = AnswerFile.Create(path, asked.Format, [.. source.Shown, .. Columns(manifest, source.Shown)]);
        long rows = 0, refused = 0;
        foreach (var batch in source.Read())
        {
            token.ThrowIfCancellationRequested();
            file.Write([.. batch.Shown, .. Answers(manifest, model.Run(batch.Columns, batch.Rows), batch.Errors), batch.Errors], batch.Rows);
            rows += batch.Rows;
            refused += batch.Errors.Count(error => error is not null);
            progress.Report(new Advanced(
                Math.Min(1, (double)rows / Math.Max(1, data.Profile.RowCount)), string.Create(CultureInfo.InvariantCulture, $"{rows:N0} of {data.Profile.RowCount:N0} rows")));
        }
        return new Scored(rows, refused);
    }

    /// <summary>The name, or one that no column has.</summary>
    internal static string Free(string name, HashSet<string> taken)
    {
        while (!taken.Add(name))
            name += "_";
        return name;
    }

    private static IEnumerable<AnswerColumn> Columns(ModelManifest model, IReadOnlyList<AnswerColumn> shown)
    {
        var taken = shown.Select(column => column.Name).ToHashSet(StringComparer.Ordinal);
        AnswerColumn Column(string name, CellType type) => new(Free(name, taken), type);
        return model.Labels is { } labels
            ? [
                Column("prediction", CellType.Text), Column("probability", CellType.Float),
                .. Listed(labels).Select(label => Column($"probability_{label}", CellType.Float)), Column("error", CellType.Text),
              ]
            : [Column("prediction", CellType.Float), Column("error", CellType.Text)];
    }

    private static IEnumerable<Array> Answers(ModelManifest model, Answers answers, string?[] errors)
    {
        float?[] Numbers(Func<int, float> of) => [.. errors.Select((error, row) => error is null ? of(row) : (float?)null)];
        if (answers.Values is { } values)
            return [Numbers(row => values[row])];
        var (labels, probabilities) = (model.Labels!, answers.Probabilities!);
        return
        [
            errors.Select((error, row) => error is null ? answers.Labels![row] : null).ToArray(),
            Numbers(row => Highest(probabilities.AsSpan(row * labels.Count, labels.Count))),
            .. Listed(labels).Select((_, label) => Numbers(row => probabilities[row * labels.Count + label])),
        ];
    }

    private static float Highest(ReadOnlySpan<float> probabilities)
    {
        var highest = 0f;
        foreach (var probability in probabilities)
            highest = Math.Max(highest, probability);
        return highest;
    }

    private static IReadOnlyList<string> Listed(IReadOnlyList<string> labels) => labels.Count <= MostProbabilities ? labels : [];
}
