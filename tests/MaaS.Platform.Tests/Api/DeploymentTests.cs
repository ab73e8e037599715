// From a registered version to answers, and back again: nothing takes traffic that has not proven itself first.
using MaaS.Contracts.Deployments;
using MaaS.Contracts.Inference;
using MaaS.Contracts.Teams;
using MaaS.Inference.Tests;
using Xunit;

namespace MaaS.Platform.Tests.Api;

public sealed class DeploymentTests(ApiServer api) : ApiTest(api)
{
    private static PredictRequest Fifty { get; } = new(TestPackage.Rows("""{"age":50,"member":true,"city":"oslo","joined":"1970-01-01"}""", """{"age":20}"""));

    [Fact]
    public async Task The_first_prediction_after_deploying_is_correct()
    {
        var other = await Seed.Make(Team);

        var deployment = await Member.Deploy(new("adults", [new(other.Model, 1)], "first"), Token);
        var answer = await Team.Client(Role.Viewer).Predict("adults", Fifty, Token);

        Assert.Equal((1, "first", DeploymentState.Serving), (deployment.Revision.Number, deployment.Revision.Reason, deployment.State));
        Assert.Equal([new TrafficShare(other.Model, 1)], deployment.Revision.Traffic);
        Assert.Equal(("adults", other.Model, 1, 1), (answer.Deployment, answer.Model, answer.Version, answer.Revision));
        Assert.Equal(["yes", "no"], answer.Predictions.Select(prediction => prediction.Label));
        Assert.Equal(TestPackage.Answer(1).Probabilities!["yes"], answer.Predictions[0].Probabilities!["yes"], 1e-5f);
    }

    [Fact]
    public async Task A_caller_says_which_labels_it_wants_to_see_and_a_row_that_is_refused_leaves_the_others_answered()
    {
        var seed = await Seed.Make(Team);
        async Task<IReadOnlyList<Prediction>> Ask(PredictRequest request) => (await Member.Predict(seed.Deployment, request, Token)).Predictions;

        Assert.Equal(["no", "yes"], (await Ask(Fifty))[0].Probabilities!.Keys); // as the model has them
        Assert.Equal(["yes", "no"], (await Ask(Fifty with { TopK = 5 }))[0].Probabilities!.Keys); // the highest first
        var best = await Ask(Fifty with { TopK = 1 });
        Assert.Equal([("yes", "yes"), ("no", "no")], best.Select(one => (one.Label, one.Probabilities!.Keys.Single())));
        var sure = (await Ask(Fifty with { Threshold = 0.99 }))[0];
        Assert.Equal((null, 0), (sure.Label, sure.Probabilities!.Count));
        Assert.Equal(["no", "no"], (await Ask(Fifty with { Labels = ["no"] })).Select(one => one.Label));
        var mixed = await Ask(new(TestPackage.Rows("""{"age":"old"}""", """{"age":20}""")));
        Assert.Equal([(null, "rows[0].age: \"old\" is not a number."), ("no", null)], mixed.Select(one => (one.Label, one.Error)));
    }

    [Fact]
    public async Task A_version_that_does_not_answer_its_own_sample_never_takes_traffic()
    {
        var good = await Seed.Make(Team);
        var broken = await Seed.Make(Team, broken: true);
        var before = await Team.Rows();

        var deployed = await Refused(() => Member.Deploy(new("bad", [new(broken.Model, 1)]), Token));
        var revised = await Refused(() => Member.Revise(good.Deployment, new([new(good.Model, 1, 90), new(broken.Model, 1, 10)]), Token));

        Assert.Equal((422, "version_failed_to_load"), (deployed.Status, deployed.Code));
        Assert.Contains("sample", deployed.Detail, StringComparison.Ordinal);
        Assert.Equal("version_failed_to_load", revised.Code);
        Assert.Equal(before, await Team.Rows());
        Assert.Equal(1, (await Member.Predict(good.Deployment, Fifty, Token)).Revision);
        Assert.Equal((503, "version_failed_to_load"), await Answer(broken.Deployment));
    }

    [Fact]
    public async Task Rolling_back_restores_an_earlier_revisions_traffic_as_a_new_one()
    {
        var first = await Seed.Make(Team);
        var second = await Seed.Make(Team);
        await Member.Revise(first.Deployment, new([new(second.Model, 1)], "better"), Token);
        var moved = await Member.Predict(first.Deployment, Fifty, Token);
        var back = await Member.RollBack(first.Deployment, new(Reason: "worse"), Token);
        var restored = await Member.Predict(first.Deployment, Fifty, Token);
        var history = (await Member.Revisions(first.Deployment, token: Token)).Items;

        Assert.Equal((second.Model, 2), (moved.Model, moved.Revision));
        Assert.Equal((3, 1, "worse", first.Model), (back.Revision.Number, back.Revision.RollbackOf, back.Revision.Reason, back.Revision.Traffic[0].Model));
        Assert.Equal((first.Model, 3), (restored.Model, restored.Revision));
        Assert.Equal([3, 2, 1], history.Select(revision => revision.Number));
    }

    [Fact]
    public async Task Traffic_is_split_by_weight()
    {
        var first = await Seed.Make(Team);
        var second = await Seed.Make(Team);
        await Member.Revise(first.Deployment, new([new(first.Model, 1, 80), new(second.Model, 1, 20)]), Token);
        var answers = new List<string>();
        for (var i = 0; i < 300; i++)
            answers.Add((await Member.Predict(first.Deployment, Fifty, Token)).Model);

        // 20 % of 300 is 60, with a standard deviation of 7.
        Assert.InRange(answers.Count(model => model == second.Model), 25, 95);
    }

    [Fact]
    public async Task A_paused_deployment_says_so_and_goes_on_when_resumed()
    {
        var seed = await Seed.Make(Team);
        await Member.Pause(seed.Deployment, Token);
        var paused = await Answer(seed.Deployment);
        await Member.Resume(seed.Deployment, Token);

        Assert.Equal((503, "deployment_paused"), paused);
        Assert.Equal(2, (await Member.Predict(seed.Deployment, Fifty, Token)).Predictions.Count);
        await Member.DeleteDeployment(seed.Deployment, Token);
        Assert.Equal((404, "deployment_not_found"), await Answer(seed.Deployment));
        await Member.DeleteModel(seed.Model, Token);
    }

    [Fact]
    public async Task Parallel_registrations_and_revisions_number_themselves_without_gaps()
    {
        var seed = await Seed.Make(Team);
        var other = await Seed.Make(Team);
        var versions = await Task.WhenAll(Enumerable.Range(0, 8).Select(i => Member.RegisterVersion("shared", new(i % 2 == 0 ? seed.Run : other.Run), Token)));
        await Task.WhenAll(Enumerable.Range(0, 8).Select(_ => Member.Revise(seed.Deployment, new([new("shared", 1)]), Token)));
        await Task.WhenAll(Enumerable.Range(0, 4).Select(_ => Member.RollBack(seed.Deployment, new(1), Token)));
        var history = (await Member.Revisions(seed.Deployment, token: Token)).Items;

        // A run that is registered already keeps its version.
        Assert.Equal([1, 2], versions.Select(version => version.Number).Distinct().Order());
        Assert.Equal(Enumerable.Range(1, 13).Reverse(), history.Select(revision => revision.Number));
    }

    [Fact]
    public async Task Models_tell_their_newest_version_and_their_aliases()
    {
        var seed = await Seed.Make(Team);
        var second = await Member.RegisterVersion(seed.Model, new((await Seed.Make(Team)).Run), Token);
        var aliased = await Member.SetAlias(seed.Model, "challenger", new(2), Token);
        await Member.DeleteAlias(seed.Model, "champion", Token);
        var model = await Member.UpdateModel(seed.Model, new("leavers"), Token);
        await using var file = await Member.ModelFile(seed.Model, 2, "model.onnx", Token);

        Assert.Equal((2, second.Id), (second.Number, aliased.Latest!.Id));
        Assert.Equal(new Dictionary<string, int> { ["challenger"] = 2, ["champion"] = 1 }, aliased.Aliases);
        Assert.Equal("leavers", model.Description);
        Assert.Equal(new Dictionary<string, int> { ["challenger"] = 2 }, model.Aliases);
        Assert.Equal([2, 1], (await Member.ModelVersions(seed.Model, token: Token)).Items.Select(version => version.Number));
        Assert.Equal((seed.Model, 1), ((await Member.Run(seed.Run, Token)).Outcome!.Model, (await Member.Run(seed.Run, Token)).Outcome!.Version));
        await Member.DeleteModelVersion(seed.Model, 2, Token);
    }

    private async Task<(int, string)> Answer(string deployment)
    {
        var problem = await Refused(() => Member.Predict(deployment, Fifty, Token));
        return (problem.Status, problem.Code);
    }
}
