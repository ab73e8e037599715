// What a deployment was asked is kept by minute and version, and held against the training, whichever protocol brought it.
using System.Text.Json;
using System.Text.Json.Nodes;
using MaaS.Contracts.Deployments;
using MaaS.Contracts.Inference;
using MaaS.Inference.Tests;
using MaaS.Platform.Tests.Api;
using Xunit;

namespace MaaS.Platform.Tests.Inference;

public sealed class TrafficTests(ApiServer api) : OpenInferenceTest(api)
{
    private const int Rows = 32;

    [Fact]
    public async Task Requests_of_both_protocols_are_counted_and_their_values_held_against_the_training()
    {
        var rows = TestPackage.Rows([.. Enumerable.Range(0, Rows).Select(row => JsonSerializer.Serialize(new { age = 60, member = IsMember(row), city = City(row) }))]);
        for (var call = 0; call < 4; call++)
        {
            await Member.Predict(Seed.Deployment, new PredictRequest(rows), Token);
            Assert.Equal(200, (await Infer(Open())).Status);
        }
        Assert.Equal("invalid_input", (await Refused(() => Member.Predict(Seed.Deployment, new PredictRequest(TestPackage.Rows("""{"age":"old"}""")), Token))).Code);

        var points = await Until(async () => (await Member.Traffic(Seed.Deployment, 5, Token)).Versions.SelectMany(version => version.Points).ToList(),
            points => points.Sum(point => point.Requests + point.Failures) == 9);
        Assert.Equal((8L, 1L, 8L * Rows), (points.Sum(point => point.Requests), points.Sum(point => point.Failures), points.Sum(point => point.Rows)));
        Assert.Equal(5, points.Count);
        Assert.All(points.Where(point => point.Requests > 0), point => Assert.True(point.P50Ms is > 0 && point.P50Ms <= point.P99Ms && point.RequestsPerSecond > 0));

        var drift = Assert.Single((await Member.Drift(Seed.Deployment, 2, Token)).Versions);
        Assert.Equal((Seed.Model, 1), (drift.Model, drift.Version));
        Assert.InRange(drift.Rows, 224, 8 * Rows); // at most some 200 rows a second are looked at
        var columns = drift.Columns.ToDictionary(column => column.Column);
        Assert.Equal(["age", "member", "city", "joined"], drift.Columns.Select(column => column.Column));
        Assert.Equal((DriftVerdict.Shifted, DriftVerdict.Stable, DriftVerdict.Stable, DriftVerdict.Shifted), (columns["age"].Verdict, columns["member"].Verdict, columns["city"].Verdict, columns["joined"].Verdict));
        Assert.Equal(0.75 * Math.Log(4) + 0.2499 * Math.Log(2500) + 0.4999 * Math.Log(5000), columns["age"].Psi!.Value, 1e-9);
        Assert.Equal([("up to 30", 0.0), ("30 to 50", 0.0), ("above 50", 1.0)], columns["age"].Bins.Select(bin => (bin.Values, bin.Now)));
        Assert.Equal((1.0, 0.0, null), (columns["joined"].Missing, columns["joined"].MissingThen, columns["joined"].Psi));
        Assert.Equal((0.0, 0.625), (columns["city"].Unseen, columns["city"].Bins[0].Now));
        Assert.Equal((DriftVerdict.Shifted, 1.0), (drift.Answers.Verdict, drift.Answers.Bins.Single(bin => bin.Values == "yes").Now));
        Assert.NotEmpty(columns["age"].Hours);
    }

    [Fact]
    public async Task Another_teams_history_is_nobodys_and_a_range_has_bounds()
    {
        var other = await TestTeam.Create(Api, $"other {Guid.NewGuid()}");
        var stranger = other.Client(Contracts.Teams.Role.Admin);

        Assert.Equal((404, 404), ((await Refused(() => stranger.Traffic(Seed.Deployment, token: Token))).Status, (await Refused(() => stranger.Drift(Seed.Deployment, token: Token))).Status));
        Assert.Equal((400, 400), ((await Refused(() => Member.Traffic(Seed.Deployment, 0, Token))).Status, (await Refused(() => Member.Drift(Seed.Deployment, 721, Token))).Status));
        var quiet = await Member.Traffic(Seed.Deployment, 30 * 24 * 60, Token);
        Assert.Equal((120, 0), (quiet.StepMinutes, quiet.Versions.Count));
    }

    private static bool IsMember(int row) => row % 2 == 0;

    private static string City(int row) => row % 5 < 3 ? "rome" : "oslo";

    /// <summary>The same rows by the open protocol.</summary>
    private static string Open()
    {
        JsonNode Tensor(string name, string type, Func<int, JsonNode?> value) => new JsonObject
        {
            ["name"] = name,
            ["shape"] = new JsonArray(Rows, 1),
            ["datatype"] = type,
            ["data"] = new JsonArray([.. Enumerable.Range(0, Rows).Select(value)]),
        };
        return new JsonObject
        {
            ["inputs"] = new JsonArray(
                Tensor("age", "FP32", _ => 60), Tensor("member", "FP32", row => IsMember(row) ? 1 : 0),
                Tensor("city", "BYTES", row => City(row)), Tensor("joined", "INT64", _ => long.MinValue)),
        }.ToJsonString();
    }

    private static async Task<T> Until<T>(Func<Task<T>> read, Func<T, bool> met)
    {
        T now;
        while (!met(now = await read()))
            await Task.Delay(100, Token);
        return now;
    }
}
