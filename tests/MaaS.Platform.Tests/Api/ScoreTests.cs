// Scoring a dataset by a version: submitted to the real API, done by the real worker, downloaded as the run's file.
using System.Diagnostics;
using System.Text;
using MaaS.Catalog.Artifacts;
using MaaS.Catalog.Datasets;
using MaaS.Contracts.Datasets;
using MaaS.Contracts.Jobs;
using MaaS.Contracts.Models;
using MaaS.Contracts.Teams;
using MaaS.Platform.Tests.Workers;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.DependencyInjection;
using Npgsql;
using Xunit;

namespace MaaS.Platform.Tests.Api;

public sealed class ScoreTests(ApiServer api) : ApiTest(api)
{
    [Fact]
    public async Task Every_row_is_answered_and_the_file_is_the_runs_and_goes_with_it()
    {
        var seed = await Seed.Make(Team);
        var data = await Dataset("name,city,age,member,joined\nada,oslo,50,yes,1970-01-01\nbob,rome,old,no,\n\"cy, jr\",rome,,,\n", "name", "city", "age", "member", "joined");
        var before = await Used();
        await using var worker = StartWorker();

        var job = await Member.Submit(new ScoreJob(data, seed.ModelVersion, AnswerFormat.Csv, WithInputs: true, Priority: 10), Token);
        var ended = await WaitUntilEnded(worker, job);
        Assert.Equal((JobState.Succeeded, null), (ended.State, ended.Error));

        var run = await Member.Run(job.RunId!.Value, Token);
        Assert.Equal((JobKind.Score, seed.Model, "score-1", (Guid?)data), (job.Kind, run.ExperimentName, run.Name, run.DatasetVersionId));
        Assert.Equal((3.0, 1.0, null), (run.Metrics["rows"], run.Metrics["refused_rows"], run.Outcome));
        Assert.Equal(($"{seed.Model}/1", "csv"), (run.Params["model"], run.Params["format"]));
        var text = await Answers(run.Id, "answers.csv");
        Assert.Equal(
            """
            name,city,age,member,joined,prediction,probability,probability_no,probability_yes,error
            ada,oslo,50,yes,1970-01-01,yes,0.7310586,0.26894143,0.7310586,
            bob,rome,old,no,,,,,,"age: ""old"" is not a whole number."
            "cy, jr",rome,,,,no,0.5,0.5,0.5,

            """.ReplaceLineEndings("\n"), text);
        Assert.Equal(before + Encoding.UTF8.GetByteCount(text), await Used());

        await Member.DeleteRun(run.Id, Token);
        Assert.Equal(404, (await Refused(() => Member.Artifact(run.Id, "answers.csv", Token))).Status);
        Assert.Equal(before, await Used());
    }

    [Fact]
    public async Task A_job_whose_process_was_killed_begins_anew_and_one_that_is_canceled_leaves_nothing()
    {
        var seed = await Seed.Make(Team);
        var (few, many) = (await Dataset(Rows(20_000), "age", "member", "city", "joined"), await Dataset(Rows(1_000_000), "age", "member", "city", "joined"));
        await using var worker = StartWorker();
        var killed = await Member.Submit(new ScoreJob(few, seed.ModelVersion, AnswerFormat.Parquet, Priority: 10), Token);
        await WaitUntil(worker, killed, _ => worker.ChildOf(killed.Id) is not null);
        using (var child = Process.GetProcessById(worker.ChildOf(killed.Id)!.Value))
            child.Kill();
        var ended = await WaitUntilEnded(worker, killed);

        var canceled = await Member.Submit(new ScoreJob(many, seed.ModelVersion, Priority: 10), Token);
        await WaitUntil(worker, canceled, _ => worker.ChildOf(canceled.Id) is not null);
        await Member.CancelJob(canceled.Id, Token);
        var stopped = await WaitUntilEnded(worker, canceled);

        Assert.Equal((JobState.Succeeded, 2, null), (ended.State, ended.Attempt, ended.Error));
        Assert.Equal(20_000, (await Member.Run(killed.RunId!.Value, Token)).Metrics["rows"]);
        Assert.Equal("answers.parquet", Assert.Single(await Member.Artifacts(killed.RunId.Value, Token)).Path);
        Assert.Equal(JobState.Canceled, stopped.State);
        Assert.Empty(await Member.Artifacts(canceled.RunId!.Value, Token));
    }

    [Fact]
    public async Task What_cannot_be_scored_is_refused_in_a_sentence()
    {
        var seed = await Seed.Make(Team);
        var data = await Dataset("age,city\n1,rome\n", "age", "city");
        var other = await Seed.Make(await TestTeam.Create(Api, $"other {Guid.NewGuid()}"));

        var lacking = await Refused(() => Member.Submit(new ScoreJob(data, seed.ModelVersion), Token));
        Assert.Equal(
            (422, "columns_missing", "The dataset lacks columns that the model reads: member, joined. Its own are age, city."), (lacking.Status, lacking.Code, lacking.Detail));
        Assert.Equal((404, "model_version_not_found"), await Problem(new(data, other.ModelVersion)));
        Assert.Equal((404, "dataset_version_not_found"), await Problem(new(other.DatasetVersion, seed.ModelVersion)));
        Assert.Equal((409, "dataset_not_ready"), await Problem(new(seed.Unread, seed.ModelVersion)));
        Assert.Equal((422, "task_not_scored"), await Problem(new(data, await Version(seed, ModelTask.LanguageModel))));
        Assert.Equal((422, "task_not_scored"), await Problem(new(data, await Version(seed, ModelTask.Custom))));
        Assert.Equal((422, "data_is_no_images"), await Problem(new(data, await Version(seed, ModelTask.ImageClassification))));
        Assert.Equal(403, (await Refused(() => Team.Client(Role.Viewer).Submit(new ScoreJob(data, seed.ModelVersion), Token))).Status);
    }

    private static string Rows(int count) => string.Concat(Enumerable.Range(0, count).Select(row => $"{row % 90},yes,rome,2024-03-01\n").Prepend("age,member,city,joined\n"));

    private async Task<(int, string)> Problem(ScoreJob score) => await Refused(() => Member.Submit(score, Token)) is var problem ? (problem.Status, problem.Code) : default;

    /// <summary>A version that is only its manifest.</summary>
    private async Task<Guid> Version(Seed seed, ModelTask task)
    {
        await using var context = Api.Context();
        var known = await context.ModelVersions.AsNoTracking().SingleAsync(row => row.Id == seed.ModelVersion, Token);
        var number = await context.ModelVersions.CountAsync(row => row.ModelId == known.ModelId, Token) + 1;
        var version = context.ModelVersions.Add(new()
        {
            TeamId = Team.Id,
            ModelId = known.ModelId,
            Number = number,
            Manifest = known.Manifest with { Task = task },
            Bytes = 1,
            CreatedBy = "a test",
        }).Entity;
        await context.SaveChangesAsync(Token);
        return version.Id;
    }

    private async Task<Guid> Dataset(string csv, params string[] columns)
    {
        var (sha256, bytes) = await Api.Catalog.GetRequiredService<ArtifactStore>().Write(new MemoryStream(Encoding.UTF8.GetBytes(csv)), 1 << 30, Token);
        await using var context = Api.Context();
        var version = new DatasetVersion
        {
            TeamId = Team.Id,
            Number = 1,
            FileName = "asked.csv",
            Bytes = bytes,
            Sha256 = sha256,
            Reading = new(),
            State = DatasetState.Ready,
            Profile = new(csv.Count('\n') - 1, new(DatasetFormat.Csv, ",", true, "utf-8"), [.. columns.Select(name => new ColumnProfile(name, ColumnType.Category, 0, 2, false, null, []))], [], []),
        };
        context.Datasets.Add(new Dataset { TeamId = Team.Id, Name = $"asked {Guid.NewGuid()}", Versions = { version } });
        await context.SaveChangesAsync(Token);
        return version.Id;
    }

    private Task<long> Used() => Api.Catalog.GetRequiredService<StorageUse>().Of(Team.Id, Token);

    private WorkerProcess StartWorker() => WorkerProcess.Start(Api.Catalog.GetRequiredService<NpgsqlDataSource>().ConnectionString, Api.Files.FullName);

    private async Task<string> Answers(Guid run, string path)
    {
        await using var file = await Member.Artifact(run, path, Token);
        using var reader = new StreamReader(file);
        return await reader.ReadToEndAsync(Token);
    }

    private Task<JobView> WaitUntilEnded(WorkerProcess worker, JobView job) => WaitUntil(worker, job, now => now.FinishedAt is not null);

    private async Task<JobView> WaitUntil(WorkerProcess worker, JobView job, Func<JobView, bool> met)
    {
        JobView now;
        for (var watch = Stopwatch.StartNew(); !met(now = await Member.Job(job.Id, Token)); await Task.Delay(50, Token))
            if (watch.Elapsed > TimeSpan.FromMinutes(4) || now.FinishedAt is not null)
                Assert.Fail($"The job is {now.State} at {now.Progress:P0}, attempt {now.Attempt}: {now.Error}\n{worker.Output}");
        return now;
    }
}
