// Traffic moves to what is in memory already, what is under way is finished, and every server follows.
using MaaS.Platform.Tests.Api;
using Xunit;

namespace MaaS.Platform.Tests.Inference;

public sealed class SwitchTests(ApiServer api) : RolloutTest(api)
{
    [Fact]
    public async Task What_waits_on_the_old_version_when_the_traffic_moves_is_answered_by_it()
    {
        await Revise(All(1), batching: new(8, 1000)); // each request waits a second for company
        var waiting = Enumerable.Range(0, 3).Select(_ => Member.Predict(Seed.Deployment, Fifty, Token)).ToList();
        await Until(async () => await Pending() == 3);
        await Revise(All(await Another(Contrary)), batching: new());
        var after = await Member.Predict(Seed.Deployment, Fifty, Token);

        Assert.Equal((3, "no"), (after.Revision, after.Predictions[0].Label));
        Assert.All(await Task.WhenAll(waiting), answer => Assert.Equal((2, "yes"), (answer.Revision, answer.Predictions[0].Label)));
    }

    [Fact]
    public async Task Another_server_follows_without_a_failed_request_and_never_turns_back()
    {
        await using var replica = await Api.Replica();
        var client = MemberOf(replica);
        Assert.Equal(1, (await client.Predict(Seed.Deployment, Fifty, Token)).Revision);
        var second = await Another(Contrary);

        await Revise(All(second));
        Assert.Equal(2, (await Member.Predict(Seed.Deployment, Fifty, Token)).Revision);
        var answers = new List<(int Revision, string? Label)>();
        do
        {
            var answer = await client.Predict(Seed.Deployment, Fifty, Token);
            answers.Add((answer.Revision, answer.Predictions[0].Label));
        }
        while (answers[^1].Revision == 1 || answers.Count(answer => answer.Revision == 2) < 20);

        Assert.All(answers, answer => Assert.Equal(answer.Revision == 1 ? "yes" : "no", answer.Label));
        Assert.Equal(answers.Select(answer => answer.Revision).Order(), answers.Select(answer => answer.Revision));
        Assert.NotEmpty(replica.Cached((await Member.ModelVersion(Seed.Model, second, Token)).Id));
    }

    private async Task<int> Pending()
    {
        using var http = new HttpClient { BaseAddress = Api.MetricsAddress };
        var line = (await http.GetStringAsync("/metrics", Token)).Split('\n')
            .SingleOrDefault(found => found.StartsWith($"nv_inference_pending_request_count{{model=\"{Seed.Deployment}\"", StringComparison.Ordinal));
        return int.Parse(line?.Split(' ')[^1] ?? "0", null);
    }
}
