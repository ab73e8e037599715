// A revision that does not keep to its guard is taken back by itself, once, and says why.
using System.Text;
using System.Text.RegularExpressions;
using MaaS.Contracts.Deployments;
using MaaS.Contracts.Teams;
using MaaS.Platform.Tests.Api;
using Xunit;

namespace MaaS.Platform.Tests.Inference;

public sealed class GuardTests(ApiServer api) : RolloutTest(api)
{
    /// <summary>Each request waits so long for company that one which says so has no time for it.</summary>
    private static readonly Batching s_waiting = new(8, 200);

    [Fact]
    public async Task Too_many_errors_roll_back_and_the_history_and_the_audit_log_say_why()
    {
        await Revise(All(await Another()), guard: new(MaxErrorPercent: 20, MinRequests: 10), batching: s_waiting);
        for (var i = 0; i < 6; i++)
            await Predict();
        for (var i = 0; i < 4; i++)
            await Fail();

        var revision = await RolledBack();
        Assert.Equal((3, 1, RevisionView.Guardian), (revision.Number, revision.RollbackOf, revision.CreatedBy));
        Assert.Equal($"The guard of revision 2 rolled back: version 2 of \"{Seed.Model}\" left 40 % of 10 requests unanswered; max_error_percent is 20.", revision.Reason);
        Assert.Equal(All(1), revision.Traffic);
        Assert.Null(revision.Guard); // it must not go to and fro
        Assert.Equal(1, (await Member.Predict(Seed.Deployment, Fifty, Token)).Version);
        var audit = (await Admin.Audit(token: Token)).Items.First(found => found.Actor == RevisionView.Guardian);
        Assert.Equal(("rolled_back", "deployment", Seed.Deployment, $"to revision 1. {revision.Reason}"), (audit.Action, audit.Noun, audit.NounName, audit.Detail));
    }

    [Fact]
    public async Task Answers_that_take_too_long_roll_back()
    {
        await Revise(All(await Another()), guard: new(MaxP99Ms: 20, MinRequests: 10), batching: s_waiting);
        for (var i = 0; i < 10; i++)
            await Predict();

        var revision = await RolledBack();
        var figures = Regex.Match(revision.Reason!, "gave 10 answers with a p99 of ([0-9.]+) ms; max_p99_ms is 20\\.$");
        Assert.True(double.Parse(figures.Groups[1].Value, null) >= 40, revision.Reason);
        Assert.Equal(new Batching(), revision.Batching);
    }

    [Fact]
    public async Task Answers_other_than_those_of_the_version_before_roll_back()
    {
        await Revise([new(Seed.Model, 1, 50), new(Seed.Model, await Another(Contrary), 50)], guard: new(MaxDisagreementPercent: 30, MinRequests: 5, ComparedPercent: 100));
        var yes = 0;
        for (var asked = 0; asked < 40; asked++)
            yes += await Predict() == "yes" ? 1 : 0;

        var revision = await RolledBack();
        Assert.Matches($"version 2 of \"{Seed.Model}\" answered 100 % of [0-9]+ compared requests otherwise than version 1 of \"{Seed.Model}\"; max_disagreement_percent is 30\\.$", revision.Reason);
        Comparison? compared = null;
        await Until(async () => (compared = (await Member.Revisions(Seed.Deployment, token: Token)).Items.Single(found => found.Number == 2).Comparisons!.SingleOrDefault()) is not null);
        Assert.Equal((2, 1, 0), (compared!.Version, compared.ShadowVersion, compared.Agreed)); // the version before is not compared with itself
        Assert.InRange(yes, 1, 40);
    }

    [Fact]
    public async Task A_revision_that_keeps_to_its_guard_stays_and_so_does_one_that_too_little_is_known_of()
    {
        var second = await Another();
        var (fine, young) = (await Seed.Make(Team), await Seed.Make(Team));
        await Revise(All(second), guard: new(MaxErrorPercent: 50, MinRequests: 10), batching: s_waiting);
        await Member.Revise(fine.Deployment, new(All(second), Batching: s_waiting, Guard: new(MaxErrorPercent: 50, MaxP99Ms: 600_000, MinRequests: 10)), Token);
        await Member.Revise(young.Deployment, new(All(second), Batching: s_waiting, Guard: new(MaxErrorPercent: 50, MinRequests: 11)), Token);
        for (var i = 0; i < 10; i++)
        {
            if (i < 5)
                await Member.Predict(fine.Deployment, Fifty, Token);
            else
                await Fail(deployment: fine.Deployment);
            await Fail(deployment: young.Deployment);
        }
        for (var i = 0; i < 10; i++)
            await Fail();

        await RolledBack(); // whoever looks at this one has looked at the others too
        Assert.Equal((2, 2), ((await Member.Deployment(fine.Deployment, Token)).Revision.Number, (await Member.Deployment(young.Deployment, Token)).Revision.Number));
    }

    [Fact]
    public async Task What_callers_get_wrong_is_not_held_against_a_version()
    {
        var second = await Another();
        var other = await Seed.Make(Team);
        await Revise(All(second), guard: new(MaxErrorPercent: 0, MinRequests: 1));
        await Member.Revise(other.Deployment, new(All(second), Batching: s_waiting, Guard: new(MaxErrorPercent: 50, MinRequests: 10)), Token);
        await Predict();
        for (var i = 0; i < 10; i++)
        {
            Assert.Equal(422, (await Refused(() => Member.Predict(Seed.Deployment, Wrong, Token))).Status);
            Assert.Equal(400, (await Infer("{}")).Status);
        }
        for (var i = 0; i < 10; i++)
            await Fail(deployment: other.Deployment);

        await RolledBack(other.Deployment); // whoever looks at this one has looked at the first too
        Assert.Equal(2, (await Newest()).Number);
    }

    [Fact]
    public async Task Two_servers_that_both_see_it_make_one_roll_back()
    {
        await Revise(All(await Another()), guard: new(MaxErrorPercent: 5, MinRequests: 10), batching: s_waiting);
        await using var replica = await Api.Replica();
        var clients = new[] { Member, MemberOf(replica) };
        await Task.WhenAll(new[] { Api, replica }.Select(async server =>
        {
            for (var i = 0; i < 20; i++)
                await Fail(server);
        }));

        await RolledBack();
        foreach (var client in clients)
            await Until(async () => (await client.Predict(Seed.Deployment, Fifty, Token)).Revision == 3);
        await Task.Delay(TimeSpan.FromSeconds(2), Token); // in which both have looked again
        Assert.Equal([3, 2, 1], (await Member.Revisions(Seed.Deployment, token: Token)).Items.Select(revision => revision.Number));
    }

    [Fact]
    public async Task Somebody_who_moves_the_traffic_first_is_not_overruled()
    {
        var second = await Another();
        await Revise(All(second), guard: new(MaxErrorPercent: 5, MinRequests: 10), batching: s_waiting);
        for (var i = 0; i < 9; i++)
            await Fail();
        await Task.WhenAll(Fail(), Revise([new(Seed.Model, 1, 30), new(Seed.Model, second, 70)]));
        await Task.Delay(TimeSpan.FromSeconds(3), Token); // in which the guard has looked several times

        // Either the guard was first, and the person decided after it; or the person was, and the guard found a newer revision.
        Assert.Equal([new TrafficShare(Seed.Model, second, 70), new TrafficShare(Seed.Model, 1, 30)], (await Newest()).Traffic);
    }

    /// <summary>Asks with no time for company; once the guard has rolled back, whoever asks is answered at once.</summary>
    private async Task Fail(ApiServer? server = null, string? deployment = null)
    {
        using var http = (server ?? Api).Http(Team.Secrets[Role.Viewer]);
        using var answer = await http.PostAsync($"v2/models/{deployment ?? Seed.Deployment}/infer", Bare(Encoding.UTF8.GetBytes(All("""{"inputs":INPUTS,"parameters":{"timeout":1}}"""))), Token);
        Assert.Contains((int)answer.StatusCode, new[] { 200, 503 });
    }

    private async Task<RevisionView> RolledBack(string? deployment = null)
    {
        RevisionView? newest = null;
        await Until(async () => (newest = (await Member.Deployment(deployment ?? Seed.Deployment, Token)).Revision).CreatedBy == RevisionView.Guardian);
        return newest!;
    }
}
