// What a key and a team may ask of deployments: refused in each protocol's own form, counted by day, and gone when it is lifted.
using System.Net;
using System.Text;
using Grpc.Core;
using Grpc.Net.Client;
using MaaS.Api.Inference.OpenInference.Grpc;
using MaaS.Contracts;
using MaaS.Contracts.Inference;
using MaaS.Contracts.Teams;
using MaaS.Inference.Tests;
using MaaS.Platform.Tests.Api;
using Xunit;

namespace MaaS.Platform.Tests.Inference;

public sealed class UsageTests(ApiServer api) : OpenInferenceTest(api)
{
    private static PredictRequest Fifty { get; } = new(TestPackage.Rows("""{"age":50}"""));

    [Fact]
    public async Task A_key_beyond_its_rate_is_refused_in_the_form_of_each_protocol_and_served_again_when_the_limit_is_lifted()
    {
        var key = await Admin.CreateApiKey(new("slow", Role.Viewer, Limits: new(RequestsPerSecond: 0.01)), Token);
        var client = Api.Client(key.Secret);
        await client.Predict(Seed.Deployment, Fifty, Token);

        var refused = await Refused(() => client.Predict(Seed.Deployment, Fifty, Token));
        Assert.Equal((429, "rate_limited"), (refused.Status, refused.Code));
        Assert.StartsWith("The key \"slow\" may make 0.01 requests a second; try again in ", refused.Detail, StringComparison.Ordinal);

        using var http = Api.Http(key.Secret);
        using var answer = await http.PostAsync($"{Model}/infer", Bare(Encoding.UTF8.GetBytes(All("""{"inputs":INPUTS}"""))), Token);
        Assert.Equal(HttpStatusCode.TooManyRequests, answer.StatusCode);
        Assert.InRange(answer.Headers.RetryAfter!.Delta!.Value.TotalSeconds, 1, 100);
        Assert.StartsWith("the key \"slow\" may make 0.01", Error(await answer.Content.ReadAsStringAsync(Token)), StringComparison.Ordinal);

        using var channel = GrpcChannel.ForAddress(Api.GrpcAddress);
        var grpc = await Assert.ThrowsAsync<RpcException>(async () => await new GRPCInferenceService.GRPCInferenceServiceClient(channel).ModelInferAsync(
            new() { ModelName = Seed.Deployment }, new Metadata { { "authorization", $"Bearer {key.Secret}" } }, cancellationToken: Token));
        Assert.Equal(StatusCode.ResourceExhausted, grpc.StatusCode);

        await Admin.LimitApiKey(key.Key.Id, new(), Token);
        await client.Predict(Seed.Deployment, Fifty, Token);
    }

    [Fact]
    public async Task A_day_is_counted_by_key_and_ends_when_it_is_used_up()
    {
        var key = await Admin.CreateApiKey(new("daily", Role.Viewer, Limits: new(RequestsPerDay: 3)), Token);
        var client = Api.Client(key.Secret);
        for (var i = 0; i < 3; i++)
            await client.Predict(Seed.Deployment, Fifty, Token);

        Assert.Equal("daily_quota_used", (await Refused(() => client.Predict(Seed.Deployment, Fifty, Token))).Code);
        await Until(async () => (await Admin.Usage(1, Token)).Days is [{ Key: "daily", Requests: 3 }]);
        Assert.Equal("daily_quota_used", (await Refused(() => client.Predict(Seed.Deployment, Fifty, Token))).Code);
        Assert.Equal(3, (await Admin.Usage(1, Token)).Days.Single().Requests); // what was refused is not counted
    }

    [Fact]
    public async Task A_team_that_has_as_many_requests_under_way_as_it_may_waits_for_one_to_end()
    {
        // Each request waits a second for company.
        await Member.Revise(Seed.Deployment, new([new(Seed.Model, 1)], Batching: new(8, 1000)), Token);
        await Admin.LimitTeam(new(Concurrent: 1), Token);
        await Until(async () => (await Admin.Usage(1, Token)).Limits.Concurrent == 1);
        await Task.Delay(TimeSpan.FromSeconds(2), Token); // until every caller has been asked about again

        var answers = await Task.WhenAll(Enumerable.Range(0, 4).Select(async _ =>
        {
            try
            {
                await Team.Client(Role.Viewer).Predict(Seed.Deployment, Fifty, Token);
                return "answered";
            }
            catch (ProblemException refused)
            {
                return refused.Problem.Code;
            }
        }));
        Assert.Equal(["answered", "too_many_at_once", "too_many_at_once", "too_many_at_once"], answers.Order(StringComparer.Ordinal));
        Assert.Equal(403, (await Refused(() => Member.LimitTeam(new(), Token))).Status);
    }

    private static async Task Until(Func<Task<bool>> isSo)
    {
        while (!await isSo())
            await Task.Delay(50, Token);
    }
}
