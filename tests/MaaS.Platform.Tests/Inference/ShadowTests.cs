// A shadow computes what others answer, and nobody but the counts ever notices.
using MaaS.Contracts.Deployments;
using MaaS.Contracts.Inference;
using MaaS.Contracts.Models;
using MaaS.Inference.Tests;
using MaaS.Platform.Tests.Api;
using Xunit;

namespace MaaS.Platform.Tests.Inference;

public sealed class ShadowTests(ApiServer api) : RolloutTest(api)
{
    [Fact]
    public async Task A_shadow_that_says_the_same_agrees_by_every_protocol()
    {
        var shadow = await Another();
        await Revise(All(1), new(Seed.Model, shadow));

        Assert.Equal("yes", await Predict());
        Assert.Equal(200, (await Infer(All("""{"inputs":INPUTS}"""))).Status);
        Assert.Equal("1", await Grpc());

        var found = await Counted(3);
        Assert.Equal((Seed.Model, 1, Seed.Model, shadow), (found.Model, found.Version, found.ShadowModel, found.ShadowVersion));
        Assert.Equal((3, 0, 0, 0), (found.Agreed, found.Disagreed, found.Failed, found.Dropped));
        Assert.True(found.MeanMs > 0);
        Assert.Equal(new Shadow(Seed.Model, shadow, 100), (await Newest()).Shadow);
        Assert.EndsWith(" 3", await Metric("maas_shadow_request_count", "agreed"), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_shadow_that_says_otherwise_disagrees_and_the_caller_gets_the_answer_of_the_version_that_serves()
    {
        await Revise(All(1), new(Seed.Model, await Another(Contrary)));

        for (var i = 0; i < 5; i++)
            Assert.Equal("yes", await Predict());
        Assert.Equal("1", await Grpc());

        var found = await Counted(6);
        Assert.Equal((0, 6, 0, 0), (found.Agreed, found.Disagreed, found.Failed, found.Dropped));
        Assert.EndsWith(" 6", await Metric("maas_shadow_request_count", "disagreed"), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_shadow_that_cannot_answer_is_nobodys_trouble()
    {
        var other = await Seed.Make(Team);
        await Revise(All(1), new(other.Model, 1));
        await Member.Pause(other.Deployment, Token); // which takes the version out of memory
        await using (var context = Api.Context())
        {
            context.LoadMarks.Add(new() { VersionId = other.ModelVersion, Process = $"{Environment.MachineName}/{int.MaxValue}/20260101000000" });
            await context.SaveChangesAsync(Token);
        }

        Assert.Equal("yes", await Predict());
        Assert.Equal(200, (await Infer(All("""{"inputs":INPUTS}"""))).Status);

        var found = await Counted(2);
        Assert.Equal((0, 0, 2, 0), (found.Agreed, found.Disagreed, found.Failed, found.Dropped));
    }

    [Fact]
    public async Task What_does_not_fit_into_the_shadows_queue_is_dropped_and_answered_all_the_same()
    {
        await Revise(All(1), new(Seed.Model, await Another()));
        // One and a half megabytes, where one may wait.
        var large = new PredictRequest([.. Enumerable.Repeat(TestPackage.Rows($$"""{"age":50,"city":"{{new string('x', 130)}}"}""")[0], 10_000)]);

        Assert.Equal(10_000, (await Member.Predict(Seed.Deployment, large, Token)).Predictions.Count);
        Assert.Equal("yes", await Predict());

        var found = await Counted(2);
        Assert.Equal((1, 0, 0, 1), (found.Agreed, found.Disagreed, found.Failed, found.Dropped));
    }

    [Fact]
    public async Task A_shadow_gets_its_share_of_the_requests()
    {
        await Revise(All(1), new(Seed.Model, await Another(), 25));
        for (var i = 0; i < 100; i++)
            await Predict();
        await Counted(8);
        await Task.Delay(TimeSpan.FromSeconds(2), Token); // until all of them are stored

        // A quarter of 100 is 25, with a standard deviation of 4.3.
        Assert.InRange((await Newest()).Comparisons!.Single().Agreed, 8, 42);
    }

    [Fact]
    public async Task Each_version_is_compared_for_itself_and_the_history_keeps_what_was_found()
    {
        var (second, shadow) = (await Another(Contrary), await Another());
        await Revise([new(Seed.Model, 1, 50), new(Seed.Model, second, 50)], new(Seed.Model, shadow));
        for (var i = 0; i < 20; i++)
            await Predict();
        await Until(async () => (await Newest()).Comparisons!.Sum(one => one.Agreed + one.Disagreed) == 20);
        var found = (await Newest()).Comparisons!;

        Assert.Equal([(1, shadow), (second, shadow)], found.Select(one => (one.Version, one.ShadowVersion)));
        Assert.Equal((0, 0), (found[0].Disagreed, found[1].Agreed));
        await Member.RollBack(Seed.Deployment, new(), Token);
        Assert.Null((await Newest()).Shadow);
        Assert.Equal(found, (await Member.Revisions(Seed.Deployment, token: Token)).Items.Single(revision => revision.Number == 2).Comparisons);
    }

    [Fact]
    public async Task A_version_of_another_task_cannot_be_a_shadow_and_one_that_is_a_shadow_cannot_be_deleted()
    {
        var (values, shadow) = (await Another(task: ModelTask.TabularRegression), await Another());
        var refused = await Refused(() => Revise(All(1), new(Seed.Model, values)));
        await Revise(All(1), new(Seed.Model, shadow));

        Assert.Equal((422, "shadow_not_comparable"), (refused.Status, refused.Code));
        Assert.Equal("version_in_use", (await Refused(() => Member.DeleteModelVersion(Seed.Model, shadow, Token))).Code);
        await Member.DeleteDeployment(Seed.Deployment, Token);
        await Member.DeleteModelVersion(Seed.Model, shadow, Token);
    }

    /// <summary>What was found, as soon as so many requests are stored.</summary>
    private async Task<Comparison> Counted(int requests)
    {
        Comparison? found = null;
        await Until(async () => (found = (await Newest()).Comparisons!.SingleOrDefault()) is { } one && one.Agreed + one.Disagreed + one.Failed + one.Dropped >= requests);
        return found!;
    }

    private async Task<string> Metric(string name, string outcome)
    {
        using var http = new HttpClient { BaseAddress = Api.MetricsAddress };
        return (await http.GetStringAsync("/metrics", Token)).Split('\n')
            .Single(line => line.StartsWith($"{name}{{model=\"{Seed.Deployment}\"", StringComparison.Ordinal) && line.Contains($"outcome=\"{outcome}\"", StringComparison.Ordinal));
    }
}
