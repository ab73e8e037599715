// One of every noun for a team, straight into the database and the store: a dataset that has been read, a run that succeeded with a
// package that serves, the model, version, alias and deployment made from it, a key, an invitation, a notification and a webhook.
using System.Security.Cryptography;
using System.Text;
using MaaS.Catalog.Artifacts;
using MaaS.Catalog.Datasets;
using MaaS.Catalog.Deployments;
using MaaS.Catalog.Experiments;
using MaaS.Catalog.Jobs;
using MaaS.Catalog.Models;
using MaaS.Contracts.Datasets;
using MaaS.Contracts.Jobs;
using MaaS.Contracts.Models;
using MaaS.Contracts.Notifications;
using MaaS.Contracts.Teams;
using MaaS.Contracts.Training;
using MaaS.Inference.Tests;
using MaaS.Platform.Tests.Compression;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.DependencyInjection;
using Npgsql;
using Xunit;

namespace MaaS.Platform.Tests.Api;

/// <param name="Mark">Part of every name, so that a leak is found by its text.</param>
public sealed record Seed(
    TestTeam Team, string Mark, Guid Dataset, Guid DatasetVersion, Guid TestVersion, Guid Unread, Guid Experiment, Guid Run, Guid Job,
    Guid Running, Guid RunningJob, string Model, Guid ModelVersion, string Deployment, Guid Key, Guid View, Guid Session, Guid Identity,
    Guid Notification, Guid Webhook, Guid Delivery)
{
    private static CancellationToken Token => TestContext.Current.CancellationToken;

    public static DatasetProfile Profile { get; } = new(
        1000, new(DatasetFormat.Csv),
        [
            new("age", ColumnType.Integer, 0, 60, false, null, []),
            new("city", ColumnType.Category, 3, 12, false, null, []),
            new("joined", ColumnType.Date, 0, 400, false, null, []),
            new("remarks", ColumnType.Text, 10, 900, false, null, []),
            new("nothing", ColumnType.Category, 1000, 0, false, null, []),
            new("ticket", ColumnType.Category, 0, 5000, false, null, []),
            new("price", ColumnType.Number, 0, 950, false, null, []),
            new("left", ColumnType.Boolean, 0, 2, false, null, []),
        ],
        [["30", "rome", "2024-01-01", "hello", null, "t1", "9.5", "yes"]], []);

    /// <param name="broken">Whether the package answers its own sample otherwise than it did, so that it must not be served.</param>
    /// <param name="less">What the package's z has less: with 9, who is fifty is "no".</param>
    /// <param name="task">Classification, or regression, which answers z.</param>
    /// <param name="counts">Whether the package takes the longer the higher the age is.</param>
    public static async Task<Seed> Make(TestTeam team, bool broken = false, float less = 4, ModelTask task = ModelTask.TabularClassification, bool counts = false)
    {
        var mark = $"mark{Guid.NewGuid():n}"[..16];
        await using var context = team.Api.Context();
        var store = team.Api.Catalog.GetRequiredService<ArtifactStore>();

        var file = Encoding.UTF8.GetBytes($"age,city,left\n30,{mark},yes\n");
        var (sha256, bytes) = await store.Write(new MemoryStream(file), 1 << 20, Token);
        var dataset = context.Datasets.Add(new() { TeamId = team.Id, Name = $"{mark} data" }).Entity;
        var version = NewVersion(team, 1, sha256, bytes, Profile);
        var test = NewVersion(team, 2, sha256, bytes, Profile with { Columns = [.. Profile.Columns.Where(column => column.Name != "city")] });
        var unread = NewVersion(team, 3, sha256, bytes, null);
        dataset.Versions.AddRange([version, test, unread]);

        var experiment = context.Experiments.Add(new() { TeamId = team.Id, Name = $"{mark} experiment", Folder = $"{mark}/folder" }).Entity;
        var done = NewJob(team, version.Id, JobState.Succeeded);
        var running = NewJob(team, version.Id, JobState.Running);
        context.Jobs.AddRange(done, running);
        var run = NewRun(team, experiment, done, $"{mark} run", version.Id);
        context.Runs.AddRange(run, NewRun(team, experiment, running, $"{mark} running", version.Id));
        await AddPackage(store, run, broken, less, task, counts);
        run.Compression = Reports.Of(machine: mark);

        var key = context.ApiKeys.Add(new()
        {
            TeamId = team.Id,
            Name = $"{mark} key",
            Role = Role.Member,
            Prefix = "mk_seed",
            CreatedBy = mark,
            SecretHash = SHA256.HashData(Encoding.UTF8.GetBytes(mark)),
        }).Entity;
        var view = context.SavedViews.Add(new() { TeamId = team.Id, Name = $"{mark} view", ExperimentId = experiment.Id, Table = new(Search: $"name ~ {mark}"), CreatedBy = mark }).Entity;
        var identity = context.ExternalIdentities.Add(new() { Issuer = $"https://{mark}.example.com", Subject = mark, UserId = team.Users[Role.Member] }).Entity;
        context.Invitations.Add(new() { TeamId = team.Id, Email = $"{mark}@example.com", Role = Role.Viewer, TokenHash = SHA256.HashData(Guid.NewGuid().ToByteArray()), ExpiresAt = DateTimeOffset.UtcNow.AddDays(1) });
        context.AuditEvents.Add(new() { TeamId = team.Id, Actor = mark, Action = "seeded", Noun = "team", NounName = mark });
        await context.SaveChangesAsync(Token);

        await using var transaction = await context.Database.BeginTransactionAsync(Token);
        var model = await ModelRegistration.Register(context, run, $"{mark}-model", mark, Token);
        await transaction.CommitAsync(Token);
        // Long ago, so that it is no news.
        var then = DateTimeOffset.UtcNow.AddDays(-1);
        context.VersionApprovals.Add(new()
        {
            TeamId = team.Id,
            VersionId = model.Id,
            State = ApprovalState.Rejected,
            RequestedBy = mark,
            Requester = mark,
            RequestedAt = then,
            Note = mark,
            DecidedBy = mark,
            DecidedAt = then,
            Decision = mark,
        });
        context.ModelAliases.Add(new() { ModelId = model.ModelId, Name = "champion", VersionId = model.Id });
        var deployment = context.Deployments.Add(new() { TeamId = team.Id, Name = $"{mark}-endpoint" }).Entity;
        var revision = new Revision { Number = 1, CreatedBy = mark };
        revision.Shares.Add(new() { VersionId = model.Id, Weight = 100 });
        deployment.Revisions.Add(revision);
        await context.SaveChangesAsync(Token);
        await AddRecords(team.Api, run, done, mark);
        var (notification, webhook, delivery) = await AddNotifications(team, mark);
        var session = await context.Sessions.Where(row => row.UserId == team.Users[Role.Member]).Select(row => row.Id).FirstAsync(Token);
        return new(team, mark, dataset.Id, version.Id, test.Id, unread.Id, experiment.Id, run.Id, done.Id, running.RunId!.Value, running.Id, $"{mark}-model", model.Id, deployment.Name, key.Id, view.Id, session, identity.Id, notification, webhook, delivery);
    }

    /// <summary>The webhook is off, so that nothing is sent.</summary>
    private static async Task<(Guid Notification, Guid Webhook, Guid Delivery)> AddNotifications(TestTeam team, string mark)
    {
        await using var context = team.Api.Context();
        var happened = context.Events.Add(new()
        {
            TeamId = team.Id,
            Kind = EventKind.RunFailed,
            Source = mark,
            Name = $"{mark} run",
            Link = $"/runs/{mark}",
            At = DateTimeOffset.UtcNow,
        }).Entity;
        context.Notifications.Add(new() { EventId = happened.Id, UserId = team.Users[Role.Member], InPage = true });
        var webhook = context.Webhooks.Add(new()
        {
            TeamId = team.Id,
            Name = $"{mark} webhook",
            Url = $"https://{mark}.example.com/",
            Secret = [1],
            Events = [EventKind.RunFailed],
            Enabled = false,
            CreatedBy = mark,
        }).Entity;
        var delivery = context.WebhookDeliveries.Add(new() { WebhookId = webhook.Id, EventId = happened.Id, State = DeliveryState.Failed, Problem = mark }).Entity;
        await context.SaveChangesAsync(Token);
        return (happened.Id, webhook.Id, delivery.Id);
    }

    private static DatasetVersion NewVersion(TestTeam team, int number, string sha256, long bytes, DatasetProfile? profile) => new()
    {
        TeamId = team.Id,
        Number = number,
        FileName = "people.csv",
        Bytes = bytes,
        Sha256 = sha256,
        Reading = new(),
        Profile = profile,
        State = profile is null ? DatasetState.Profiling : DatasetState.Ready,
        RowCount = profile?.RowCount,
        ColumnCount = profile?.Columns.Count,
    };

    private static Job NewJob(TestTeam team, Guid version, JobState state)
    {
        var id = Guid.CreateVersion7();
        return new()
        {
            Id = Guid.CreateVersion7(DateTimeOffset.UtcNow.AddMilliseconds(state == JobState.Running ? 1 : 0)), // ids of one millisecond have no order, and the running job is the newer
            TeamId = team.Id,
            Kind = JobKind.Train,
            State = state,
            RunId = id,
            Attempt = 1,
            CreatedBy = "seed",
            Spec = new TrainJob(version, new TabularTraining("left", ["age"])),
            LeaseExpiresAt = state == JobState.Running ? DateTimeOffset.UtcNow.AddDays(1) : null,
            FinishedAt = state == JobState.Running ? null : DateTimeOffset.UtcNow,
        };
    }

    private static Run NewRun(TestTeam team, Experiment experiment, Job job, string name, Guid version) => new()
    {
        Id = job.RunId!.Value,
        TeamId = team.Id,
        ExperimentId = experiment.Id,
        JobId = job.Id,
        Name = name,
        DatasetVersionId = version,
    };

    private static async Task AddPackage(ArtifactStore store, Run run, bool broken, float less, ModelTask task, bool counts)
    {
        using var package = new TestPackage(task, less, counts);
        if (broken)
            package.Write("sample.json", new ModelSample(TestPackage.Rows("""{"age":50}"""), [TestPackage.Answer(-3)]));
        run.Manifest = package.Manifest with { Lineage = new(run.Id, run.DatasetVersionId, null) };
        foreach (var name in new[] { "model.onnx", "model.json", "sample.json" })
        {
            await using var content = File.OpenRead(package.Path(name));
            var (sha256, bytes) = await store.Write(content, 1 << 20, Token);
            run.Artifacts.Add(new() { RunId = run.Id, Path = $"model/{name}", Sha256 = sha256, Bytes = bytes });
        }
    }

    private static async Task AddRecords(ApiServer api, Run run, Job job, string mark)
    {
        var database = api.Catalog.GetRequiredService<NpgsqlDataSource>();
        await using var line = database.CreateCommand("insert into job_log (job_id, at, text) values ($1, now(), $2)");
        line.Parameters.Add(new() { Value = job.Id });
        line.Parameters.Add(new() { Value = $"{mark} line" });
        await line.ExecuteNonQueryAsync(Token);
        await using var context = api.Context();
        context.MetricChunks.AddRange(new MetricChunker(new(job.Id, 1), run.Id).Pack([new($"{mark}/loss", 1, 0.5, DateTimeOffset.UtcNow)]));
        context.RunMetrics.Add(new() { RunId = run.Id, Key = $"{mark}/loss", TeamId = run.TeamId, Last = 0.5, Min = 0.5, Max = 0.5 });
        await context.SaveChangesAsync(Token);
    }
}
