// A caller who names itself stays with one version, whichever server and protocol it comes by.
using System.Text;
using System.Text.Json.Nodes;
using MaaS.Contracts.Deployments;
using MaaS.Contracts.Teams;
using MaaS.Platform.Tests.Api;
using Xunit;

namespace MaaS.Platform.Tests.Inference;

public sealed class StickyTests(ApiServer api) : RolloutTest(api)
{
    [Fact]
    public async Task One_key_gets_one_version_on_every_server_and_by_every_protocol()
    {
        var second = await Another();
        await Revise([new(Seed.Model, 1, 50), new(Seed.Model, second, 50)]);
        await using var replica = await Api.Replica();
        var versions = new List<string>();
        foreach (var key in Enumerable.Range(0, 16).Select(number => $"user-{number}"))
        {
            var version = $"{(await Member.Predict(Seed.Deployment, Fifty, Token, key)).Version}";
            for (var i = 0; i < 2; i++)
                Assert.Equal(version, $"{(await MemberOf(replica).Predict(Seed.Deployment, Fifty, Token, key)).Version}");
            Assert.Equal((version, version), (await Http(key), await Grpc(key)));
            versions.Add(version);
        }

        Assert.InRange(versions.Count(version => version == "1"), 1, 15); // all alike is 1 in 30000
    }

    [Fact]
    public async Task Without_a_key_or_with_an_empty_one_the_weights_alone_decide()
    {
        var second = await Another();
        await Revise([new(Seed.Model, 1, 50), new(Seed.Model, second, 50)]);

        foreach (var key in (string?[])[null, ""])
        {
            var versions = new HashSet<int>();
            for (var i = 0; i < 40; i++)
                versions.Add((await Member.Predict(Seed.Deployment, Fifty, Token, key)).Version);
            Assert.Equal([1, 2], versions.Order());
        }
    }

    [Fact]
    public async Task Keys_that_have_a_version_keep_it_when_it_gets_more_traffic()
    {
        var second = await Another();
        var keys = Enumerable.Range(0, 40).Select(number => $"user-{number}").ToList();
        await Revise([new(Seed.Model, 1, 80), new(Seed.Model, second, 20)]);
        var before = await Task.WhenAll(keys.Select(async key => (await Member.Predict(Seed.Deployment, Fifty, Token, key)).Version));
        await Revise([new(Seed.Model, 1, 50), new(Seed.Model, second, 50)]);
        var after = await Task.WhenAll(keys.Select(async key => (await Member.Predict(Seed.Deployment, Fifty, Token, key)).Version));

        Assert.Contains(2, before);
        Assert.DoesNotContain((2, 1), before.Zip(after));
        Assert.Contains((1, 2), before.Zip(after));
    }

    [Theory]
    [InlineData("user-{0}")]
    [InlineData("{0}")]
    [InlineData("a key that is longer than what is read of it at once, and ends in what differs, which is only the number of the user who asks: {0}. {0}{0}{0}{0}{0}{0}{0}{0}")]
    public void Over_many_keys_the_weights_are_kept(string form)
    {
        const int keys = 20_000;
        for (var trial = 0; trial < 5; trial++)
        {
            var deployment = Guid.NewGuid();
            var points = new int[100];
            for (var key = 0; key < keys; key++)
                points[Sticky.Point(deployment, string.Format(null, form, key), 100)]++;

            // 200 each, with a standard deviation of 14; of 1500 draws the farthest is some 3.5 of them away.
            Assert.All(points, count => Assert.InRange(count, 200 - 90, 200 + 90));
            // And 10 % of the weight get 2000 of the keys, with a standard deviation of 42.
            Assert.InRange(points.Skip(90).Sum(), 2000 - 260, 2000 + 260);
        }
    }

    [Fact]
    public void The_point_of_a_key_is_the_same_for_ever_and_another_for_every_deployment()
    {
        var one = Guid.Parse("0198f3c2-7d4e-7c1a-9b52-3f6a1c0d8e21");

        Assert.Equal([591, 787, 120, 129, 445], ((string[])["", "a", "user-1", "user-2", "ünïcode"]).Select(key => Sticky.Point(one, key, 1000)));
        Assert.InRange(Enumerable.Range(0, 1000).Count(key => Sticky.Point(one, $"{key}", 2) == Sticky.Point(Guid.Empty, $"{key}", 2)), 400, 600);
    }

    [Fact]
    public async Task The_header_is_in_the_document()
    {
        var document = await OpenApiCalls.Document(Api.Http(null), Token);
        var parameters = document["paths"]!["/api/deployments/{deployment}/predict"]!["post"]!["parameters"]!.AsArray();

        var header = parameters.Single(parameter => (string)parameter!["in"]! == "header")!;
        Assert.Equal(Sticky.Header, (string)header["name"]!);
        Assert.Contains("one version while the weights stay as they are", (string)header["description"]!, StringComparison.Ordinal);
    }

    private async Task<string> Http(string key)
    {
        using var request = new HttpRequestMessage(HttpMethod.Post, $"{Model}/infer") { Content = Bare(Encoding.UTF8.GetBytes(All("""{"inputs":INPUTS}"""))) };
        request.Headers.Add(Sticky.Header, key);
        using var answer = await Team.Http(Role.Viewer).SendAsync(request, Token);
        return (string)JsonNode.Parse(await answer.Content.ReadAsStringAsync(Token))!["model_version"]!;
    }
}
