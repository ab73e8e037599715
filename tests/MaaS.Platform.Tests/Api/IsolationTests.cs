// A foreign team's noun does not exist. Generated from the OpenAPI document: every endpoint, every role, and nobody at all.
using System.Net;
using System.Net.Http.Json;
using MaaS.Contracts;
using MaaS.Contracts.Teams;
using Xunit;

namespace MaaS.Platform.Tests.Api;

public sealed class IsolationTests(ApiServer api) : ApiTest(api)
{
    [Fact]
    public async Task Nobody_reaches_anything_but_the_doors()
    {
        var seed = await Seed.Make(Team);
        var before = await Team.Rows();
        foreach (var call in await Calls(NamesOf(seed)))
        {
            using var answer = await Api.Http(null).SendAsync(call.Request(), Token);
            var text = await answer.Content.ReadAsStringAsync(Token);

            if (call.NeedsCaller)
                Assert.True(answer.StatusCode == HttpStatusCode.Unauthorized, $"{call} answered {answer.StatusCode} to nobody: {text}");
            Assert.False(answer.IsSuccessStatusCode, $"{call} let nobody in: {text}");
            Assert.DoesNotContain(seed.Mark, Without(text, call), StringComparison.Ordinal);
        }
        Assert.Equal(before, await Team.Rows());
    }

    [Theory]
    [InlineData(Role.Viewer)]
    [InlineData(Role.Member)]
    [InlineData(Role.Admin)]
    public async Task A_foreign_noun_does_not_exist_for_any_role(Role role)
    {
        var theirs = await Seed.Make(Team);
        var ours = await TestTeam.Create(Api, $"another {Guid.NewGuid()}");
        var before = await Team.Rows();
        var nowhere = (await Calls(Nothing())).ToDictionary(call => call.ToString());
        foreach (var call in await Calls(NamesOf(theirs)))
        {
            using var answer = await ours.Http(role).SendAsync(call.Request(), Token);
            var text = await answer.Content.ReadAsStringAsync(Token);

            Assert.DoesNotContain(theirs.Mark, Without(text, call), StringComparison.Ordinal);
            if (!call.NamesSomething)
                continue;
            // What a role may not do in its own team is refused before anybody looks whether the noun exists.
            var expected = answer.StatusCode == HttpStatusCode.Forbidden && role != Role.Admin ? HttpStatusCode.Forbidden : HttpStatusCode.NotFound;
            Assert.True(answer.StatusCode == expected, $"{call} answered {answer.StatusCode} to a foreign {role}: {text}");
            using var same = await ours.Http(role).SendAsync(nowhere[call.ToString()].Request(), Token);
            Assert.Equal(await Code(same), (await answer.Content.ReadFromJsonAsync<Problem>(MaaSJson.Options, Token))!.Code);
        }
        Assert.Equal(before, await Team.Rows());
    }

    [Fact]
    public async Task Every_operation_of_the_client_is_in_the_document()
    {
        var document = await OpenApiCalls.Document(Api.Http(null), Token);
        var operations = document["paths"]!.AsObject().Sum(path => path.Value!.AsObject().Count);
        var methods = typeof(MaaSClient).GetMethods().Count(method => method.DeclaringType == typeof(MaaSClient) && !method.IsSpecialName);

        Assert.Equal(methods, operations);
    }

    private async Task<IReadOnlyList<ApiCall>> Calls(Dictionary<string, string> names) =>
        new OpenApiCalls(await OpenApiCalls.Document(Api.Http(null), Token), names).All()
            // Signing out comes last, or everything after it would be nobody's call.
            .OrderBy(call => call is { Method: "DELETE", Template: "/api/session" or "/api/account/sessions" }).ToList();

    // An answer may repeat what was asked for; that tells the caller nothing new.
    private static string Without(string text, ApiCall call) => call.Path.Split('/').Concat(call.Body?.ToJsonString().Split('"') ?? [])
        .Where(part => part.Length > 8).Aggregate(text, (rest, part) => rest.Replace(Uri.UnescapeDataString(part), "", StringComparison.Ordinal));

    private static async Task<string> Code(HttpResponseMessage answer) => (await answer.Content.ReadFromJsonAsync<Problem>(MaaSJson.Options, Token))!.Code;

    private static Dictionary<string, string> NamesOf(Seed seed) => new()
    {
        ["dataset"] = $"{seed.Dataset}",
        ["datasetVersion"] = $"{seed.DatasetVersion}",
        ["number"] = "1",
        ["experiment"] = $"{seed.Experiment}",
        ["run"] = $"{seed.Run}",
        ["job"] = $"{seed.Job}",
        ["model"] = seed.Model,
        ["modelVersion"] = $"{seed.ModelVersion}",
        ["version"] = "1",
        ["alias"] = "champion",
        ["path"] = "model.onnx",
        ["deployment"] = seed.Deployment,
        ["user"] = $"{seed.Team.Users[Role.Member]}",
        ["key"] = $"{seed.Key}",
        ["view"] = $"{seed.View}",
        ["session"] = $"{seed.Session}",
        ["identity"] = $"{seed.Identity}",
        ["notification"] = $"{seed.Notification}",
        ["webhook"] = $"{seed.Webhook}",
        ["delivery"] = $"{seed.Delivery}",
        ["sample"] = "no-such-sample",
        ["body:dataset_version_id"] = $"{seed.DatasetVersion}",
        ["body:version_id"] = $"{seed.ModelVersion}",
        ["body:run_id"] = $"{seed.Run}",
        ["body:run_ids"] = $"{seed.Run}",
        ["body:experiment_id"] = $"{seed.Experiment}",
        ["body:experiment_ids"] = $"{seed.Experiment}",
        ["body:runs"] = $"{seed.Run}",
        ["body:team_id"] = $"{seed.Team.Id}",
        ["body:model"] = seed.Model,
        ["body:version"] = "1",
        ["body:weight"] = "100",
    };

    private static Dictionary<string, string> Nothing() => new()
    {
        ["dataset"] = $"{Guid.NewGuid()}",
        ["datasetVersion"] = $"{Guid.NewGuid()}",
        ["number"] = "1",
        ["experiment"] = $"{Guid.NewGuid()}",
        ["run"] = $"{Guid.NewGuid()}",
        ["job"] = $"{Guid.NewGuid()}",
        ["model"] = "no-such-model",
        ["modelVersion"] = $"{Guid.NewGuid()}",
        ["version"] = "1",
        ["alias"] = "champion",
        ["path"] = "model.onnx",
        ["deployment"] = "no-such-deployment",
        ["user"] = $"{Guid.NewGuid()}",
        ["key"] = $"{Guid.NewGuid()}",
        ["view"] = $"{Guid.NewGuid()}",
        ["session"] = $"{Guid.NewGuid()}",
        ["identity"] = $"{Guid.NewGuid()}",
        ["notification"] = $"{Guid.NewGuid()}",
        ["webhook"] = $"{Guid.NewGuid()}",
        ["delivery"] = $"{Guid.NewGuid()}",
        ["sample"] = "no-such-sample",
        ["body:dataset_version_id"] = $"{Guid.NewGuid()}",
        ["body:version_id"] = $"{Guid.NewGuid()}",
        ["body:run_id"] = $"{Guid.NewGuid()}",
        ["body:run_ids"] = $"{Guid.NewGuid()}",
        ["body:experiment_id"] = $"{Guid.NewGuid()}",
        ["body:experiment_ids"] = $"{Guid.NewGuid()}",
        ["body:runs"] = $"{Guid.NewGuid()}",
        ["body:team_id"] = $"{Guid.NewGuid()}",
        ["body:model"] = "no-such-model",
        ["body:version"] = "1",
        ["body:weight"] = "100",
    };
}
