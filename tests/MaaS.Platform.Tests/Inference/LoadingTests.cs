// Which versions are in memory: one whose loading ended a process is left alone, and what there is no room for comes back when it is asked for.
using System.Globalization;
using MaaS.Catalog.Deployments;
using MaaS.Contracts.Inference;
using MaaS.Contracts.Teams;
using MaaS.Inference.Tests;
using MaaS.Platform.Tests.Api;
using Microsoft.Extensions.DependencyInjection;
using Xunit;

namespace MaaS.Platform.Tests.Inference;

public sealed class LoadingTests(ApiServer api) : ApiTest(api)
{
    private static PredictRequest Fifty { get; } = new(TestPackage.Rows("""{"age":50,"member":true,"city":"oslo","joined":"1970-01-01"}"""));

    [Fact]
    public async Task A_version_whose_loading_ended_a_process_is_not_loaded_again_until_an_admin_says_so()
    {
        var seed = await Seed.Make(Team);
        await Mark(seed.ModelVersion, $"{Environment.MachineName}/{int.MaxValue}/0");

        var refused = await Refused(() => Member.Predict(seed.Deployment, Fifty, Token));
        Assert.Equal((503, "version_failed_to_load"), (refused.Status, refused.Code));
        Assert.Contains("it is in quarantine, because a server process ended while it loaded it", refused.Detail, StringComparison.Ordinal);
        Assert.NotNull((await Member.ModelVersion(seed.Model, 1, Token)).QuarantinedAt);
        Assert.Equal("version_failed_to_load", (await Refused(() => Member.Deploy(new("other", [new(seed.Model, 1)]), Token))).Code);
        Assert.Equal(403, (await Refused(() => Member.LiftQuarantine(seed.Model, 1, Token))).Status);

        await Team.Client(Role.Admin).LiftQuarantine(seed.Model, 1, Token);

        Assert.Null((await Member.ModelVersion(seed.Model, 1, Token)).QuarantinedAt);
        Assert.Equal("yes", (await Member.Predict(seed.Deployment, Fifty, Token)).Predictions[0].Label);
    }

    [Fact]
    public async Task Of_several_versions_that_a_dead_process_was_loading_none_is_condemned_for_another()
    {
        var (one, other) = (await Seed.Make(Team), await Seed.Make(Team));
        foreach (var seed in new[] { one, other })
            await Mark(seed.ModelVersion, $"{Environment.MachineName}/{int.MaxValue}/1");

        foreach (var seed in new[] { one, other })
            Assert.Equal("yes", (await Member.Predict(seed.Deployment, Fifty, Token)).Predictions[0].Label);
    }

    [Fact]
    public async Task A_version_that_another_living_process_is_loading_is_loaded_all_the_same()
    {
        var seed = await Seed.Make(Team);
        var marks = Api.Catalog.GetRequiredService<LoadMarks>();
        Assert.Equal((null, false), await marks.Begin(seed.ModelVersion, Token));

        Assert.Equal("yes", (await Member.Predict(seed.Deployment, Fifty, Token)).Predictions[0].Label);

        await marks.End(seed.ModelVersion, Token);
        await using var context = Api.Context();
        Assert.Empty(context.LoadMarks.Where(mark => mark.VersionId == seed.ModelVersion));
    }

    [Fact]
    public async Task Versions_beyond_the_memory_budget_come_and_go_and_every_request_is_answered()
    {
        var seeds = new List<Seed>();
        for (var i = 0; i < 2 * ApiServer.ModelMegabytes; i++)
            seeds.Add(await Seed.Make(Team));

        for (var round = 0; round < 2; round++)
            Assert.All(await Task.WhenAll(seeds.Select(seed => Member.Predict(seed.Deployment, Fifty, Token))), answer => Assert.Equal("yes", answer.Predictions[0].Label));

        using var http = new HttpClient { BaseAddress = Api.MetricsAddress };
        var metrics = await http.GetStringAsync("/metrics", Token);
        var loaded = metrics.Split('\n').Single(line => line.StartsWith("maas_models_loaded ", StringComparison.Ordinal)).Split(' ')[1];
        Assert.InRange(int.Parse(loaded, CultureInfo.InvariantCulture), 1, ApiServer.ModelMegabytes); // a tiny model counts as one
    }

    private async Task Mark(Guid version, string process)
    {
        await using var context = Api.Context();
        context.LoadMarks.Add(new() { VersionId = version, Process = process });
        await context.SaveChangesAsync(Token);
    }
}
