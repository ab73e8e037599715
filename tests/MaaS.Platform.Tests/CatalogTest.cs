// What a test of the catalog starts from: a database of its own, a folder for files, a team, and nouns in one line.
using MaaS.Catalog;
using MaaS.Catalog.Artifacts;
using MaaS.Catalog.Datasets;
using MaaS.Catalog.Experiments;
using MaaS.Catalog.Jobs;
using MaaS.Catalog.Teams;
using MaaS.Contracts.Datasets;
using MaaS.Contracts.Jobs;
using MaaS.Contracts.Models;
using MaaS.Contracts.Training;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.DependencyInjection;
using Npgsql;
using Xunit;

namespace MaaS.Platform.Tests;

public abstract class CatalogTest(PostgresFixture postgres, params (string Key, string Value)[] settings) : IAsyncLifetime
{
    private readonly DirectoryInfo _files = Directory.CreateTempSubdirectory("maas-test-files-");
    private ServiceProvider _services = null!;

    protected static CancellationToken Token => TestContext.Current.CancellationToken;

    protected static Guid WorkerId { get; } = Guid.CreateVersion7();

    protected string Root => _files.FullName;
    protected Team Team { get; private set; } = null!;
    protected JobQueue Queue => Get<JobQueue>();
    protected MetricStore Metrics => Get<MetricStore>();
    protected JobLog Log => Get<JobLog>();
    protected ArtifactStore Artifacts => Get<ArtifactStore>();
    protected NpgsqlDataSource Database => Get<NpgsqlDataSource>();

    public async ValueTask InitializeAsync()
    {
        _services = PostgresFixture.Services(await postgres.CreateDatabase(), Root, settings);
        Team = await AddTeam("first");
    }

    public async ValueTask DisposeAsync()
    {
        if (_services is not null)
            await _services.DisposeAsync();
        _files.Delete(recursive: true);
        GC.SuppressFinalize(this);
    }

    protected T Get<T>() where T : notnull => _services.GetRequiredService<T>();

    protected CatalogContext Context() => Get<IDbContextFactory<CatalogContext>>().CreateDbContext();

    protected async Task<Team> AddTeam(string name)
    {
        await using var context = Context();
        var team = context.Teams.Add(new() { Name = name, StorageQuotaBytes = 1L << 30 }).Entity;
        await context.SaveChangesAsync(Token);
        return team;
    }

    /// <summary>A queued job to describe a new dataset version.</summary>
    protected async Task<Job> EnqueueProfile(Team? team = null, int priority = 0, bool needsGpu = false)
    {
        team ??= Team;
        await using var context = Context();
        var dataset = new Dataset { TeamId = team.Id, Name = $"dataset {Guid.NewGuid()}" };
        var version = new DatasetVersion
        {
            TeamId = team.Id,
            Number = 1,
            FileName = "a.csv",
            Bytes = 3,
            Sha256 = new('a', 64),
            Reading = new(),
        };
        var job = new Job
        {
            TeamId = team.Id,
            Kind = JobKind.Profile,
            Spec = new ProfileJob(version.Id, new()),
            CreatedBy = "a test",
            Priority = priority,
            NeedsGpu = needsGpu,
        };
        version.ProfileJobId = job.Id;
        dataset.Versions.Add(version);
        context.Datasets.Add(dataset);
        await JobQueue.Enqueue(context, job, Token);
        return job;
    }

    /// <summary>A queued training job with its run; nothing is trained by these tests, so there is no dataset behind it.</summary>
    protected async Task<Job> EnqueueTraining(string? registerAs = null)
    {
        await using var context = Context();
        var experiment = new Experiment { TeamId = Team.Id, Name = $"experiment {Guid.NewGuid()}" };
        var runId = Guid.CreateVersion7();
        var job = new Job
        {
            TeamId = Team.Id,
            Kind = JobKind.Train,
            RunId = runId,
            CreatedBy = "a test",
            Spec = new TrainJob(Guid.CreateVersion7(), new TabularTraining("label"), RegisterAs: registerAs),
        };
        context.Experiments.Add(experiment);
        context.Runs.Add(new() { Id = runId, TeamId = Team.Id, ExperimentId = experiment.Id, JobId = job.Id, Name = "run" });
        await JobQueue.Enqueue(context, job, Token);
        return job;
    }

    protected async Task<JobLease> Claim(bool hasGpu = false) =>
        (await Queue.Claim(WorkerId, "a test", hasGpu, Token))?.Lease ?? throw new InvalidOperationException("There was nothing to claim.");

    protected async Task<Job> Read(Job job)
    {
        await using var context = Context();
        return await context.Jobs.AsNoTracking().SingleAsync(row => row.Id == job.Id, Token);
    }

    protected async Task<DatasetVersion> VersionOf(Job profile)
    {
        await using var context = Context();
        return await context.DatasetVersions.AsNoTracking().SingleAsync(row => row.ProfileJobId == profile.Id, Token);
    }

    /// <summary>Lets every lease run out now.</summary>
    protected async Task ExpireLeases()
    {
        await using var command = Database.CreateCommand(
            "update jobs set lease_expires_at = now() - interval '1 second' where state = 'running'");
        await command.ExecuteNonQueryAsync(Token);
    }

    protected static RunResult Result { get; } = new(
        null,
        new Dictionary<string, double> { ["test_accuracy"] = 0.9 },
        new Dictionary<string, string> { ["device"] = "cpu" },
        new ModelManifest(
            1, ModelTask.TabularClassification, [], [], ["no", "yes"], "label", new TabularTraining("label"),
            new("test", 10, new Dictionary<string, double> { ["accuracy"] = 0.9 }, new Dictionary<string, double> { ["accuracy"] = 0.5 }),
            7, 1e-7, 1e-4, 10, new(null, null, null), [new("model.onnx", 5, new('b', 64))]),
        [new("model/model.onnx", 5, new('b', 64)), new("model/model.json", 2, new('c', 64)), new("report.txt", 9, new('d', 64))]);

    protected static DatasetProfile Profile { get; } = new(
        10, new(DatasetFormat.Csv), [new("label", ColumnType.Category, 0, 2, false, null, [new("no", 6), new("yes", 4)])], [["no"]], []);
}
