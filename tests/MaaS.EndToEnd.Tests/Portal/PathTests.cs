// The whole path of the product in a real browser, for each who walks it: the first administrator, a member, and a viewer, who may look at
// all of it and do none of it, whether the portal is asked or the API.
using System.Text;
using MaaS.Contracts;
using MaaS.Contracts.Compression;
using MaaS.Contracts.Datasets;
using MaaS.Contracts.Jobs;
using MaaS.Contracts.Training;
using static Microsoft.Playwright.Assertions;

namespace MaaS.EndToEnd.Tests.Portal;

[Collection(OneTeamTests.Name)]
public sealed class PathTests(OneTeam team, ITestOutputHelper output)
{
    // What changes something, wherever it stands.
    private static readonly string[] s_deeds =
    [
        "upload-input", "sample-churn", "train-on", "train", "delete-dataset", "deploy", "change-settings", "search-settings", "retrain", "delete-run", "register",
        "compress-version", "compress", "continue-training", "change-traffic", "revise", "roll-back", "pause", "delete-deployment", "restore-1", "invite", "create-key", "save-webhook",
    ];

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact]
    public async Task A_first_visit_comes_from_the_link_to_a_deployed_model_in_few_clicks_and_types_only_who_one_is()
    {
        var visit = await team.FirstVisit();
        output.WriteLine($"{visit.Clicks} clicks, {visit.Took.TotalSeconds:0} s");
        Assert.InRange(visit.Clicks, 1, 12);
        Assert.Equal(["email", "password"], visit.Typed);
        Assert.True(visit.Took < TimeSpan.FromMinutes(3), $"It took {visit.Took}.");
    }

    [Theory, InlineData("en-GB"), InlineData("zh-CN")]
    public async Task A_member_goes_the_whole_way_from_an_invitation_to_a_rollback(string language)
    {
        var path = await team.Path(language);
        Assert.True(path.Complaints.Count == 0, string.Join(Environment.NewLine, path.Complaints));
    }

    [Theory, InlineData("en-GB"), InlineData("zh-CN")]
    public async Task A_viewer_sees_what_the_member_made_and_is_offered_none_of_what_made_it(string language)
    {
        var path = await team.Path(language);
        var at = await team.SignedIn(OneTeam.Viewer(language), language);
        foreach (var (page, seen) in new[]
        {
            ("/", "recent-runs"), ("/datasets", "datasets"), (path.Dataset, "columns"), (path.Experiment, "runs"), (path.Runs[0], "charts"), (path.Compare, "compare-charts"),
            ("/models", "models"), ($"/models/{path.Model}", "versions"), ($"/models/{path.Model}/1", "inputs"), (path.Compression, "point"),
            ($"/deployments/{path.Model}", "revisions"), ("/team", "members"),
        })
        {
            await at.Goto(page);
            await Expect(at.Id(seen).First).ToBeVisibleAsync();
            foreach (var deed in s_deeds)
                await Expect(at.Id(deed)).ToHaveCountAsync(0);
        }
        // What is all about doing says in a sentence why it cannot be done.
        foreach (var page in new[] { "/train", $"/models/{path.Model}/1/compress", $"/sweeps/new?from={path.Runs[0].Split('/')[^1]}" })
        {
            await at.Goto(page);
            await Expect(at.Id("empty")).ToBeVisibleAsync();
            await Expect(at.Id("empty").Locator(".muted")).Not.ToBeEmptyAsync();
        }
        Assert.True(at.Complaints.Count == 0, string.Join(Environment.NewLine, at.Complaints));
    }

    [Fact]
    public async Task A_viewer_who_asks_the_API_is_refused_each_deed_with_a_sentence()
    {
        var path = await team.Path("en-GB");
        var viewer = await team.Client(OneTeam.Viewer("en-GB"));
        var data = (await viewer.Datasets(token: Token)).Items.Single(dataset => dataset.Name == path.Model);
        var version = await viewer.ModelVersion(path.Model, 1, Token);
        var training = new TrainJob(data.Latest!.Id, new TabularTraining(SampleData.Churn.Target));
        var deeds = new Dictionary<string, Func<Task>>
        {
            ["invite"] = () => viewer.Invite(new("other@example.com"), Token),
            ["upload"] = () => viewer.UploadDataset("more", "more.csv", new MemoryStream(Encoding.UTF8.GetBytes("a,b\n1,2\n")), Token),
            ["take sample data"] = () => viewer.SampleDataset("churn", Token),
            ["train"] = () => viewer.Submit(training, Token),
            ["compress"] = () => viewer.Submit(new CompressJob(version.Id, new RecipePlan([new DynamicQuantization()])), Token),
            ["register"] = () => viewer.RegisterVersion("mine", new(version.RunId!.Value), Token),
            ["deploy"] = () => viewer.Deploy(new("mine", [new(path.Model, 1)]), Token),
            ["split traffic"] = () => viewer.Revise(path.Model, new([new(path.Model, 1, 50), new(path.Model, 2, 50)]), Token),
            ["roll back"] = () => viewer.RollBack(path.Model, new(), Token),
            ["pause"] = () => viewer.Pause(path.Model, Token),
        };

        var answers = new Dictionary<string, string>();
        foreach (var (deed, ask) in deeds)
            answers[deed] = await Record.ExceptionAsync(ask) is ProblemException { Problem: var problem } ? $"{problem.Status} {problem.Code}: {problem.Detail}" : "done";

        Assert.All(answers, answer => Assert.Matches(@"^403 \w+: .+ .+ .+\.$", answer.Value));
    }
}
