// Turns a scoring request into rows: a run in the experiment named after the model, and its job. What can be known before is checked before:
// that both versions are the caller's, that the model answers row by row, and that the dataset has the columns it reads.
using System.Globalization;
using MaaS.Api.Problems;
using MaaS.Api.Teams;
using MaaS.Catalog;
using MaaS.Catalog.Datasets;
using MaaS.Catalog.Jobs;
using MaaS.Catalog.Models;
using MaaS.Contracts.Datasets;
using MaaS.Contracts.Jobs;
using MaaS.Contracts.Models;
using MaaS.Contracts.Training;
using Microsoft.EntityFrameworkCore;

namespace MaaS.Api.Jobs;

internal static class ScoreSubmission
{
    public static async Task<(Job? Job, ProblemResult? Problem)> Submit(ScoreJob score, Caller caller, CatalogContext context, CancellationToken token)
    {
        var version = await context.ModelVersions.AsNoTracking().Include(row => row.Model)
            .SingleOrDefaultAsync(row => row.Id == score.VersionId && row.TeamId == caller.TeamId, token);
        if (version is null)
            return (null, new NotFoundProblem("model version", $"{score.VersionId} (the version_id)"));
        var data = await TrainSubmission.Version(context, caller, score.DatasetVersionId, token);
        if (TrainSubmission.Unready(data, score.DatasetVersionId, "dataset_version_id") is { } unready)
            return (null, unready);
        if (Refusal(version.Manifest, data!.Profile!) is { } refusal)
            return (null, refusal);

        return await new RunOpening(
            score, score.Priority, NeedsGpu: false, Params(score, version, data), data.Id, null, version.Model.Name,
            async opened => score.RunName ?? $"score-{await context.Runs.CountAsync(run => run.ExperimentId == opened.Id, token) + 1}",
            $"score {data.Dataset.Name} version {data.Number} by {version.Model.Name} version {version.Number}").Open(caller, context, token);
    }

    private static InvalidProblem? Refusal(ModelManifest model, DatasetProfile data)
    {
        switch (model.Task)
        {
            case ModelTask.LanguageModel:
                return new InvalidProblem("task_not_scored", "version_id is a language model, which goes on with a text and does not answer row by row; datasets are scored by tabular, text, image and recommendation models.");
            case ModelTask.Custom:
                return new InvalidProblem("task_not_scored", "version_id is a model made elsewhere, and only its maker knows which columns its inputs are; call it through a deployment.");
            case ModelTask.ImageClassification:
                return data.Images is null ? new InvalidProblem("data_is_no_images", "version_id is an image model, and the dataset holds no images: they come as a ZIP of class folders with PNG or JPEG files, or of IDX files.") : null;
        }
        if (data.Images is not null)
            return new InvalidProblem("data_is_images", "The dataset holds images, which only an image model answers.");
        var wanted = model.Training is RecommendationTraining training && model.Task == ModelTask.Recommendation
            ? [training.User, training.Item] : model.Inputs.Select(input => input.Name).ToArray();
        var missing = wanted.Except(data.Columns.Select(column => column.Name), StringComparer.Ordinal).ToList();
        return missing.Count == 0 ? null : new InvalidProblem("columns_missing",
            $"The dataset lacks {(missing.Count == 1 ? "a column" : "columns")} that the model reads: {string.Join(", ", missing.Take(20))}{(missing.Count > 20 ? ", ..." : "")}. Its own are {string.Join(", ", data.Columns.Take(50).Select(column => column.Name))}.");
    }

    private static Dictionary<string, string> Params(ScoreJob score, ModelVersion version, DatasetVersion data)
    {
        var settings = new Dictionary<string, string>
        {
            ["model"] = $"{version.Model.Name}/{version.Number}",
            ["dataset"] = $"{data.Dataset.Name}/{data.Number}",
            ["format"] = score.Format.ToString().ToLowerInvariant(),
        };
        if (version.Manifest.Task == ModelTask.Recommendation)
            settings["top"] = score.Top.ToString(CultureInfo.InvariantCulture);
        else
            settings["with_inputs"] = score.WithInputs ? "true" : "false";
        return settings;
    }
}
