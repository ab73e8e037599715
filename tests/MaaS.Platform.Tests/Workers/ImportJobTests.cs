// The real worker on model files from elsewhere: what works is registered, what does not is a sentence, and what never ends or wants all
// memory is ended without harm to the next job.
using System.Diagnostics;
using System.Text;
using MaaS.Catalog.Jobs;
using MaaS.Catalog.Models;
using MaaS.Contracts.Jobs;
using MaaS.Contracts.Models;
using MaaS.Inference.Tests;
using Microsoft.EntityFrameworkCore;
using Xunit;

namespace MaaS.Platform.Tests.Workers;

public sealed class ImportJobTests(PostgresFixture postgres) : CatalogTest(postgres)
{
    [Fact]
    public async Task A_model_that_never_ends_is_ended()
    {
        var endless = await Import(new TinyOnnx().Input("x", TinyOnnx.Float).Constant("one", 1L).Node("Equal", ["one", "one"], "go")
            .Node("Loop", ["", "go", "x"], "y", ("body", new TinyOnnx().Scalars(TinyOnnx.Int64, ["i"], []).Scalars(TinyOnnx.Bool, ["going"], ["go_on"])
                .Input("v", TinyOnnx.Float).Node("Identity", ["going"], "go_on").Node("Add", ["v", "v"], "w").Output("w", TinyOnnx.Float, 1)))
            .Output("y", TinyOnnx.Float, 1).Build());
        await using var worker = WorkerProcess.Start(Database.ConnectionString, Root, ("Worker:ImportSeconds", "3"));

        var ended = await WaitUntilEnded(worker, endless);

        Assert.Equal((JobState.Failed, 1, "user_error", "The model was not ready within 3 seconds, and was stopped: it may be too large, or run without end."), (ended.State, ended.Attempt, ended.ErrorCode, ended.Error));
    }

    [Fact]
    public async Task A_model_that_works_becomes_the_next_version_and_one_that_wants_all_memory_does_not()
    {
        var hungry = await Import(new TinyOnnx().Input("x", TinyOnnx.Float).Constant("from", 0L).Constant("to", 400_000_000L).Constant("step", 1L)
            .Node("Range", ["from", "to", "step"], "many").Node("Cast", ["many"], "floats", ("to", 1L)).Node("ReduceSum", ["floats"], "sum", ("keepdims", 0L))
            .Node("Add", ["x", "sum"], "y").Output("y", TinyOnnx.Float, 1).Build());
        var working = await Import(new TinyOnnx().Input("x", TinyOnnx.Float).Node("Add", ["x", "x"], "y").Output("y", TinyOnnx.Float, 1).Build());
        await using var worker = WorkerProcess.Start(Database.ConnectionString, Root, ("Worker:ImportMegabytes", "1000"));

        var (much, ended) = (await WaitUntilEnded(worker, hungry), await WaitUntilEnded(worker, working));

        Assert.Equal((JobState.Failed, 1, "user_error", "The model asked for more than the 1,000 MB of memory that looking at it and running it once may take."), (much.State, much.Attempt, much.ErrorCode, much.Error));
        Assert.Equal((JobState.Succeeded, (string?)null), (ended.State, ended.Error));
        await using var context = Context();
        var version = await context.ModelVersions.Include(row => row.Model).Include(row => row.Files).SingleAsync(Token);
        var spec = (ImportJob)working.Spec;
        Assert.Equal(("elsewhere", 1, (Guid?)null, "a test", ModelTask.Custom), (version.Model.Name, version.Number, version.RunId, version.CreatedBy, version.Manifest.Task));
        Assert.Equal(new ImportedFile("mine.onnx", spec.Sha256), version.Manifest.Lineage.Imported);
        Assert.Equal(["model.json", "model.onnx", "sample.json"], version.Files.Select(file => file.Path).Order(StringComparer.Ordinal));
        // The file itself, not a copy of it.
        Assert.Equal(spec.Sha256, version.Files.Single(file => file.Path == "model.onnx").Sha256);
    }

    [Fact]
    public async Task A_file_that_is_no_model_is_the_users_mistake_and_leaves_no_model()
    {
        var job = await Import("a,b\n1,2\n"u8.ToArray());
        await using var worker = WorkerProcess.Start(Database.ConnectionString, Root);

        var ended = await WaitUntilEnded(worker, job);

        Assert.Equal((JobState.Failed, 1, "user_error"), (ended.State, ended.Attempt, ended.ErrorCode));
        Assert.StartsWith("mine.onnx is not an ONNX file, or it is cut off: ", ended.Error, StringComparison.Ordinal);
        await using var context = Context();
        Assert.Equal(0, await context.Models.CountAsync(Token));
    }

    [Fact]
    public async Task A_version_is_exported_and_the_file_is_its()
    {
        const string header = """{"__metadata__": {"training": "{}"}, "w": {"dtype": "F32", "shape": [2], "data_offsets": [0, 8]}}""";
        byte[] weights = [.. BitConverter.GetBytes((long)header.Length), .. Encoding.UTF8.GetBytes(header), 0, 0, 128, 63, 0, 0, 0, 64];
        var kept = await Version(("weights.safetensors", weights), ("model.json", "{}"u8.ToArray()));
        var bare = await Version(("model.json", "{}"u8.ToArray()));
        var (job, without) = (await Export(kept), await Export(bare));
        await using var worker = WorkerProcess.Start(Database.ConnectionString, Root);

        var (ended, refused) = (await WaitUntilEnded(worker, job), await WaitUntilEnded(worker, without));

        Assert.Equal((JobState.Succeeded, (string?)null), (ended.State, ended.Error));
        await using var context = Context();
        var file = await context.ModelFiles.SingleAsync(row => row.VersionId == kept && row.Path == "weights.h5", Token);
        var bytes = await File.ReadAllBytesAsync(await Artifacts.VerifiedPath(file.Sha256, Token), Token);
        Assert.Equal((file.Bytes, "\u0089HDF\r\n\u001a\n"), (bytes.Length, Encoding.Latin1.GetString(bytes, 0, 8)));
        Assert.Equal((JobState.Failed, "Version 1 of m has no weights file: it was brought in as ONNX, and its weights are in the graph alone."), (refused.State, refused.Error));
    }

    private async Task<Job> Import(byte[] bytes)
    {
        var (sha256, length) = await Artifacts.Write(new MemoryStream(bytes), long.MaxValue, Token);
        return await Enqueue(new ImportJob("elsewhere", "mine.onnx", sha256, length));
    }

    private Task<Job> Export(Guid version) => Enqueue(new ExportJob(version, "m", 1, ExportFormat.Hdf5));

    private async Task<Job> Enqueue(JobSpec spec)
    {
        await using var context = Context();
        var job = new Job { TeamId = Team.Id, Kind = spec.Kind, Spec = spec, CreatedBy = "a test" };
        await JobQueue.Enqueue(context, job, Token);
        return job;
    }

    private async Task<Guid> Version(params (string Path, byte[] Bytes)[] files)
    {
        await using var context = Context();
        var version = new ModelVersion { TeamId = Team.Id, Number = 1, Manifest = Result.Manifest!, Bytes = 1, CreatedBy = "a test", Model = new Model { TeamId = Team.Id, Name = $"m{Guid.NewGuid():n}" } };
        foreach (var (path, bytes) in files)
        {
            var (sha256, length) = await Artifacts.Write(new MemoryStream(bytes), long.MaxValue, Token);
            version.Files.Add(new ModelFile { Path = path, Sha256 = sha256, Bytes = length });
        }
        context.ModelVersions.Add(version);
        await context.SaveChangesAsync(Token);
        return version.Id;
    }

    private async Task<Job> WaitUntilEnded(WorkerProcess worker, Job job)
    {
        Job now;
        for (var watch = Stopwatch.StartNew(); (now = await Read(job)).FinishedAt is null; await Task.Delay(100, Token))
            if (watch.Elapsed > TimeSpan.FromMinutes(4))
                Assert.Fail($"The job is {now.State} at {now.Progress:P0}, attempt {now.Attempt}: {now.Error}\n{worker.Output}");
        return now;
    }
}
