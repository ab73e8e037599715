// Files in and out: streamed, named safely, within the quota, and whole or not at all.
using System.Net;
using System.Net.Http.Headers;
using System.Net.Http.Json;
using System.Net.Sockets;
using System.Text;
using MaaS.Contracts;
using MaaS.Contracts.Datasets;
using MaaS.Contracts.Jobs;
using MaaS.Contracts.Teams;
using Microsoft.EntityFrameworkCore;
using Xunit;

namespace MaaS.Platform.Tests.Api;

public sealed class UploadTests(ApiServer api) : ApiTest(api)
{
    private static readonly byte[] s_file = Encoding.UTF8.GetBytes("age,left\n30,yes\n40,no\n");

    [Fact]
    public async Task An_upload_is_a_version_with_a_job_that_reads_it_and_comes_back_byte_for_byte()
    {
        var dataset = await Member.UploadDataset("people", "people.csv", new MemoryStream(s_file), Token);
        var version = await Member.UploadDatasetVersion(dataset.Id, "people 2.csv", new MemoryStream(s_file), Token);
        var job = await Member.Job(version.ProfileJobId!.Value, Token);
        var reread = await Member.RereadDatasetVersion(dataset.Id, 1, new(Delimiter: ",", Header: true), Token);
        await using var file = await Team.Client(Role.Viewer).DatasetFile(dataset.Id, 2, Token);
        var back = new MemoryStream();
        await file.CopyToAsync(back, Token);

        Assert.Equal((1, DatasetState.Profiling, "people.csv", (long)s_file.Length), (dataset.Latest!.Number, dataset.Latest.State, dataset.Latest.FileName, dataset.Latest.Bytes));
        Assert.Equal((2, dataset.Latest.Sha256), (version.Number, version.Sha256));
        Assert.Equal((JobKind.Profile, JobState.Queued, new ProfileJob(version.Id, new())), (job.Kind, job.State, job.Spec));
        Assert.Equal((3, new ReadingOptions(Delimiter: ",", Header: true)), (reread.Number, reread.Reading));
        Assert.Equal(s_file, back.ToArray());
        Assert.Equal([3, 2, 1], (await Member.DatasetVersions(dataset.Id, token: Token)).Items.Select(item => item.Number));
    }

    [Fact]
    public async Task A_multipart_form_gives_the_name_and_a_browser_saves_what_it_downloads()
    {
        using var form = new MultipartFormDataContent { { new StringContent("ignored"), "comment" }, { new ByteArrayContent(s_file), "file", "people.csv" } };
        using var answer = await Team.Http(Role.Member).PostAsync("api/datasets", form, Token);
        var dataset = await answer.Content.ReadFromJsonAsync<DatasetView>(MaaSJson.Options, Token);
        using var download = await Team.Http(Role.Member).GetAsync($"api/datasets/{dataset!.Id}/versions/1/file", Token);

        Assert.Equal(("people", "people.csv"), (dataset.Name, dataset.Latest!.FileName));
        Assert.Equal("attachment", download.Content.Headers.ContentDisposition!.DispositionType);
        Assert.Equal("nosniff", download.Headers.GetValues("X-Content-Type-Options").Single());
        Assert.Equal(s_file.Length, download.Content.Headers.ContentLength);
    }

    [Theory]
    [InlineData("name=a&file_name=..%2Fpeople.csv", "file_name_not_allowed")]
    [InlineData("name=a&file_name=%2Fetc%2Fpasswd", "file_name_not_allowed")]
    [InlineData("name=a&file_name=..%5Cpeople.csv", "file_name_not_allowed")]
    [InlineData("name=a&file_name=..", "file_name_not_allowed")]
    [InlineData("name=a&file_name=a%00b.csv", "file_name_not_allowed")]
    [InlineData("name=a&file_name=a%0Ab.csv", "file_name_not_allowed")]
    [InlineData("name=a", "file_name_missing")]
    [InlineData("name=%20&file_name=a.csv", "name_not_allowed")]
    public async Task A_name_that_could_lead_somewhere_is_refused(string query, string code)
    {
        var before = await Team.Rows();
        using var answer = await Team.Http(Role.Member).PostAsync($"api/datasets?{query}", new ByteArrayContent(s_file), Token);

        Assert.Equal(HttpStatusCode.UnprocessableEntity, answer.StatusCode);
        Assert.Equal(code, (await answer.Content.ReadFromJsonAsync<Problem>(MaaSJson.Options, Token))!.Code);
        Assert.Equal(before, await Team.Rows());
    }

    [Fact]
    public async Task Forms_and_bodies_without_a_file_are_refused()
    {
        using var none = new MultipartFormDataContent { { new StringContent("text"), "comment" } };
        using var unbounded = new ByteArrayContent(s_file);
        unbounded.Headers.ContentType = new MediaTypeHeaderValue("multipart/form-data");
        using var cut = new StringContent("--x\r\nContent-Disposition: form-data; name=\"file\"; filename=\"a.csv\"\r\n\r\na,b\n1,2");
        cut.Headers.ContentType = MediaTypeHeaderValue.Parse("multipart/form-data; boundary=x");

        Assert.Equal("file_missing", await Code(none));
        Assert.Equal("multipart_broken", await Code(unbounded));
        Assert.Equal("upload_cut", await Code(cut));
        Assert.Equal("file_empty", (await Refused(() => Member.UploadDataset("empty", "a.csv", new MemoryStream(), Token))).Code);
        Assert.Equal("dataset_name_taken", (await RefusedTwice()).Code);

        async Task<string> Code(HttpContent content)
        {
            using var answer = await Team.Http(Role.Member).PostAsync("api/datasets", content, Token);
            return (await answer.Content.ReadFromJsonAsync<Problem>(MaaSJson.Options, Token))!.Code;
        }

        async Task<Problem> RefusedTwice()
        {
            await Member.UploadDataset("twice", "a.csv", new MemoryStream(s_file), Token);
            return await Refused(() => Member.UploadDataset("twice", "a.csv", new MemoryStream(s_file), Token));
        }
    }

    [Fact]
    public async Task The_quota_ends_an_upload_while_it_streams_and_nothing_of_it_stays()
    {
        const int quota = 1 << 20;
        var small = await TestTeam.Create(Api, $"small {Guid.NewGuid()}", quota);
        var before = await small.Rows();
        var files = Files();

        var announced = await Refused(() => small.Client(Role.Member).UploadDataset("big", "big.csv", new MemoryStream(new byte[2 * quota]), Token));
        using var chunked = new StreamContent(new Endless(4 * quota));
        using var answer = await small.Http(Role.Member).PostAsync("api/datasets?name=big&file_name=big.csv", chunked, Token);

        Assert.Equal((413, "storage_quota_exceeded"), (announced.Status, announced.Code));
        Assert.Equal("The team's storage quota is 1,048,576 bytes and 1,048,576 are left; delete what is not needed, or ask for more.", announced.Detail);
        Assert.Equal(HttpStatusCode.RequestEntityTooLarge, answer.StatusCode);
        Assert.Equal(before, await small.Rows());
        Assert.Equal(files, Files());
    }

    [Fact]
    public async Task Uploads_at_once_do_not_take_the_same_room_twice()
    {
        const int quota = 1 << 20;
        var small = await TestTeam.Create(Api, $"small {Guid.NewGuid()}", quota);
        var dataset = await small.Client(Role.Member).UploadDataset("first", "a.csv", new MemoryStream(s_file), Token);
        var files = Files().Count;
        var go = new TaskCompletionSource();

        var answers = Enumerable.Range(0, 6).Select(async i =>
        {
            var file = new Waiting(Enumerable.Repeat((byte)('a' + i), 300_000).ToArray(), go.Task);
            return i < 3
                ? await Code(() => small.Client(Role.Member).UploadDataset($"new {i}", "a.csv", file, Token))
                : await Code(() => small.Client(Role.Member).UploadDatasetVersion(dataset.Id, "a.csv", file, Token));
        }).ToList();
        // Each has been let in, with room for itself alone, before the first has ended.
        await Until(() => Files().Count == files + 6);
        go.SetResult();
        var codes = await Task.WhenAll(answers);

        Assert.Equal(["", .. Enumerable.Repeat("storage_quota_exceeded", 5)], codes.Order(StringComparer.Ordinal));
        Assert.Equal(600_000 + s_file.Length, (await small.Client(Role.Member).WhoAmI(Token)).Team.StorageBytes);

        static async Task<string> Code(Func<Task> upload)
        {
            try
            {
                await upload();
                return "";
            }
            catch (ProblemException refusal)
            {
                return refusal.Problem.Code;
            }
        }
    }

    [Fact]
    public async Task A_connection_cut_in_the_middle_leaves_nothing_behind()
    {
        var before = await Team.Rows();
        var files = Files();
        using (var socket = new TcpClient(Api.Address.Host, Api.Address.Port))
        {
            var stream = socket.GetStream();
            await stream.WriteAsync(Encoding.ASCII.GetBytes(
                $"POST /api/datasets?name=cut&file_name=cut.csv HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer {Team.Secrets[Role.Member]}\r\nContent-Length: 50000000\r\n\r\n"), Token);
            await stream.WriteAsync(new byte[5_000_000], Token);
            await Until(() => Files().Count == files.Count + 1);
        }
        await Until(() => Files().Count == files.Count);

        Assert.Equal(before, await Team.Rows());
        await using var context = Api.Context();
        Assert.False(await context.Datasets.AnyAsync(row => row.Name == "cut", Token));
    }

    [Fact]
    public async Task Ten_megabytes_of_json_are_too_much()
    {
        using var answer = await Team.Http(Role.Member).PostAsync(
            "api/experiments", new StringContent($"{{\"name\":\"{new string('a', 10 << 20)}\"}}", Encoding.UTF8, "application/json"), Token);
        var problem = await answer.Content.ReadFromJsonAsync<Problem>(MaaSJson.Options, Token);

        Assert.Equal((413, "body_too_large", "The body is larger than the 4 MB that a JSON request may have."), (problem!.Status, problem.Code, problem.Detail));
    }

    [Fact]
    public async Task Parallel_uploads_of_one_dataset_get_numbers_without_gaps()
    {
        var dataset = await Member.UploadDataset("parallel", "a.csv", new MemoryStream(s_file), Token);
        var versions = await Task.WhenAll(Enumerable.Range(0, 8).Select(_ => Member.UploadDatasetVersion(dataset.Id, "a.csv", new MemoryStream(s_file), Token)));

        Assert.Equal(Enumerable.Range(2, 8), versions.Select(version => version.Number).Order());
    }

    [Fact]
    public async Task A_deleted_dataset_takes_its_reading_with_it_and_leaves_the_runs()
    {
        var seed = await Seed.Make(Team);
        var dataset = await Member.UploadDataset("short-lived", "a.csv", new MemoryStream(s_file), Token);
        await Member.DeleteDataset(dataset.Id, Token);
        await Member.DeleteDataset(seed.Dataset, Token);

        Assert.Equal(JobState.Canceled, (await Member.Job(dataset.Latest!.ProfileJobId!.Value, Token)).State);
        Assert.Null((await Member.Run(seed.Run, Token)).DatasetVersionId);
        Assert.Equal(404, (await Refused(() => Member.Dataset(dataset.Id, Token))).Status);
    }

    private List<string> Files() => Api.Files.EnumerateFiles("*", SearchOption.AllDirectories).Select(file => file.FullName).Order(StringComparer.Ordinal).ToList();

    private static async Task Until(Func<bool> happened)
    {
        for (var deadline = DateTime.UtcNow.AddSeconds(30); !happened(); await Task.Delay(50, Token))
            Assert.True(DateTime.UtcNow < deadline, "It did not happen within 30 seconds.");
    }

    /// <summary>Sends a first half at once, and as much again when it is told to.</summary>
    private sealed class Waiting(byte[] half, Task go) : MemoryStream
    {
        public override bool CanSeek => false;

        public override async Task CopyToAsync(Stream destination, int bufferSize, CancellationToken cancellationToken)
        {
            await destination.WriteAsync(half, cancellationToken);
            await destination.FlushAsync(cancellationToken);
            await go;
            await destination.WriteAsync(half, cancellationToken);
        }
    }

    /// <summary>Bytes without an announced length.</summary>
    private sealed class Endless(long length) : Stream
    {
        private long _left = length;

        public override bool CanRead => true;
        public override bool CanSeek => false;
        public override bool CanWrite => false;
        public override long Length => throw new NotSupportedException();
        public override long Position { get => throw new NotSupportedException(); set => throw new NotSupportedException(); }

        public override int Read(byte[] buffer, int offset, int count)
        {
            var read = (int)Math.Min(count, _left);
            _left -= read;
            return read;
        }

        public override void Flush() { }
        public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();
        public override void SetLength(long value) => throw new NotSupportedException();
        public override void Write(byte[] buffer, int offset, int count) => throw new NotSupportedException();
    }
}
