// For crash tests: a PostgreSQL that may be killed, a real worker, a dataset, and how an undisturbed training on it ends.
using System.Diagnostics;
using System.Globalization;
using System.Text;
using MaaS.Catalog;
using MaaS.Catalog.Artifacts;
using MaaS.Catalog.Datasets;
using MaaS.Catalog.Experiments;
using MaaS.Catalog.Jobs;
using MaaS.Catalog.Models;
using MaaS.Contracts.Jobs;
using MaaS.Contracts.Training;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.DependencyInjection;
using Npgsql;
using Xunit;

namespace MaaS.Platform.Tests.Workers;

public sealed class CrashRig : IAsyncLifetime
{
    private readonly DirectoryInfo _files = Directory.CreateTempSubdirectory("maas-test-files-");
    private ServiceProvider _services = null!;
    private Guid _teamId;
    private Guid _experimentId;
    private Guid _versionId;

    public PostgresServer Server { get; } = new();

    /// <summary>What the same training leaves when nothing happens to it.</summary>
    public Trained Undisturbed { get; private set; } = null!;

    /// <summary>Files that no noun names once that training has ended.</summary>
    public long CheckpointsLeft { get; private set; }

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    public async ValueTask InitializeAsync()
    {
        if (PostgresServer.Missing is not null)
            return;
        await Server.Start(Token);
        _services = PostgresFixture.Services(Server.ConnectionString("maas"), _files.FullName);
        await Server.Execute("create database maas", Token);
        await _services.GetRequiredService<CatalogMigrations>().Apply(Token);

        await using var worker = StartWorker();
        await WaitUntil(worker, await Upload(), job => job.State == JobState.Succeeded);
        var undisturbed = await Train("undisturbed");
        await WaitUntil(worker, undisturbed, job => job.FinishedAt is not null);
        Undisturbed = await Read(undisturbed, "undisturbed");
        await using var unnamed = _services.GetRequiredService<NpgsqlDataSource>().CreateCommand(
            "select count(*) from blobs where sha256 not in (select sha256 from dataset_versions union select sha256 from artifacts)");
        CheckpointsLeft = (long)(await unnamed.ExecuteScalarAsync(Token))!;
    }

    public WorkerProcess StartWorker() => WorkerProcess.Start(Server.ConnectionString("maas"), _files.FullName,
        ("Worker:LeaseSeconds", "5"), ("Worker:CheckpointSeconds", "0.5"));

    /// <summary>Queues the training that every test disturbs in its own way.</summary>
    /// <param name="from">A version it goes on from.</param>
    public async Task<Guid> Train(string registerAs, Guid? from = null)
    {
        var training = new TabularTraining("label", Network: from is null ? new MlpNetwork([64, 32]) : null) { Epochs = 80, Patience = 0, BatchSize = 32, Device = DeviceChoice.Cpu, From = from };
        var runId = Guid.CreateVersion7();
        var job = new Job
        {
            TeamId = _teamId,
            Kind = JobKind.Train,
            RunId = runId,
            CreatedBy = "a test",
            Spec = new TrainJob(_versionId, training, RegisterAs: registerAs),
        };
        await using var context = Context();
        context.Runs.Add(new()
        {
            Id = runId,
            TeamId = _teamId,
            ExperimentId = _experimentId,
            JobId = job.Id,
            Name = registerAs,
            DatasetVersionId = _versionId,
        });
        await JobQueue.Enqueue(context, job, Token);
        return job.Id;
    }

    /// <summary>Asks again and again, also while PostgreSQL is away.</summary>
    public async Task<Job> WaitUntil(WorkerProcess worker, Guid jobId, Func<Job, bool> reached)
    {
        for (var watch = Stopwatch.StartNew(); ; await Task.Delay(50, Token))
        {
            var job = await Outage.Outlast(async () =>
            {
                await using var context = Context();
                return await context.Jobs.AsNoTracking().SingleAsync(row => row.Id == jobId, Token);
            }, Token);
            if (reached(job))
                return job;
            Assert.False(job.FinishedAt is not null || watch.Elapsed > TimeSpan.FromMinutes(3),
                $"The job is {job.State} at {job.Progress:P0}, attempt {job.Attempt}: {job.Error}\n{worker.Output}\n{string.Join('\n', await LogOf(jobId))}");
        }
    }

    public async Task<Trained> Read(Guid jobId, string registeredAs)
    {
        await using var context = Context();
        var job = await context.Jobs.AsNoTracking().SingleAsync(row => row.Id == jobId, Token);
        var run = await context.Runs.AsNoTracking().SingleAsync(row => row.JobId == jobId, Token);
        var points = (await _services.GetRequiredService<MetricStore>().After([(run.Id, 0)], null, Token)).SelectMany(stored => stored.Points);
        return new(
            job.State,
            run.Metrics.Where(figure => !IsSystem(figure.Key)).OrderBy(figure => figure.Key, StringComparer.Ordinal).ToList(),
            points.Where(point => !IsSystem(point.Key)).OrderBy(point => point.Key, StringComparer.Ordinal).ThenBy(point => point.Step)
                .Select(point => (point.Key, point.Step, point.Value)).ToList(),
            await context.ModelVersions.CountAsync(version => version.Model.Name == registeredAs, Token));

        static bool IsSystem(string key) => key.StartsWith(MetricStore.SystemPrefix, StringComparison.Ordinal);
    }

    /// <summary>The only version of a model.</summary>
    public async Task<ModelVersion> Version(string model)
    {
        await using var context = Context();
        return await context.ModelVersions.AsNoTracking().SingleAsync(version => version.Model.Name == model, Token);
    }

    public async Task<List<string>> LogOf(Guid jobId) =>
        (await _services.GetRequiredService<JobLog>().Read(jobId, 0, 1000, Token)).Select(line => line.Text).ToList();

    public async ValueTask DisposeAsync()
    {
        if (_services is not null)
            await _services.DisposeAsync();
        NpgsqlConnection.ClearAllPools();
        await Server.DisposeAsync();
        _files.Delete(recursive: true);
    }

    private CatalogContext Context() => _services.GetRequiredService<IDbContextFactory<CatalogContext>>().CreateDbContext();

    private async Task<Guid> Upload()
    {
        var random = new Random(7);
        var rows = new StringBuilder("a,b,c,color,label\n");
        for (var i = 0; i < 4000; i++)
        {
            var (a, b, c) = (random.NextDouble(), random.NextDouble(), random.NextDouble());
            rows.Append(CultureInfo.InvariantCulture, $"{a:f4},{b:f4},{c:f4},color{random.Next(6)},{(a * b + 0.3 * random.NextDouble() > 0.4 * c + 0.2 ? "yes" : "no")}\n");
        }
        var (sha256, bytes) = await _services.GetRequiredService<ArtifactStore>()
            .Write(new MemoryStream(Encoding.UTF8.GetBytes(rows.ToString())), long.MaxValue, Token);

        await using var context = Context();
        var team = context.Teams.Add(new() { Name = "team", StorageQuotaBytes = 1 << 30 }).Entity;
        var experiment = context.Experiments.Add(new() { TeamId = team.Id, Name = "experiment" }).Entity;
        var dataset = context.Datasets.Add(new() { TeamId = team.Id, Name = "dataset" }).Entity;
        var version = new DatasetVersion
        {
            TeamId = team.Id,
            Number = 1,
            FileName = "a.csv",
            Bytes = bytes,
            Sha256 = sha256,
            Reading = new(),
        };
        var job = new Job { TeamId = team.Id, Kind = JobKind.Profile, Spec = new ProfileJob(version.Id, new()), CreatedBy = "a test" };
        version.ProfileJobId = job.Id;
        dataset.Versions.Add(version);
        (_teamId, _experimentId, _versionId) = (team.Id, experiment.Id, version.Id);
        await JobQueue.Enqueue(context, job, Token);
        return job.Id;
    }
}

/// <summary>All of a training's outcome that must not depend on what happened to it on the way.</summary>
/// <param name="Figures">The run's last and final figures, by name.</param>
/// <param name="Points">Every stored point, by key and step.</param>
/// <param name="Versions">How many model versions it made.</param>
public sealed record Trained(
    JobState State, IReadOnlyList<KeyValuePair<string, double>> Figures, IReadOnlyList<(string Key, long Step, double Value)> Points, int Versions);
