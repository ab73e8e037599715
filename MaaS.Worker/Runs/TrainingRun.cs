// A training job: brings the files, lets the engine train, keeps checkpoints, files and the outcome.
// It works in the child's own scratch folder. How training works is the engine's; who may write what is the queue's.
using MaaS.Catalog;
using MaaS.Catalog.Artifacts;
using MaaS.Catalog.Datasets;
using MaaS.Catalog.Experiments;
using MaaS.Catalog.Jobs;
using MaaS.Catalog.Models;
using MaaS.Contracts.Jobs;
using MaaS.Contracts.Models;
using MaaS.Contracts.Training;
using MaaS.Engine;
using MaaS.Engine.Tasks;
using MaaS.Engine.Training;
using MaaS.Worker.Devices;
using Microsoft.EntityFrameworkCore;

namespace MaaS.Worker.Runs;

internal sealed class TrainingRun(
    JobQueue queue, IDbContextFactory<CatalogContext> contexts, MetricStore metrics, ArtifactStore artifacts, ArtifactSweep sweep,
    IConfiguration configuration, JobLease lease, Heartbeat heartbeat)
{
    private readonly Materials _materials = new(contexts, artifacts);
    private string? _checkpoint;

    /// <summary>Often enough that a crash costs seconds, seldom enough that saving costs nothing.</summary>
    private TimeSpan CheckpointEvery => TimeSpan.FromSeconds(configuration.GetValue("Worker:CheckpointSeconds", 10.0));

    public async Task<bool> Run(TrainJob train, CancellationToken token)
    {
        var job = await Outage.Outlast(() => LoadJob(token), token);
        heartbeat.Report(0, "reading the data");
        var data = await _materials.Dataset(job.TeamId, train.DatasetVersionId, "dataset_version_id", token);
        var test = train.Training.TestDatasetVersionId is { } id
            ? await _materials.File(await _materials.Dataset(job.TeamId, id, "training.split.test_dataset_version_id", token), token)
            : null;
        var source = train.Training.From is { } from ? await _materials.Version(job.TeamId, from, "training.from", token) : null;
        if (source is not null)
            Tell(source, train.Training, data);

        await using var reporter = new MetricReporter(metrics, lease, job.RunId!.Value);
        reporter.Start();
        using var sampling = CancellationTokenSource.CreateLinkedTokenSource(token);
        var sampled = new SystemMetrics(reporter, job.StartedAt!.Value).Sample(sampling.Token);

        var folder = Directory.CreateDirectory("package").FullName;
        _checkpoint = job.CheckpointSha256;
        var resumeFrom = _checkpoint is null ? null : await artifacts.VerifiedPath(_checkpoint, token);
        var outcome = ModelTraining.Run(
            train.Training, await _materials.File(data, token), test,
            new TrainingPlace(
                new Lineage(job.RunId, data.Id, data.Sha256, source is null ? null : $"{source.Model.Name}/{source.Number}"),
                new Checkpointing(Environment.CurrentDirectory, resumeFrom, (path, step) => Keep(path, step, reporter).GetAwaiter().GetResult(), CheckpointEvery, $"{job.Id}"),
                folder, source is null ? null : await Weights(source, token)),
            new Listener(reporter, heartbeat), token);

        await sampling.CancelAsync();
        await sampled.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        await reporter.Flush();
        var files = await PackageFiles.Store(artifacts, folder, ModelRegistration.PackageFolder, token);
        await heartbeat.Stop();
        var result = new RunResult(
            RunParams.Of(outcome.Manifest.Training!),
            // Figures of the rows that chose are among the series already.
            outcome.Manifest.Metrics.AreOfTest ? outcome.Manifest.Metrics.Values.ToDictionary(figure => $"test_{figure.Key}", figure => figure.Value) : new(),
            outcome.Environment.Append(new("processor", DeviceList.CpuName())).ToDictionary(), outcome.Manifest, files);
        return await Outage.Outlast(() => queue.Succeed(lease, result, token), token);
    }

    /// <summary>Everything measured so far is stored first: a resumed run takes up the series where the checkpoint left them.</summary>
    private async Task Keep(string path, long step, MetricReporter reporter)
    {
        var token = CancellationToken.None;
        var chunk = await reporter.Flush();
        var sha256 = await Outage.Outlast(async () =>
        {
            await using var file = File.OpenRead(path);
            return (await artifacts.Write(file, long.MaxValue, token)).Sha256;
        }, token);
        File.Delete(path);
        if (!await Outage.Outlast(() => queue.SaveCheckpoint(lease, sha256, step, chunk, token), token))
            JobRun.Leave();
        // Megabytes every ten seconds: the sweep, which waits a day, would come too late for a long training.
        if (_checkpoint is { } replaced && replaced != sha256)
            await Outage.Outlast(() => sweep.Remove(replaced, token), token);
        _checkpoint = sha256;
    }

    private static void Tell(ModelVersion source, TrainingSpec training, DatasetVersion data)
    {
        Console.WriteLine($"goes on from version {source.Number} of {source.Model.Name}");
        if (source.Manifest.Lineage.DatasetSha256 == data.Sha256 && !Continuation.HoldsOutTheSame(training, source.Manifest.Training))
            Console.WriteLine("it learned from the same data, divided otherwise: rows that test now may be rows it has learned from, so the test figures may flatter");
    }

    /// <summary>A folder with what a training needs to go on from the version.</summary>
    private Task<string> Weights(ModelVersion source, CancellationToken token) => source.Files.Any(file => file.Path == ModelManifest.Weights)
        ? _materials.Unpacked(source, "source", token, ModelManifest.Weights)
        : throw new UserError($"training.from is version {source.Number} of {source.Model.Name}, which has no {ModelManifest.Weights} to go on from.");

    private async Task<Job> LoadJob(CancellationToken token)
    {
        await using var context = await contexts.CreateDbContextAsync(token);
        return await context.Jobs.AsNoTracking().SingleAsync(row => row.Id == lease.JobId, token);
    }
}
