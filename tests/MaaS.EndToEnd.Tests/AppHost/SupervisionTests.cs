// The AppHost's promises about processes: what dies is started again, and when the AppHost goes, everything goes.
using System.Net;

namespace MaaS.EndToEnd.Tests.AppHost;

public sealed class SupervisionTests : IDisposable
{
    private static readonly TimeSpan _soon = TimeSpan.FromSeconds(30);

    private readonly string _data = Directory.CreateTempSubdirectory("maas-test-").FullName;

    public SupervisionTests() => Assert.SkipUnless(OperatingSystem.IsLinux(), "only Linux ties a child to its parent");

    public void Dispose() => Directory.Delete(_data, recursive: true);

    [Fact]
    public async Task What_crashes_is_started_again_and_nothing_is_left_after_SIGTERM()
    {
        await using var run = await AppHostRun.Up(_data);
        using var http = new HttpClient();
        Assert.Equal(HttpStatusCode.OK, await Health(http, run, "web"));

        foreach (var name in new[] { "MaaS.Worker.dll", "MaaS.Api.dll", "postgres" })
        {
            var killed = run.Child(name);
            Assert.NotEqual(0, killed);
            AppHostRun.Signal(killed, "KILL");
            await Wait.Until(() => run.Child(name) is not 0 and var child && child != killed, _soon, () => $"{name} was not started again");
        }
        await Wait.Until(() => Answers(http, run, "api"), _soon, () => "the API did not come back");

        var children = run.Children();
        Assert.Equal(4, children.Count);
        run.Signal("TERM");
        Assert.Equal(0, await run.Ended());
        Assert.Equal([], children.Where(AppHostRun.IsAlive));
        Assert.False(File.Exists(Path.Combine(_data, "addresses")));
        Assert.False(File.Exists(Path.Combine(_data, "postgres", "postmaster.pid")));
    }

    [Fact]
    public async Task Nothing_is_left_after_the_AppHost_is_killed_and_the_next_one_finds_the_same_database()
    {
        string database;
        await using (var run = await AppHostRun.Up(_data))
        {
            database = SystemIdentifier();
            var children = run.Children();
            Assert.Equal(4, children.Count);
            AppHostRun.Signal(run.Child("postgres"), "KILL");
            run.Signal("KILL");
            await run.Ended();
            await Wait.Until(() => !children.Any(AppHostRun.IsAlive), _soon, () => "a service outlived the AppHost");
        }

        await using var next = await AppHostRun.Up(_data);
        Assert.Equal(database, SystemIdentifier());
    }

    [Fact]
    public async Task A_second_AppHost_on_the_same_data_folder_refuses_with_a_sentence()
    {
        await using var run = await AppHostRun.Up(_data);
        await using var second = AppHostRun.Start(_data);
        Assert.Equal(1, await second.Ended());
        Assert.Equal(
            $"Another MaaS already runs on {_data} (its portal is {run.Address("web").GetLeftPart(UriPartial.Authority)}); " +
            "stop it first, or set MAAS_DATA to another folder.",
            Assert.Single(second.Output, line => line != ""));
    }

    [Fact]
    public async Task A_database_that_no_installed_PostgreSQL_can_read_is_refused_with_a_sentence()
    {
        Directory.CreateDirectory(Path.Combine(_data, "postgres"));
        await File.WriteAllTextAsync(Path.Combine(_data, "postgres", "PG_VERSION"), "8", TestContext.Current.CancellationToken);
        await using var run = AppHostRun.Start(_data);
        Assert.Equal(1, await run.Ended());
        Assert.StartsWith(
            $"The database in {_data}/postgres was written by PostgreSQL 8, and this machine has only ",
            Assert.Single(run.Output, line => line != ""));
    }

    // The number initdb draws; a database made anew has another. It is the first 8 bytes of the control file.
    private string SystemIdentifier()
    {
        using var control = File.OpenRead(Path.Combine(_data, "postgres", "global", "pg_control"));
        var bytes = new byte[8];
        control.ReadExactly(bytes);
        return Convert.ToHexString(bytes);
    }

    private static async Task<HttpStatusCode> Health(HttpClient http, AppHostRun run, string service)
    {
        using var answer = await http.GetAsync(new Uri(run.Address(service), "health"), TestContext.Current.CancellationToken);
        return answer.StatusCode;
    }

    private static bool Answers(HttpClient http, AppHostRun run, string service)
    {
        try
        {
            using var question = new HttpRequestMessage(HttpMethod.Get, new Uri(run.Address(service), "health"));
            using var answer = http.Send(question, TestContext.Current.CancellationToken);
            return answer.IsSuccessStatusCode;
        }
        catch (HttpRequestException)
        {
            return false;
        }
    }
}
