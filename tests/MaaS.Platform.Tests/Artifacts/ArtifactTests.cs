// Files: whole or not at all, proven on reading, swept when nothing points to them and never otherwise.
using System.Security.Cryptography;
using System.Text;
using MaaS.Catalog.Artifacts;
using MaaS.Catalog.Datasets;
using Microsoft.EntityFrameworkCore;
using Xunit;

namespace MaaS.Platform.Tests.Artifacts;

public sealed class ArtifactTests(PostgresFixture postgres) : CatalogTest(postgres)
{
    private static readonly TimeSpan s_day = TimeSpan.FromHours(24);

    [Fact]
    public async Task What_is_written_is_read_back_under_its_hash()
    {
        var bytes = RandomNumberGenerator.GetBytes(1_000_000);

        var (sha256, length) = await Artifacts.Write(new MemoryStream(bytes), 1_000_000, Token);

        Assert.Equal((Convert.ToHexStringLower(SHA256.HashData(bytes)), 1_000_000L), (sha256, length));
        Assert.Equal(bytes, await Read(sha256));
        Assert.Equal(bytes, await File.ReadAllBytesAsync(await Artifacts.VerifiedPath(sha256, Token), Token));
    }

    [Fact]
    public async Task The_same_content_is_stored_once_whoever_writes_it()
    {
        var bytes = RandomNumberGenerator.GetBytes(100_000);

        var written = await Task.WhenAll(Enumerable.Range(0, 8).Select(_ => Artifacts.Write(new MemoryStream(bytes), long.MaxValue, Token)));

        Assert.Single(written.Distinct());
        Assert.Single(Files());
        Assert.Equal(bytes, await Read(written[0].Sha256));
    }

    [Fact]
    public async Task A_stream_that_breaks_leaves_nothing_behind()
    {
        await Assert.ThrowsAsync<IOException>(() => Artifacts.Write(new BreakingStream(300_000), long.MaxValue, Token));

        Assert.Empty(Files());
        await using var context = Context();
        Assert.Equal(0, await context.Blobs.CountAsync(Token));
    }

    [Fact]
    public async Task More_than_is_allowed_is_refused_and_leaves_nothing_behind()
    {
        var refused = await Assert.ThrowsAsync<ArtifactTooLargeException>(() => Artifacts.Write(new MemoryStream(new byte[11]), 10, Token));

        Assert.Equal("The file is larger than the 10 bytes that are allowed.", refused.Message);
        Assert.Empty(Files());
    }

    [Fact]
    public async Task A_damaged_file_is_an_error_at_the_end_of_the_stream()
    {
        var (sha256, _) = await Write("what was stored");
        await File.WriteAllTextAsync(Artifacts.PathOf(sha256), "what was damagd", Token);

        await Assert.ThrowsAsync<InvalidDataException>(() => Read(sha256));
        await Assert.ThrowsAsync<InvalidDataException>(() => Artifacts.VerifiedPath(sha256, Token));
    }

    [Theory]
    [InlineData("../../etc/passwd")]
    [InlineData("ABCDEF")]
    [InlineData("")]
    public void Only_a_hash_names_a_file(string name) => Assert.Throws<ArgumentException>(() => Artifacts.PathOf(name));

    [Fact]
    public async Task The_sweep_takes_what_nothing_points_to_after_a_day()
    {
        var (used, _) = await Write("used by a dataset");
        var (checkpoint, _) = await Write("a running job's checkpoint");
        var (unused, bytes) = await Write("used by nothing");
        var (young, _) = await Write("too young");
        await Reference(used);
        await EnqueueTraining();
        var lease = await Claim();
        await Queue.SaveCheckpoint(lease, checkpoint, 1, 0, Token);
        await Age(used, checkpoint, unused);
        var stray = Path.Combine(Root, "incoming", "half-written");
        await File.WriteAllTextAsync(stray, "half", Token);
        File.SetLastWriteTimeUtc(stray, DateTime.UtcNow.AddHours(-25));

        Assert.Equal((1, bytes), await Get<ArtifactSweep>().Sweep(s_day, Token));

        Assert.Equal(new[] { used, checkpoint, young }.Order(StringComparer.Ordinal), Files().Order(StringComparer.Ordinal));
        await Queue.Fail(lease, "bug", "It ended.", retry: false, Token);
        Assert.Equal(1, (await Get<ArtifactSweep>().Sweep(s_day, Token)).Files);
        Assert.False(File.Exists(Artifacts.PathOf(checkpoint)));
    }

    [Fact]
    public async Task A_file_without_a_row_goes_after_a_day_and_a_strangers_file_stays()
    {
        var (stray, bytes) = await Write("its process was killed before the commit");
        await using (var context = Context())
            await context.Blobs.Where(row => row.Sha256 == stray).ExecuteDeleteAsync(Token);
        var strange = Path.Combine(Path.GetDirectoryName(Artifacts.PathOf(stray))!, "notes.txt");
        await File.WriteAllTextAsync(strange, "not ours", Token);
        foreach (var file in new[] { Artifacts.PathOf(stray), strange })
            File.SetLastWriteTimeUtc(file, DateTime.UtcNow.AddHours(-25));

        Assert.Equal((1, bytes), await Get<ArtifactSweep>().Sweep(s_day, Token));

        Assert.Equal((false, true), (File.Exists(Artifacts.PathOf(stray)), File.Exists(strange)));
    }

    [Fact]
    public async Task An_upload_during_a_sweep_of_the_same_content_keeps_its_file()
    {
        for (var round = 0; round < 20; round++)
        {
            var content = $"round {round}";
            var (sha256, _) = await Write(content);
            await Age(sha256);

            await Task.WhenAll(Get<ArtifactSweep>().Sweep(s_day, Token), Write(content));

            Assert.Equal(content, Encoding.UTF8.GetString(await Read(sha256)));
            await using var context = Context();
            Assert.True(await context.Blobs.AnyAsync(row => row.Sha256 == sha256, Token));
        }
    }

    [Fact]
    public async Task A_teams_use_counts_the_same_content_once_and_nobody_elses()
    {
        var other = await AddTeam("other");
        await EnqueueProfile();
        await EnqueueProfile();
        await EnqueueProfile(other);

        Assert.Equal(3, await Get<StorageUse>().Of(Team.Id, Token));
        Assert.Equal(0, await Get<StorageUse>().Of((await AddTeam("empty")).Id, Token));
    }

    private Task<(string Sha256, long Bytes)> Write(string text) => Artifacts.Write(new MemoryStream(Encoding.UTF8.GetBytes(text)), 1000, Token);

    private async Task<byte[]> Read(string sha256)
    {
        await using var stream = Artifacts.OpenRead(sha256);
        var copy = new MemoryStream();
        await stream.CopyToAsync(copy, Token);
        return copy.ToArray();
    }

    private IEnumerable<string> Files() =>
        Directory.EnumerateFiles(Root, "*", SearchOption.AllDirectories).Select(path => Path.GetFileName(path));

    private async Task Age(params string[] sha256)
    {
        await using var context = Context();
        await context.Blobs.Where(row => sha256.Contains(row.Sha256))
            .ExecuteUpdateAsync(row => row.SetProperty(blob => blob.WrittenAt, DateTimeOffset.UtcNow.AddHours(-25)), Token);
    }

    private async Task Reference(string sha256)
    {
        await using var context = Context();
        var dataset = new Dataset { TeamId = Team.Id, Name = "a" };
        dataset.Versions.Add(new() { TeamId = Team.Id, Number = 1, FileName = "a.csv", Bytes = 1, Sha256 = sha256, Reading = new() });
        context.Datasets.Add(dataset);
        await context.SaveChangesAsync(Token);
    }

    /// <summary>An upload whose connection is cut after so many bytes.</summary>
    private sealed class BreakingStream(int bytes) : MemoryStream(new byte[bytes])
    {
        public override async ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default) =>
            await base.ReadAsync(buffer, cancellationToken) is > 0 and var read ? read : throw new IOException("The connection was cut.");
    }
}
