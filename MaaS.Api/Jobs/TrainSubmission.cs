// Turns a training request into rows: an experiment if there is none, a run with its settings written down, and its job.
using MaaS.Api.Problems;
using MaaS.Api.Teams;
using MaaS.Catalog;
using MaaS.Catalog.Datasets;
using MaaS.Catalog.Experiments;
using MaaS.Catalog.Jobs;
using MaaS.Contracts.Datasets;
using MaaS.Contracts.Jobs;
using MaaS.Contracts.Models;
using MaaS.Contracts.Sweeps;
using MaaS.Contracts.Training;
using Microsoft.EntityFrameworkCore;

namespace MaaS.Api.Jobs;

internal static class TrainSubmission
{
    public static async Task<(Job? Job, ProblemResult? Problem)> Submit(TrainJob train, Caller caller, CatalogContext context, CancellationToken token)
    {
        var (data, training, problem) = await Checked(train.DatasetVersionId, train.Training, (_, _) => null, caller, context, token);
        return problem is not null ? (null, problem) : await Open(
            train with { Training = training }, training, data!, train.ExperimentId, experiment => RunName(train, context, experiment, token), train.Priority, caller, context, token);
    }

    public static async Task<(Job? Job, ProblemResult? Problem)> Submit(SweepJob sweep, Caller caller, CatalogContext context, CancellationToken token)
    {
        var (data, training, problem) = await Checked(
            sweep.DatasetVersionId, sweep.Training, (common, check) => SpaceCheck.Of(sweep with { Training = common }, check), caller, context, token);
        return problem is not null ? (null, problem) : await Open(
            sweep with { Training = training }, training, data!, sweep.ExperimentId, experiment => RunName(sweep, context, experiment, token), sweep.Priority, caller, context, token);
    }

    /// <summary>Whether the data is there and can be trained on as asked.</summary>
    /// <param name="further">What else the request must satisfy; it is given the training, and the check of a training on this data.</param>
    /// <returns>The training, with what it takes over from the version it goes on from.</returns>
    private static async Task<(DatasetVersion? Data, TrainingSpec Training, ProblemResult? Problem)> Checked(
        Guid dataset, TrainingSpec training, Func<TrainingSpec, Func<TrainingSpec, InvalidProblem?>, InvalidProblem?> further, Caller caller, CatalogContext context, CancellationToken token)
    {
        var data = await Version(context, caller, dataset, token);
        if (Unready(data, dataset, "dataset_version_id") is { } unready)
            return (null, training, unready);
        var (source, misfit) = await SourceCheck.Find(training, caller, context, token);
        if (misfit is not null)
            return (null, training, misfit);
        if (source is not null)
            training = Continuation.Of(training, source.Training);
        DatasetVersion? test = null;
        if (training.TestDatasetVersionId is { } testId)
        {
            test = await Version(context, caller, testId, token);
            if (Unready(test, testId, "training.split.test_dataset_version_id") is { } untestable)
                return (null, training, untestable);
        }
        InvalidProblem? All(TrainingSpec varied) =>
            (source is null ? null : SourceCheck.Of(varied, source, data!.Profile!)) ?? Check(varied, data!.Profile!, test?.Profile, source);
        return (data, training, All(training) ?? further(training, All));
    }

    private static Task<(Job? Job, ProblemResult? Problem)> Open(
        JobSpec spec, TrainingSpec training, DatasetVersion data, Guid? experimentId, Func<Experiment, Task<string>> name, int priority,
        Caller caller, CatalogContext context, CancellationToken token) =>
        new RunOpening(
            spec, priority, spec is TrainJob && training.Device == DeviceChoice.Cuda, RunParams.Of(training), data.Id, experimentId, data.Dataset.Name, name,
            $"{spec.Kind.ToString().ToLowerInvariant()} on {data.Dataset.Name} version {data.Number}").Open(caller, context, token);

    private static async Task<string> RunName(TrainJob train, CatalogContext context, Experiment experiment, CancellationToken token) =>
        train.RunName ?? await RunNames.Next(context, experiment.Id, train.Training, token);

    private static async Task<string> RunName(SweepJob sweep, CatalogContext context, Experiment experiment, CancellationToken token) =>
        sweep.RunName ?? $"sweep-{await context.Runs.CountAsync(run => run.ExperimentId == experiment.Id, token) + 1}";

    private static InvalidProblem? Check(TrainingSpec training, DatasetProfile data, DatasetProfile? test, ModelManifest? source) => training switch
    {
        not ImageTraining when data.Images is not null => new InvalidProblem("data_is_images", "The file holds images, which only training.task image learns from."),
        TabularTraining tabular => TabularCheck.Of(tabular, data, test),
        ImageTraining image => ImageCheck.Of(image, data, test, source),
        TextTraining text => TextCheck.Of(text, data, test),
        LanguageTraining language => LanguageCheck.Of(language, data),
        RecommendationTraining recommendation => RecommendationCheck.Of(recommendation, data),
        _ => new InvalidProblem("task_not_trainable", "training.task is one that this server does not train yet; allowed are tabular, image, text, language and recommendation."),
    };

    internal static Task<DatasetVersion?> Version(CatalogContext context, Caller caller, Guid id, CancellationToken token) => context.DatasetVersions
        .AsNoTracking().Include(row => row.Dataset).SingleOrDefaultAsync(row => row.Id == id && row.TeamId == caller.TeamId, token);

    internal static ProblemResult? Unready(DatasetVersion? version, Guid id, string field) => version switch
    {
        null => new NotFoundProblem("dataset version", $"{id} (the {field})"),
        { State: DatasetState.Failed } => new ConflictProblem("dataset_unreadable", $"{field} names a file that could not be read: {version.Error}"),
        { Profile: null } => new ConflictProblem("dataset_not_ready", $"{field} names a file that is still being read; follow its profile job and submit again."),
        _ => null,
    };
}
