// Turns a training request into rows: an experiment if there is none, a run with its settings written down, and its job.
using MaaS.Api.Problems;
using MaaS.Api.Teams;
using MaaS.Catalog;
using MaaS.Catalog.Datasets;
using MaaS.Catalog.Experiments;
using MaaS.Catalog.Jobs;
using MaaS.Contracts.Datasets;
using MaaS.Contracts.Jobs;
using MaaS.Contracts.Training;
using Microsoft.EntityFrameworkCore;

namespace MaaS.Api.Jobs;

internal static class TrainSubmission
{
    public static async Task<(Job? Job, ProblemResult? Problem)> Submit(TrainJob train, Caller caller, CatalogContext context, CancellationToken token)
    {
        var data = await Version(context, caller, train.DatasetVersionId, token);
        if (Unready(data, train.DatasetVersionId, "dataset_version_id") is { } unready)
            return (null, unready);
        DatasetVersion? test = null;
        if (train.Training.TestDatasetVersionId is { } testId)
        {
            test = await Version(context, caller, testId, token);
            if (Unready(test, testId, "training.split.test_dataset_version_id") is { } untestable)
                return (null, untestable);
        }
        if (Check(train.Training, data!.Profile!, test?.Profile) is { } wrong)
            return (null, wrong);

        await using var transaction = await context.Database.BeginTransactionAsync(token);
        var experiment = train.ExperimentId is { } id
            ? await context.Experiments.SingleOrDefaultAsync(row => row.Id == id && row.TeamId == caller.TeamId, token)
            : await Named(context, caller, data.Dataset.Name, token);
        if (experiment is null)
            return (null, new NotFoundProblem("experiment", train.ExperimentId!));

        var runId = Guid.CreateVersion7();
        var job = new Job
        {
            TeamId = caller.TeamId,
            Kind = train.Kind,
            Spec = train,
            Priority = train.Priority,
            RunId = runId,
            CreatedBy = caller.Name,
            NeedsGpu = train.Training.Device == DeviceChoice.Cuda,
        };
        context.Runs.Add(new Run
        {
            Id = runId,
            TeamId = caller.TeamId,
            ExperimentId = experiment.Id,
            JobId = job.Id,
            DatasetVersionId = data.Id,
            Name = train.RunName ?? await RunNames.Next(context, experiment.Id, train.Training, token),
            Params = RunParams.Of(train.Training),
        });
        context.Audit(caller, "submitted", "job", $"{job.Id}", $"train on {data.Dataset.Name} version {data.Number}");
        await JobQueue.Enqueue(context, job, token);
        await transaction.CommitAsync(token);
        return (job, null);
    }

    private static InvalidProblem? Check(TrainingSpec training, DatasetProfile data, DatasetProfile? test) => training switch
    {
        TabularTraining tabular => TabularCheck.Of(tabular, data, test),
        LanguageTraining language => LanguageCheck.Of(language, data),
        _ => throw new ArgumentOutOfRangeException(nameof(training), training, null),
    };

    private static Task<DatasetVersion?> Version(CatalogContext context, Caller caller, Guid id, CancellationToken token) => context.DatasetVersions
        .AsNoTracking().Include(row => row.Dataset).SingleOrDefaultAsync(row => row.Id == id && row.TeamId == caller.TeamId, token);

    private static ProblemResult? Unready(DatasetVersion? version, Guid id, string field) => version switch
    {
        null => new NotFoundProblem("dataset version", $"{id} (the {field})"),
        { State: DatasetState.Failed } => new ConflictProblem("dataset_unreadable", $"{field} names a file that could not be read: {version.Error}"),
        { Profile: null } => new ConflictProblem("dataset_not_ready", $"{field} names a file that is still being read; follow its profile job and submit again."),
        _ => null,
    };

    /// <summary>The experiment named after the dataset; two submissions at once make one.</summary>
    private static async Task<Experiment?> Named(CatalogContext context, Caller caller, string name, CancellationToken token)
    {
        await context.Database.ExecuteSqlAsync(
            $"""
            insert into experiments (id, team_id, name, created_at) values ({Guid.CreateVersion7()}, {caller.TeamId}, {name}, {DateTimeOffset.UtcNow})
            on conflict (team_id, name) do nothing
            """, token);
        return await context.Experiments.SingleAsync(row => row.TeamId == caller.TeamId && row.Name == name, token);
    }
}
