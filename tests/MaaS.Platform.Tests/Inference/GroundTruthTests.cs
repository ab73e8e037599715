// Answers are kept where a revision says so; the truth is posted by request id, whichever protocol answered, and makes the live quality.
using System.Text.Json;
using System.Text.Json.Nodes;
using MaaS.Contracts.Deployments;
using MaaS.Contracts.Inference;
using MaaS.Contracts.Models;
using MaaS.Contracts.Teams;
using MaaS.Inference.Tests;
using MaaS.Platform.Tests.Api;
using Microsoft.EntityFrameworkCore;
using Xunit;

namespace MaaS.Platform.Tests.Inference;

public sealed class GroundTruthTests(ApiServer api) : RolloutTest(api)
{
    private const string City = "somewhere nobody has heard of";

    public override async ValueTask InitializeAsync()
    {
        await base.InitializeAsync();
        await Member.Revise(Seed.Deployment, new(All(1), AnswersKeptDays: 3), Token);
    }

    [Fact]
    public async Task The_truth_joins_the_answers_of_every_protocol_and_makes_an_accuracy()
    {
        var predicted = await Member.Predict(Seed.Deployment, Fifty, Token); // yes
        var (_, named) = await Infer(All("""{"id":"the caller's \"own\" name","inputs":INPUTS}""")); // yes, no
        var (_, made) = await Infer(All("""{"id":"","inputs":INPUTS}"""));
        await Grpc();
        var madeId = (string)JsonNode.Parse(made)!["id"]!;
        var result = await Post(Truth(predicted.RequestId, true), Truth("the caller's \"own\" name", "no"), Truth("the caller's \"own\" name", "no", 1), Truth(madeId, "no", 1));
        var quality = await Member.Quality(Seed.Deployment, 24, Token);

        Assert.Equal("the caller's \"own\" name", (string)JsonNode.Parse(named)!["id"]!);
        Assert.True(Guid.TryParse(madeId, out _) && Guid.TryParse(predicted.RequestId, out _));
        Assert.Equal((4, 0), (result.Accepted, result.Refused));
        Assert.Equal((3, 4, 3), (quality.KeptDays, quality.Answers, quality.WithTruth));
        var version = Assert.Single(quality.Versions);
        Assert.Equal((Seed.Model, 1, new QualityFigures(4, 0.75, null, null)), (version.Model, version.Version, version.Whole));
        Assert.Equal(4, version.Hours.Sum(hour => hour.Figures.Rows));
        Assert.All(version.Hours, hour => Assert.Equal((0, 0), (hour.Hour.Minute, hour.Hour.Second)));
    }

    [Fact]
    public async Task A_name_made_for_a_request_comes_back_over_grpc_too_and_its_truth_is_taken()
    {
        var id = await GrpcId();

        Assert.Equal(1, (await Post(Truth(id, "no"))).Accepted);
        Assert.Equal(0, Assert.Single((await Member.Quality(Seed.Deployment, 24, Token)).Versions).Whole.Accuracy);
    }

    [Fact]
    public async Task Numbers_make_an_rmse_and_an_mae_by_version()
    {
        var (first, second) = (await Seed.Make(Team, task: ModelTask.TabularRegression), await Seed.Make(Team, task: ModelTask.TabularRegression, less: 5));
        var number = (await Member.RegisterVersion(first.Model, new(second.Run), Token)).Number;
        await Member.Revise(first.Deployment, new([new(first.Model, 1)], AnswersKeptDays: 1), Token);
        var one = await Member.Predict(first.Deployment, Fifty, Token); // 1
        var other = await Member.Predict(first.Deployment, Fifty, Token);
        await Member.Revise(first.Deployment, new([new(first.Model, number)]), Token);
        var newer = await Member.Predict(first.Deployment, Fifty, Token); // 0
        await Member.PostGroundTruth(first.Deployment, new([Truth(one.RequestId, 4), Truth(other.RequestId, 5), Truth(newer.RequestId, -0.5)]), Token);
        var quality = await Member.Quality(first.Deployment, 24, Token);

        Assert.Equal([1, number], quality.Versions.Select(version => version.Version));
        Assert.Equal((2, Math.Round(Math.Sqrt(12.5), 6), 3.5), Rounded(quality.Versions[0].Whole));
        Assert.Equal((1, 0.5, 0.5), Rounded(quality.Versions[1].Whole));
    }

    [Fact]
    public async Task What_does_not_fit_gets_a_sentence_and_the_rest_is_taken()
    {
        var request = new PredictRequest(TestPackage.Rows("""{"age":50}""", """{"age":"old"}""", """{"age":20}"""));
        var id = (await Member.Predict(Seed.Deployment, request, Token)).RequestId;
        var result = await Post(
            Truth(id, "yes"), Truth(id, "no"), Truth(id, "yes", 1), Truth(id, "maybe", 2), Truth(id, 1, 2), Truth(id, "no", 3), Truth(id, "no", -1), Truth("unknown", "no"), Truth(id, "no", 2));

        Assert.Equal((2, 7), (result.Accepted, result.Refused));
        Assert.Equal(
        [
            $"rows[1]: row 0 of \"{id}\" is given twice; the first counts.",
            "rows[2].row is 1, which was refused and has no answer.",
            "rows[3].value is \"maybe\", which is no label of the version that answered; it has no, yes.",
            "rows[4].value is 1, which is no label of the version that answered; it has no, yes.",
            "rows[5].row is 3; the request had 3 rows, 0 to 2.",
            "rows[6].row is -1; the request had 3 rows, 0 to 2.",
            "rows[7].request_id: no answer is kept under \"unknown\".",
        ], result.Refusals);
        Assert.Equal(2, Assert.Single((await Member.Quality(Seed.Deployment, 24, Token)).Versions).Whole.Rows);
    }

    [Fact]
    public async Task Where_nothing_fits_nothing_is_taken()
    {
        var id = (await Member.Predict(Seed.Deployment, Fifty, Token)).RequestId;
        var problem = await Refused(() => Post(Truth(id, "maybe"), Truth("unknown", "yes")));

        Assert.Equal((422, "ground_truth_refused"), (problem.Status, problem.Code));
        Assert.Equal("Nothing was taken. rows[0].value is \"maybe\", which is no label of the version that answered; it has no, yes. rows[1].request_id: no answer is kept under \"unknown\".", problem.Detail);
        Assert.Equal(0, (await Member.Quality(Seed.Deployment, 24, Token)).WithTruth);
    }

    [Fact]
    public async Task Requests_of_too_many_rows_for_one_post_are_refused_before_they_are_read()
    {
        await using (var context = Api.Context())
        {
            var deployment = await context.Deployments.Where(row => row.TeamId == Team.Id).SingleAsync(Token);
            var version = await context.ModelVersions.Where(row => row.Model.TeamId == Team.Id).Select(row => row.Id).FirstAsync(Token);
            foreach (var (id, rows) in new[] { ("large", 150_000), ("other", 50_001) })
                context.KeptAnswers.Add(new()
                {
                    DeploymentId = deployment.Id,
                    RequestId = id,
                    VersionId = version,
                    At = DateTimeOffset.UtcNow,
                    ExpiresAt = DateTimeOffset.UtcNow.AddDays(1),
                    Labels = [.. Enumerable.Repeat("yes", rows)],
                });
            await context.SaveChangesAsync(Token);
        }
        var problem = await Refused(() => Post(Truth("large", "yes"), Truth("other", "yes")));

        Assert.Equal((422, "ground_truth_refused"), (problem.Status, problem.Code));
        Assert.Equal("rows names requests that had 200001 rows together, all of which are written again; a post may name requests of up to 200000 rows, so send fewer requests at once.", problem.Detail);
        Assert.Equal(1, (await Post(Truth("other", "yes", 50_000))).Accepted);
    }

    [Fact]
    public async Task Whoever_brought_a_column_of_yes_and_no_may_say_so_of_true_and_false()
    {
        await using (var context = Api.Context())
        {
            var version = await context.ModelVersions.SingleAsync(row => row.Id == Seed.ModelVersion, Token);
            context.Entry(version).Property(row => row.Manifest).CurrentValue = version.Manifest with { Labels = ["false", "true"] };
            context.KeptAnswers.Add(new()
            {
                DeploymentId = await context.Deployments.Where(row => row.TeamId == Team.Id).Select(row => row.Id).SingleAsync(Token),
                RequestId = "a",
                VersionId = version.Id,
                At = DateTimeOffset.UtcNow,
                ExpiresAt = DateTimeOffset.UtcNow.AddDays(1),
                Labels = ["true", "false", "true", "true"],
            });
            await context.SaveChangesAsync(Token);
        }

        var posted = await Post(Truth("a", "Yes"), Truth("a", 0, 1), Truth("a", false, 2), Truth("a", "maybe", 3));

        Assert.Equal((3, 1), (posted.Accepted, posted.Refused));
        Assert.Equal(2 / 3.0, Assert.Single((await Member.Quality(Seed.Deployment, 24, Token)).Versions).Whole.Accuracy);
    }

    [Fact]
    public async Task Posting_again_replaces()
    {
        var id = (await Member.Predict(Seed.Deployment, Fifty, Token)).RequestId;
        await Post(Truth(id, "no"));
        await Post(Truth(id, "yes"));

        Assert.Equal(new QualityFigures(1, 1, null, null), Assert.Single((await Member.Quality(Seed.Deployment, 24, Token)).Versions).Whole);
    }

    [Fact]
    public async Task Without_the_setting_nothing_is_kept_and_nothing_of_what_was_asked_ever_is()
    {
        await Member.Predict(Seed.Deployment, new PredictRequest(TestPackage.Rows(JsonSerializer.Serialize(new { age = 50, city = City }))), Token);
        await Member.Revise(Seed.Deployment, new(All(1), AnswersKeptDays: 0), Token);
        var id = (await Member.Predict(Seed.Deployment, Fifty, Token)).RequestId;
        var (_, open) = await Infer(All("""{"inputs":INPUTS}"""));

        Assert.Null(JsonNode.Parse(open)!["id"]);
        Assert.Equal("answers_not_kept", (await Refused(() => Post(Truth(id, "yes")))).Code);
        Assert.Equal(1, (await Member.Quality(Seed.Deployment, 24, Token)).Answers);
        await using var context = Api.Context();
        Assert.DoesNotContain(context.KeptAnswers.AsEnumerable(), answer => JsonSerializer.Serialize(answer).Contains(City, StringComparison.Ordinal));
    }

    [Fact]
    public async Task Who_may_only_look_may_not_post()
    {
        var viewer = Team.Client(Role.Viewer);

        Assert.Equal(403, (await Refused(() => viewer.PostGroundTruth(Seed.Deployment, new([Truth("a", "yes")]), Token))).Status);
        Assert.Equal(3, (await viewer.Quality(Seed.Deployment, 24, Token)).KeptDays);
    }

    private Task<GroundTruthResult> Post(params TruthRow[] rows) => Member.PostGroundTruth(Seed.Deployment, new(rows), Token);

    private static TruthRow Truth(string id, object value, int row = 0) => new(id, JsonSerializer.SerializeToElement(value), row);

    private static (long, double, double) Rounded(QualityFigures figures) => (figures.Rows, Math.Round(figures.Rmse!.Value, 6), Math.Round(figures.Mae!.Value, 6));
}
