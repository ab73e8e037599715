// PostgreSQL goes away, or hangs, while deployments are asked: whoever is known is answered all the same, and what was counted is not lost.
using System.Diagnostics;
using System.Text;
using MaaS.Contracts;
using MaaS.Contracts.Inference;
using MaaS.Contracts.Teams;
using MaaS.Inference.Tests;
using MaaS.Platform.Tests.Api;
using Xunit;

namespace MaaS.Platform.Tests.Inference;

public sealed class OutageTests : IAsyncLifetime
{
    private readonly PostgresServer _postgres = new();
    private ApiServer _api = null!;
    private TestTeam _team = null!;

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    private static PredictRequest Fifty { get; } = new(TestPackage.Rows("""{"age":50}"""));

    private MaaSClient Member => _team.Client(Role.Member);

    public async ValueTask InitializeAsync()
    {
        Assert.SkipWhen(PostgresServer.Missing is not null, PostgresServer.Missing ?? "");
        await _postgres.Start(Token);
        await _postgres.Execute("create database maas", Token);
        // Room for one model, so that each of two is loaded again whenever it is asked after the other.
        _api = await ApiServer.On(_postgres.ConnectionString("maas"), ("Serving__MemoryMegabytes", "2"));
        _team = await TestTeam.Create(_api, "a team");
    }

    public async ValueTask DisposeAsync()
    {
        if (_api is not null)
            await _api.DisposeAsync();
        await _postgres.DisposeAsync();
    }

    [Fact]
    public async Task While_PostgreSQL_is_away_whoever_is_known_is_answered_and_nothing_else_is()
    {
        var (one, other, cold) = (await Seed.Make(_team), await Seed.Make(_team), await Seed.Make(_team));
        foreach (var seed in new[] { one, other })
            await Ask(seed);
        using var stranger = _api.Http("mk_nobody");

        await _postgres.Kill(Token);
        var asked = 0;
        for (var began = Stopwatch.GetTimestamp(); Stopwatch.GetElapsedTime(began) < TimeSpan.FromSeconds(5); asked++)
            await Ask(asked % 2 == 0 ? one : other);

        var refused = (await Assert.ThrowsAsync<ProblemException>(() => Member.Deployments(token: Token))).Problem;
        Assert.Equal((503, "database_unavailable"), (refused.Status, refused.Code));
        Assert.Equal(503, (int)(await stranger.PostAsync($"v2/models/{one.Deployment}/infer", new StringContent("{}"), Token)).StatusCode);
        Assert.Equal(503, (int)(await _team.Http(Role.Member).PostAsync($"v2/models/{cold.Deployment}/infer", new StringContent("{}"), Token)).StatusCode);

        await _postgres.Start(Token);
        await Wait.For(() => Answered(one, other), answered => answered == 2 * (asked + 2));
        await Ask(cold);
    }

    [Fact]
    public async Task A_PostgreSQL_that_hangs_holds_up_nobody_for_long()
    {
        var seed = await Seed.Make(_team);
        await Ask(seed);
        await _postgres.Freeze(true, Token);
        try
        {
            var longest = TimeSpan.Zero;
            for (var began = Stopwatch.GetTimestamp(); Stopwatch.GetElapsedTime(began) < TimeSpan.FromSeconds(12);)
            {
                var asked = Stopwatch.GetTimestamp();
                await Ask(seed);
                // Who first finds that it hangs has waited for it.
                if (Stopwatch.GetElapsedTime(began, asked) > TimeSpan.FromSeconds(5) && Stopwatch.GetElapsedTime(asked) is var took && took > longest)
                    longest = took;
            }

            Assert.InRange(longest.TotalSeconds, 0, 1);
        }
        finally
        {
            await _postgres.Freeze(false, Token);
        }
    }

    /// <summary>By both protocols.</summary>
    private async Task Ask(Seed seed)
    {
        Assert.Equal("yes", (await Member.Predict(seed.Deployment, Fifty, Token)).Predictions[0].Label);
        using var answer = await _team.Http(Role.Member).PostAsync($"v2/models/{seed.Deployment}/infer", new ByteArrayContent(Encoding.UTF8.GetBytes(OpenInferenceTest.All("""{"inputs":INPUTS}"""))), Token);
        Assert.Equal(200, (int)answer.StatusCode);
    }

    private async Task<long> Answered(params Seed[] seeds)
    {
        var answered = 0L;
        foreach (var seed in seeds)
            answered += (await Member.Traffic(seed.Deployment, 60, Token)).Versions.Sum(version => version.Points.Sum(point => point.Requests));
        return answered;
    }
}
