// A compress job: brings the source's package, its teachers' and the data it was trained on, lets the engine make variants, and stores each
// as it comes, so that nothing found is lost, whatever ends the job. How a model becomes smaller is the engine's.
using MaaS.Catalog;
using MaaS.Catalog.Artifacts;
using MaaS.Catalog.Compression;
using MaaS.Catalog.Experiments;
using MaaS.Catalog.Jobs;
using MaaS.Catalog.Models;
using MaaS.Contracts.Compression;
using MaaS.Contracts.Models;
using MaaS.Engine;
using MaaS.Engine.Compression;
using MaaS.Worker.Devices;
using Microsoft.EntityFrameworkCore;

namespace MaaS.Worker.Runs;

internal sealed class CompressRun(
    CompressionStore compressions, IDbContextFactory<CatalogContext> contexts, MetricStore metrics, ArtifactStore artifacts, JobLease lease, Heartbeat heartbeat)
{
    private readonly Materials _materials = new(contexts, artifacts);

    public async Task<bool> Run(CompressJob compress, CancellationToken token)
    {
        var run = await Outage.Outlast(() => LoadRun(token), token);
        heartbeat.Report(0, "reading the model and its data");
        var source = await _materials.Version(run.TeamId, compress.VersionId, "version_id", token);
        var place = await Place(run, source, compress.Plan, token);
        if (run.Compression is { Variants.Count: > 0 and var found })
            Console.WriteLine($"an earlier attempt made {found} variants; it goes on after them");

        await using var reporter = new MetricReporter(metrics, lease, run.Id);
        reporter.Start();
        using var sampling = CancellationTokenSource.CreateLinkedTokenSource(token);
        var sampled = new SystemMetrics(reporter, run.Job.StartedAt!.Value).Sample(sampling.Token);
        var model = compress.RegisterAs ?? CompressJob.ModelFor(source.Model.Name);
        var outcome = Compressor.Run(
            compress.Plan, place, new Listener(reporter, heartbeat), made => Keep(made, model, token).GetAwaiter().GetResult(), token);

        await sampling.CancelAsync();
        await sampled.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        await reporter.Flush();
        await heartbeat.Stop();
        var environment = outcome.Environment.Append(new("processor", DeviceList.CpuName())).ToDictionary();
        return await Outage.Outlast(() => compressions.Succeed(lease, outcome.Report, environment, token), token);
    }

    private async Task<CompressionPlace> Place(Run run, ModelVersion source, CompressionPlan plan, CancellationToken token)
    {
        var lineage = source.Manifest.Lineage;
        var data = await _materials.Dataset(
            run.TeamId, lineage.DatasetVersionId ?? throw new UserError($"Version {source.Number} of {source.Model.Name} was made elsewhere; there is no data here to measure it on."),
            "The data of version_id", token);
        var test = source.Manifest.Training?.TestDatasetVersionId is { } id
            ? await _materials.File(await _materials.Dataset(run.TeamId, id, "The test data of version_id", token), token)
            : null;
        var teachers = new Dictionary<Guid, string>();
        foreach (var teacher in plan.Teachers())
            teachers[teacher] = await _materials.Unpacked(await _materials.Version(run.TeamId, teacher, "teachers", token), Path.Combine("teachers", $"{teacher}"), token);
        return new(
            await _materials.Unpacked(source, "source", token), teachers, await _materials.File(data, token), test,
            new Lineage(run.Id, data.Id, data.Sha256, $"{source.Model.Name}/{source.Number}"),
            Directory.CreateDirectory("variants").FullName, run.Compression, variant => Earlier(run.TeamId, variant, token).GetAwaiter().GetResult());
    }

    /// <summary>What an earlier attempt stored, as a folder again.</summary>
    private async Task<string> Earlier(Guid team, Variant variant, CancellationToken token) => await _materials.Unpacked(
        await _materials.Version(team, variant.Version!.Id, $"Variant {variant.Number} of an earlier attempt", token), Path.Combine("earlier", $"{variant.Number}"), token);

    private async Task Keep(VariantPackage made, string model, CancellationToken token)
    {
        var files = await PackageFiles.Store(artifacts, made.Folder, "", token);
        var report = await Outage.Outlast(() => compressions.Add(lease, made.Report, made.Variant, model, made.Manifest, files, token), token);
        // A lost lease ends the process: there is nothing left that it may write.
        if (report is null)
            JobRun.Leave();
        Console.WriteLine($"variant {made.Variant.Number}, {made.Variant.Name}, is version {report!.Variants.Single(variant => variant.Number == made.Variant.Number).Version!.Number} of {model}");
        Directory.Delete(made.Folder, recursive: true);
    }

    private async Task<Run> LoadRun(CancellationToken token)
    {
        await using var context = await contexts.CreateDbContextAsync(token);
        return await context.Runs.AsNoTracking().Include(row => row.Job).SingleAsync(row => row.JobId == lease.JobId, token);
    }
}
