// The nouns the tests speak of: one dataset of customers, the model trained on it, the endpoint that serves it.
using MaaS.Contracts.Datasets;
using MaaS.Contracts.Deployments;
using MaaS.Contracts.Experiments;
using MaaS.Contracts.Jobs;
using MaaS.Contracts.Models;
using MaaS.Contracts.Training;

namespace MaaS.Web.Tests;

internal static class Examples
{
    public static readonly Guid DatasetId = Guid.Parse("0199d0a0-0000-7000-8000-000000000001");
    public static readonly Guid VersionId = Guid.Parse("0199d0a0-0000-7000-8000-000000000002");
    public static readonly Guid JobId = Guid.Parse("0199d0a0-0000-7000-8000-000000000003");
    public static readonly Guid RunId = Guid.Parse("0199d0a0-0000-7000-8000-000000000004");
    public static readonly Guid ExperimentId = Guid.Parse("0199d0a0-0000-7000-8000-000000000005");

    public static DatasetVersionView Version { get; } = new(
        VersionId, DatasetId, "Customers 2026", 3, DatasetState.Ready, "customers.csv", 3_974_305, new string('a', 64), new(), 32_561, 4, null, null, DateTimeOffset.UnixEpoch);

    public static DatasetView Dataset { get; } = new(DatasetId, "Customers 2026", null, DateTimeOffset.UnixEpoch, Version);

    public static DatasetProfile Profile { get; } = new(
        32_561,
        new(DatasetFormat.Csv, ",", true, "utf-8"),
        [
            new("age", ColumnType.Integer, 0, 73, false, new(17, 90, 38.6, 13.6, 37, [1, 4, 2]), [new("36", 898)]),
            new("city", ColumnType.Category, 12, 3, false, null, [new("Utrecht", 20_000), new("Delft", 12_000)]),
            new("remarks", ColumnType.Text, 0, 30_000, true, null, []),
            new("leaves", ColumnType.Category, 0, 2, false, null, [new("no", 24_720), new("yes", 7_841)]),
        ],
        [["36", "Utrecht", "fine", "no"]],
        []);

    public static TrainJob Train { get; } = new(VersionId, new TabularTraining("leaves"), RegisterAs: "customers-2026");

    public static JobView Job(JobState state, double progress = 0, string? phase = null, string? error = null) => new(
        JobId, JobKind.Train, state, false, 1, 0, progress, phase, error, error is null ? null : "user_error", Train, RunId, "worker-1",
        DateTimeOffset.UnixEpoch, DateTimeOffset.UnixEpoch, state >= JobState.Succeeded ? DateTimeOffset.UnixEpoch.AddMinutes(1) : null);

    public static RunView Run(JobView job, RunOutcome? outcome = null) => new(
        RunId, ExperimentId, "Customers 2026", "calm-otter", job, VersionId, new Dictionary<string, string> { ["epochs"] = "40" },
        new Dictionary<string, double>(), new Dictionary<string, string>(), null, null, outcome, DateTimeOffset.UnixEpoch);

    public static ModelManifest Manifest { get; } = new(
        1,
        ModelTask.TabularClassification,
        [
            new("age", ColumnType.Integer, TensorType.Float32, [-1, 1], 17, 90),
            new("balance", ColumnType.Number, TensorType.Float32, [-1, 1], -100.5, 9000),
            new("member", ColumnType.Boolean, TensorType.Float32, [-1, 1], 0, 1),
            new("since", ColumnType.Date, TensorType.Int64, [-1, 1], 18_262, 20_089),
            new("city", ColumnType.Category, TensorType.String, [-1, 1], Categories: ["Utrecht", "Delft"]),
        ],
        [new("label", TensorType.String, [-1]), new("probabilities", TensorType.Float32, [-1, 2])],
        ["no", "yes"],
        "leaves",
        new TabularTraining("leaves"),
        new("test", 6_512, new Dictionary<string, double> { ["accuracy"] = 0.8531, ["log_loss"] = 0.31 }, new Dictionary<string, double> { ["accuracy"] = 0.7592, ["log_loss"] = 0.55 }, [[4_700, 220], [740, 852]]),
        12_345, 2e-6, 1e-4, 256, new(RunId, VersionId, null), [new("model.onnx", 50_000, new string('b', 64))]);

    public static ModelVersionView ModelVersion { get; } = new(
        Guid.NewGuid(), "customers", 2, Manifest, 60_000, RunId, ["champion"], "ada@example.com", DateTimeOffset.UnixEpoch);

    public static RevisionView Revision(int number, int version, int? rollbackOf = null) =>
        new(number, [new("customers", version)], null, rollbackOf, new(), "ada@example.com", DateTimeOffset.UnixEpoch);

    public static DeploymentView Deployment(RevisionView revision) =>
        new(Guid.NewGuid(), "customers", DeploymentState.Serving, revision, DateTimeOffset.UnixEpoch);
}
