// A model that takes long holds up nobody but its own callers: on other connections other models answer meanwhile.
using System.Diagnostics;
using System.Globalization;
using System.Text;
using MaaS.Contracts.Teams;
using MaaS.Platform.Tests.Api;
using Xunit;

namespace MaaS.Platform.Tests.Inference;

public sealed class NeighbourTests(ApiServer api) : OpenInferenceTest(api)
{
    private const int Quick = 50, Slow = 3_000_000; // the ages of those who are answered at once, and after some 300 ms

    [Fact]
    public async Task What_is_quick_for_some_and_slow_for_others_holds_up_no_other_connection()
    {
        var counting = await Seed.Make(Team, counts: true);
        using (var http = Team.Http(Role.Viewer))
            for (var i = 0; i < 100; i++) // it is known as quick now
                await Ask(http, counting, Quick);
        using var ending = new CancellationTokenSource();
        var busy = Enumerable.Range(0, 4).Select(_ => Task.Run(() => KeepAsking(counting, ending.Token), Token)).ToList();
        var times = (await Task.WhenAll(Enumerable.Range(0, 6).Select(_ => Task.Run(Times, Token)))).SelectMany(own => own).ToList();
        await ending.CancelAsync();
        var slow = (await Task.WhenAll(busy)).Sum();

        Assert.True(slow >= 4, $"Only {slow} slow requests were answered meanwhile.");
        Assert.True(times.Count > 4 * slow, $"{times.Count} quick requests were answered while {slow} slow ones were.");
    }

    /// <returns>Milliseconds of each request to another model, on a connection of its own.</returns>
    private async Task<List<double>> Times()
    {
        using var http = Team.Http(Role.Viewer);
        var times = new List<double>();
        for (var began = Stopwatch.GetTimestamp(); Stopwatch.GetElapsedTime(began) < TimeSpan.FromSeconds(4);)
        {
            var asked = Stopwatch.GetTimestamp();
            await Ask(http, Seed, Quick);
            times.Add(Stopwatch.GetElapsedTime(asked).TotalMilliseconds);
        }
        return times;
    }

    /// <returns>How many slow ones were answered.</returns>
    private async Task<int> KeepAsking(Seed counting, CancellationToken end)
    {
        using var http = Team.Http(Role.Viewer);
        var slow = 0;
        for (; !end.IsCancellationRequested; slow++)
        {
            await Ask(http, counting, Slow);
            for (var i = 0; i < 10; i++)
                await Ask(http, counting, Quick);
        }
        return slow;
    }

    private static async Task Ask(HttpClient http, Seed seed, int age)
    {
        var body = All("""{"inputs":INPUTS}""").Replace("50", age.ToString(CultureInfo.InvariantCulture), StringComparison.Ordinal);
        using var answer = await http.PostAsync($"v2/models/{seed.Deployment}/infer", Bare(Encoding.UTF8.GetBytes(body)), Token);
        Assert.Equal(200, (int)answer.StatusCode);
    }
}
