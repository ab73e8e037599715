// A model file in, and a version out in another format: what the API checks itself, and the jobs it makes.
using System.Net;
using System.Net.Http.Json;
using MaaS.Catalog.Artifacts;
using MaaS.Contracts;
using MaaS.Contracts.Jobs;
using MaaS.Contracts.Models;
using MaaS.Contracts.Teams;
using Microsoft.Extensions.DependencyInjection;
using Xunit;

namespace MaaS.Platform.Tests.Api;

public sealed class ImportTests(ApiServer api) : ApiTest(api)
{
    private static readonly byte[] s_file = [0x08, 0x0A, 0x3A, 0x00];

    [Fact]
    public async Task A_model_file_becomes_a_job_that_counts_for_the_quota_and_keeps_its_file()
    {
        byte[] file = [.. s_file, .. Guid.NewGuid().ToByteArray()]; // no other test points to this content
        var job = await Member.ImportModel("elsewhere", "mine.onnx", new MemoryStream(file), Token);

        var spec = Assert.IsType<ImportJob>(job.Spec);
        Assert.Equal((JobKind.Import, JobState.Queued, "elsewhere", "mine.onnx", (long)file.Length), (job.Kind, job.State, spec.Model, spec.FileName, spec.Bytes));
        Assert.Equal(file.Length, (await Member.WhoAmI(Token)).Team.StorageBytes);
        Assert.False(await Api.Catalog.GetRequiredService<ArtifactSweep>().Remove(spec.Sha256, Token));
        await Member.CancelJob(job.Id, Token);
        Assert.Equal(0, (await Member.WhoAmI(Token)).Team.StorageBytes);
        Assert.True(await Api.Catalog.GetRequiredService<ArtifactSweep>().Remove(spec.Sha256, Token));
    }

    [Theory]
    [InlineData("model.pt", "")]
    [InlineData("model.onnx", "gASV")]
    [InlineData("model.bin", "UEsDBAAACAgAAAAAAAAAAAAAAAAAAAAAAAAQABIAYXJjaGl2ZS9kYXRhLnBrbA==")]
    public async Task A_pickle_is_refused_wherever_a_file_may_come_in(string name, string base64)
    {
        var bytes = Convert.FromBase64String(base64);
        var dataset = await Member.UploadDataset("people", "people.csv", new MemoryStream("a,b\n1,2\n"u8.ToArray()), Token);
        var before = await Team.Rows();
        foreach (var refused in new[]
        {
            await Refused(() => Member.ImportModel("elsewhere", name, new MemoryStream(bytes), Token)),
            await Refused(() => Member.UploadDataset("new", name, new MemoryStream(bytes), Token)),
            await Refused(() => Member.UploadDatasetVersion(dataset.Id, name, new MemoryStream(bytes), Token)),
        })
        {
            Assert.Equal((422, "pickle_refused"), (refused.Status, refused.Code));
            Assert.Equal(
                $"{name} is a Python pickle, or a file that holds one. Reading a pickle runs the code in it, so none is ever read here. Send the model as ONNX (torch.onnx.export for PyTorch, " +
                "skl2onnx for scikit-learn), weights as safetensors (safetensors.torch.save_file), and data as CSV, Parquet or JSON lines.", refused.Detail);
        }
        Assert.Equal(before, await Team.Rows());
    }

    [Theory]
    [InlineData("file_name=a.onnx", 400, "model")]
    [InlineData("model=Not%20A%20Name&file_name=a.onnx", 400, "model must be 1 to 63 characters of a-z, 0-9, '-', '_' and '.', beginning with a letter or a digit.")]
    [InlineData("model=elsewhere&file_name=..%2Fa.onnx", 422, "file_name is \"../a.onnx\"; it must be a plain name without folders.")]
    [InlineData("model=elsewhere", 422, "file_name is missing")]
    public async Task What_an_import_lacks_is_named(string query, int status, string sentence)
    {
        var before = await Team.Rows();
        using var answer = await Team.Http(Role.Member).PostAsync($"api/models/imports?{query}", new ByteArrayContent(s_file), Token);
        var problem = (await answer.Content.ReadFromJsonAsync<Problem>(MaaSJson.Options, Token))!;
        Assert.Equal(status, problem.Status);
        Assert.Contains(sentence, problem.Detail, StringComparison.Ordinal);
        Assert.Equal(before, await Team.Rows());
    }

    [Fact]
    public async Task A_file_larger_than_the_quota_and_an_empty_one_leave_nothing()
    {
        var small = await TestTeam.Create(Api, $"small {Guid.NewGuid()}", 1_000);
        var before = await small.Rows();
        Assert.Equal("storage_quota_exceeded", (await Refused(() => small.Client(Role.Member).ImportModel("m", "a.onnx", new MemoryStream(new byte[20_000]), Token))).Code);
        Assert.Equal("a.onnx is empty.", (await Refused(() => small.Client(Role.Member).ImportModel("m", "a.onnx", new MemoryStream(), Token))).Detail);
        Assert.Equal(before, await small.Rows());
    }

    [Theory]
    [InlineData("{\"kind\":\"import\",\"model\":\"m\",\"file_name\":\"a\",\"sha256\":\"a\",\"bytes\":1}", "POST /api/models/imports")]
    [InlineData("{\"kind\":\"export\",\"version_id\":\"00000000-0000-0000-0000-000000000000\",\"model\":\"m\",\"version\":1,\"format\":\"hdf5\"}", "/exports")]
    public async Task Neither_is_submitted_as_a_job(string body, string where)
    {
        using var answer = await Team.Http(Role.Member).PostAsync("api/jobs", new StringContent(body, System.Text.Encoding.UTF8, "application/json"), Token);
        var problem = (await answer.Content.ReadFromJsonAsync<Problem>(MaaSJson.Options, Token))!;
        Assert.Equal((422, "kind_not_submitted"), (problem.Status, problem.Code));
        Assert.Contains(where, problem.Detail, StringComparison.Ordinal);
    }

    [Fact]
    public async Task An_export_is_one_job_however_often_it_is_asked_for_and_made_anew_when_it_failed()
    {
        var seed = await Seed.Make(Team);
        Assert.Equal("version_without_weights", (await Refused(() => Member.ExportModelVersion(seed.Model, 1, new(ExportFormat.Hdf5), Token))).Code);
        Assert.Empty(await Member.ModelExports(seed.Model, 1, Token));
        await using (var context = Api.Context())
        {
            context.ModelFiles.Add(new() { VersionId = seed.ModelVersion, Path = "weights.safetensors", Sha256 = new('a', 64), Bytes = 5 });
            await context.SaveChangesAsync(Token);
        }

        var asked = await Task.WhenAll(Enumerable.Range(0, 6).Select(_ => Member.ExportModelVersion(seed.Model, 1, new(ExportFormat.Hdf5), Token)));

        var job = Assert.Single(asked.Select(export => export.Job.Id).Distinct());
        Assert.Equal(new ExportJob(seed.ModelVersion, seed.Model, 1, ExportFormat.Hdf5), asked[0].Job.Spec);
        Assert.Equal(("weights.h5", null), (asked[0].Path, asked[0].Bytes));
        await Member.CancelJob(job, Token);
        Assert.NotEqual(job, (await Member.ExportModelVersion(seed.Model, 1, new(ExportFormat.Hdf5), Token)).Job.Id);
        Assert.Equal(JobState.Queued, Assert.Single(await Member.ModelExports(seed.Model, 1, Token)).Job.State);
        Assert.Equal(403, (await Refused(() => Team.Client(Role.Viewer).ExportModelVersion(seed.Model, 1, new(ExportFormat.Hdf5), Token))).Status);
        Assert.Equal("model_version_not_found", (await Refused(() => Member.ModelExports(seed.Model, 9, Token))).Code);
    }

    [Fact]
    public async Task An_exported_file_is_downloaded_as_an_attachment_and_does_not_disturb_the_serving()
    {
        var seed = await Seed.Make(Team);
        var (sha256, bytes) = await Api.Catalog.GetRequiredService<ArtifactStore>().Write(new MemoryStream(s_file), 100, Token);
        await using (var context = Api.Context())
        {
            context.ModelFiles.Add(new() { VersionId = seed.ModelVersion, Path = "weights.h5", Sha256 = sha256, Bytes = bytes });
            await context.SaveChangesAsync(Token);
        }
        using var download = await Team.Http(Role.Viewer).GetAsync($"api/models/{seed.Model}/versions/1/files/weights.h5", Token);
        Assert.Equal((HttpStatusCode.OK, "attachment", "nosniff"), (download.StatusCode, download.Content.Headers.ContentDisposition!.DispositionType, download.Headers.GetValues("X-Content-Type-Options").Single()));
        Assert.Equal(s_file, await download.Content.ReadAsByteArrayAsync(Token));
        await Member.Deploy(new("served", [new(seed.Model, 1)]), Token);
        Assert.DoesNotContain("weights.h5", Api.Cached(seed.ModelVersion));
    }
}
