// Keeps the answers of one version under one revision, whichever protocol asked, so that truth can be held against them later. Never fails a request.
using MaaS.Contracts.Deployments;
using MaaS.Contracts.Inference;
using MaaS.Inference;
using MaaS.Inference.Tensors;

namespace MaaS.Api.Inference.Answers;

/// <param name="days">How long.</param>
internal sealed class AnswerKeeper(KeptAnswers answers, Guid deployment, Guid version, int days)
{
    /// <summary>Of one request; what has more is not kept.</summary>
    public const int MostRows = 10_000;

    /// <param name="call">Answered, and not yet released.</param>
    public void Keep(string requestId, Call call, Model answered)
    {
        if (call.Rows > MostRows)
            answers.Lose();
        else if (AnsweredRows.Of(call, answered) is { } rows)
            Add(requestId, rows.Labels, rows.Labels is null ? Array.ConvertAll(rows.Values!, value => (float?)value) : null);
    }

    public void Keep(string requestId, IReadOnlyList<Prediction> predictions)
    {
        // A row that was refused has neither.
        if (predictions.Any(prediction => prediction.Label is not null))
            Add(requestId, [.. predictions.Select(prediction => prediction.Label)], null);
        else if (predictions.Any(prediction => prediction.Value is not null))
            Add(requestId, null, [.. predictions.Select(prediction => prediction.Value)]);
    }

    private void Add(string requestId, string?[]? labels, float?[]? numbers)
    {
        // A caller of the open protocol may give any text as an id; PostgreSQL takes no U+0000, and an index no novel.
        if (requestId.Length is 0 or > TruthRow.LongestId || requestId.Any(char.IsControl))
        {
            answers.Lose();
            return;
        }
        var now = answers.Clock.GetUtcNow();
        answers.Add(new()
        {
            DeploymentId = deployment,
            RequestId = requestId,
            VersionId = version,
            At = now,
            ExpiresAt = now.AddDays(days),
            Labels = labels,
            Numbers = numbers,
        });
    }
}
