// What is asked of a score job: which rows a model version answers, and what the file of answers looks like.
using System.ComponentModel.DataAnnotations;
using System.Text.Json.Serialization;

namespace MaaS.Contracts.Jobs;

/// <summary>
/// Answer every row of a dataset version, in its order, and keep the answers as a file of a run. A row that does not fit the model has its
/// reason in the column <c>error</c>, and no answer. Of a recommender each user of the dataset gets one row, in the order they first appear.
/// </summary>
/// <param name="VersionId">The model version that answers.</param>
/// <param name="WithInputs">Whether the dataset's own columns come before the answers; of images the class.</param>
/// <param name="Top">Of a recommender: how many items each user gets.</param>
/// <param name="RunName">Null gives <c>score-3</c>; the run stands in the experiment named after the model.</param>
/// <param name="Priority">Higher is claimed first.</param>
public sealed record ScoreJob(
    Guid DatasetVersionId,
    Guid VersionId,
    AnswerFormat Format = AnswerFormat.Csv,
    bool WithInputs = false,
    [property: Range(1, 100)] int Top = 10,
    [property: StringLength(100, MinimumLength = 1)] string? RunName = null,
    [property: Range(-10, 10)] int Priority = 0) : JobSpec
{
    [JsonIgnore]
    public override JobKind Kind => JobKind.Score;

    /// <summary>The file among its run's.</summary>
    [JsonIgnore]
    public string Path => Format == AnswerFormat.Csv ? "answers.csv" : "answers.parquet";
}

public enum AnswerFormat { Csv, Parquet }
