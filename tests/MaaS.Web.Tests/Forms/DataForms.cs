// Forms about datasets, trainings and searches over settings.
using MaaS.Contracts;
using MaaS.Contracts.Datasets;
using MaaS.Contracts.Experiments;
using MaaS.Contracts.Jobs;
using MaaS.Contracts.Training;
using MaaS.Web.Datasets;
using MaaS.Web.Sweeps;
using MaaS.Web.Training;

namespace MaaS.Web.Tests.Forms;

internal static class DataForms
{
    private static readonly TrainJob s_train = Examples.Train with { Training = new TabularTraining("leaves") { Optimizer = new AdamWSpec { LearningRate = 0.01 } } };

    public static FormCase[] All { get; } =
    [
        new("Datasets/ReadingForm", "reread", $"POST /api/datasets/{Examples.DatasetId}/versions/3/reread")
        {
            Answer = Examples.Version,
            Open = portal =>
            {
                portal.Api.Answers($"GET /api/datasets/{Examples.DatasetId}/versions/3/profile", Examples.Profile);
                return portal.Shown<ReadingForm>(builder => builder.Add(form => form.Version, Examples.Version).Add(form => form.Reread, () => { }));
            },
            Right = page => page.Put("format", "Csv"),
            Sends = "\"format\":\"csv\"",
            Wrong = page => page.PutAt("Encoding", new('u', 41)),
            Says = "maximum length of 40",
        },
        new("Training/TrainFields", "train", "POST /api/jobs")
        {
            Answer = Examples.Job(JobState.Queued),
            Open = portal =>
            {
                portal.Api.Answers("GET /api/datasets", new Page<DatasetView>([Examples.Dataset]))
                    .Answers("GET /api/experiments", new Page<ExperimentView>([]))
                    .Answers($"GET /api/datasets/{Examples.DatasetId}/versions", new Page<DatasetVersionView>([Examples.Version]))
                    .Answers($"GET /api/datasets/{Examples.DatasetId}/versions/3/profile", Examples.Profile);
                return portal.Shown<TrainPage>();
            },
            Right = page => page.Put("target", "leaves"),
            Sends = "\"target\":\"leaves\"",
            Wrong = page => page.Put("epochs", "0"),
            Says = "Epochs must be between 1 and 100000.",
        },
        new("Sweeps/SearchFields", "search", "POST /api/jobs")
        {
            Answer = Examples.Job(JobState.Queued),
            Open = portal => portal.Shown<SearchFields>(builder => builder.Add(fields => fields.Form, SearchForm.From(Examples.Run(Examples.Job(JobState.Succeeded) with { Spec = s_train }))!)),
            Right = page => page.Put("runs", "12"),
            Sends = "\"runs\":12",
            Wrong = page => page.Put("runs", "0"),
            Says = "Runs must be between",
        },
    ];
}
