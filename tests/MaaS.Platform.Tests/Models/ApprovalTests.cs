// A version that a team wants approved gets no traffic before an admin who did not ask for it says so; what serves already is left alone.
using MaaS.Catalog.Models;
using MaaS.Contracts;
using MaaS.Contracts.Deployments;
using MaaS.Contracts.Models;
using MaaS.Contracts.Notifications;
using MaaS.Contracts.Teams;
using MaaS.Platform.Tests.Api;
using Microsoft.EntityFrameworkCore;
using Xunit;

namespace MaaS.Platform.Tests.Models;

public sealed class ApprovalTests(ApiServer api) : ApiTest(api)
{
    private Seed _seed = null!;

    public override async ValueTask InitializeAsync()
    {
        await base.InitializeAsync();
        _seed = await Seed.Make(Team);
    }

    [Fact]
    public async Task Without_the_rule_nothing_needs_approval_and_with_it_every_way_to_more_traffic_does()
    {
        await Version(2);
        await Member.Revise(_seed.Deployment, To(2), Token);
        await Member.RollBack(_seed.Deployment, new(), Token);
        await Admin.SetApprovalRule(new(true), Token);

        var made = await Refused(() => Member.Deploy(new("another", To(2).Traffic), Token));
        var revised = await Refused(() => Member.Revise(_seed.Deployment, To(2), Token));
        var split = await Refused(() => Member.Revise(_seed.Deployment, new([new(_seed.Model, 1, 90), new(_seed.Model, 2, 10)]), Token));
        var byAdmin = await Refused(() => Admin.Revise(_seed.Deployment, To(2), Token));

        Assert.All([made, revised, split, byAdmin], refused => Assert.Equal(
            (409, "version_not_approved", $"Version 2 of \"{_seed.Model}\" is not approved, and this team deploys approved versions only. Request approval on the version's page; an admin decides."),
            (refused.Status, refused.Code, refused.Detail)));
        Assert.True((await Member.WhoAmI(Token)).Team.ApprovalNeeded);
        // A shadow answers nobody, what serves may go on, and the way back is always open.
        await Member.Revise(_seed.Deployment, new([new(_seed.Model, 1)], Shadow: new(_seed.Model, 2, 50)), Token);
        Assert.Equal(2, (await Member.RollBack(_seed.Deployment, new(2), Token)).Revision.Traffic.Single().Version);
        await Member.Revise(_seed.Deployment, new([new(_seed.Model, 2)], "longer batches", new(MaxBatchSize: 8)), Token);
        await Admin.SetApprovalRule(new(false), Token);
        await Member.Deploy(new("another", To(2).Traffic), Token);
    }

    [Fact]
    public async Task An_approved_version_is_deployed_and_the_decision_stays_on_record()
    {
        await Version(2);
        await Admin.SetApprovalRule(new(true), Token);
        var asked = await Member.RequestApproval(_seed.Model, 2, new("0.2 better on the test split"), Token);
        var shown = (await Member.ModelVersion(_seed.Model, 2, Token)).Approval;
        var decided = await Admin.DecideApproval(_seed.Model, 2, new(true, "Checked against last month."), Token);

        await Member.Revise(_seed.Deployment, To(2), Token);

        Assert.Equal((ApprovalState.Pending, ApprovalState.Pending, Email(Role.Member)), (asked.State, shown, asked.RequestedBy));
        Assert.Equal(asked with { RequestedAt = decided.RequestedAt, State = ApprovalState.Approved, DecidedBy = Email(Role.Admin), DecidedAt = decided.DecidedAt, Decision = "Checked against last month." }, decided);
        Assert.Equal(ApprovalState.Approved, (await Member.Model(_seed.Model, Token)).Latest!.Approval);
        Assert.Equal(decided.Id, Assert.Single(await Team.Client(Role.Viewer).Approvals(_seed.Model, 2, Token)).Id);
        Assert.Equal("already_approved", (await Refused(() => Member.RequestApproval(_seed.Model, 2, new("again"), Token))).Code);
        Assert.Equal("no_approval_requested", (await Refused(() => Admin.DecideApproval(_seed.Model, 2, new(false, "No."), Token))).Code);
        Assert.Equal(
            ["approved version 2: Checked against last month.", "requested_approval version 2: 0.2 better on the test split", "changed_approval_rule versions must be approved before they are deployed"],
            (await Admin.Audit(token: Token)).Items.Where(row => row.Action is "approved" or "requested_approval" or "changed_approval_rule").Select(row => $"{row.Action} {row.Detail}"));
    }

    [Fact]
    public async Task A_rejected_version_stays_out_and_can_be_asked_for_again()
    {
        await Admin.SetApprovalRule(new(true), Token);
        await Member.RequestApproval(_seed.Model, 1, new("please"), Token);
        Assert.Equal("approval_pending", (await Refused(() => Admin.RequestApproval(_seed.Model, 1, new("me too"), Token))).Code);
        var pending = Assert.Single((await Member.Approvals(ApprovalState.Pending, token: Token)).Items);
        var rejected = await Admin.DecideApproval(_seed.Model, 1, new(false, "Too slow."), Token);

        Assert.Equal((pending.Id, ApprovalState.Rejected), (rejected.Id, rejected.State));
        Assert.Empty((await Member.Approvals(ApprovalState.Pending, token: Token)).Items);
        Assert.Equal("version_not_approved", (await Refused(() => Member.Deploy(new("another", To(1).Traffic), Token))).Code);
        await Member.RequestApproval(_seed.Model, 1, new("faster now"), Token);
        Assert.Equal([ApprovalState.Pending, ApprovalState.Rejected, ApprovalState.Rejected], (await Member.Approvals(_seed.Model, 1, Token)).Select(request => request.State));
    }

    [Fact]
    public async Task Nobody_approves_what_they_asked_for_unless_the_team_has_no_other_admin()
    {
        await Admin.RequestApproval(_seed.Model, 1, new("please"), Token);
        await Admin.ChangeRole(Team.Users[Role.Member], new(Role.Admin), Token);

        var own = await Refused(() => Admin.DecideApproval(_seed.Model, 1, new(true, "Mine."), Token));
        await Admin.ChangeRole(Team.Users[Role.Member], new(Role.Member), Token);

        Assert.Equal((403, "own_request"), (own.Status, own.Code));
        Assert.Equal(ApprovalState.Approved, (await Admin.DecideApproval(_seed.Model, 1, new(true, "There is nobody else."), Token)).State);
    }

    [Fact]
    public async Task A_key_asks_for_who_made_it_and_never_decides()
    {
        var key = Api.Client((await Admin.CreateApiKey(new("pipeline", Role.Admin), Token)).Secret);
        await Admin.ChangeRole(Team.Users[Role.Member], new(Role.Admin), Token);

        var asked = await key.RequestApproval(_seed.Model, 1, new("nightly"), Token);
        var byKey = await Refused(() => key.DecideApproval(_seed.Model, 1, new(true, "nightly"), Token));
        var byMaker = await Refused(() => Admin.DecideApproval(_seed.Model, 1, new(true, "Mine."), Token));

        Assert.Equal("key pipeline", asked.RequestedBy);
        Assert.Equal((403, "session_needed"), (byKey.Status, byKey.Code));
        Assert.Equal("own_request", byMaker.Code);
        await Wait.For(() => Member.WhoAmI(Token), caller => caller.Role == Role.Admin);
        Assert.Equal(ApprovalState.Approved, (await Member.DecideApproval(_seed.Model, 1, new(true, "Fine."), Token)).State);
    }

    [Fact]
    public async Task Roles_are_kept_and_a_decision_says_why()
    {
        var viewer = await Refused(() => Team.Client(Role.Viewer).RequestApproval(_seed.Model, 1, new("please"), Token));
        await Member.RequestApproval(_seed.Model, 1, new("please"), Token);
        var member = await Refused(() => Member.DecideApproval(_seed.Model, 1, new(true, "Mine."), Token));
        var rule = await Refused(() => Member.SetApprovalRule(new(false), Token));
        var mute = await Refused(() => Admin.DecideApproval(_seed.Model, 1, new(true, ""), Token));

        Assert.All([viewer, member, rule], refused => Assert.Equal((403, "role_missing"), (refused.Status, refused.Code)));
        Assert.Equal((400, "note"), (mute.Status, mute.Errors!.Keys.Single()));
        Assert.Equal("model_version_not_found", (await Refused(() => Member.RequestApproval(_seed.Model, 9, new("please"), Token))).Code);
    }

    [Fact]
    public async Task Of_two_who_decide_at_once_one_does()
    {
        await Admin.ChangeRole(Team.Users[Role.Viewer], new(Role.Admin), Token);
        await Member.RequestApproval(_seed.Model, 1, new("please"), Token);
        await Wait.For(() => Team.Client(Role.Viewer).WhoAmI(Token), caller => caller.Role == Role.Admin);

        var outcomes = await Task.WhenAll(new[] { Admin, Team.Client(Role.Viewer), Admin }.Select(async client =>
        {
            try
            {
                return $"{(await client.DecideApproval(_seed.Model, 1, new(true, "Fine."), Token)).State}";
            }
            catch (ProblemException refused)
            {
                return refused.Problem.Code;
            }
        }));

        Assert.Equal(["Approved", "no_approval_requested", "no_approval_requested"], outcomes.Order());
    }

    [Fact]
    public async Task Admins_hear_of_a_request_and_who_asked_of_the_decision()
    {
        await Member.RequestApproval(_seed.Model, 1, new("please"), Token);
        var asked = Assert.Single(await Until(Admin, EventKind.ApprovalRequested));
        await Admin.DecideApproval(_seed.Model, 1, new(false, "Too slow."), Token);
        var decided = Assert.Single(await Until(Member, EventKind.VersionRejected));

        Assert.Equal(($"Version 1 of {_seed.Model}", $"{Email(Role.Member)}: please", $"/models/{_seed.Model}/1"), (asked.Name, asked.Detail, asked.Link));
        Assert.Equal(($"Version 1 of {_seed.Model}", $"{Email(Role.Admin)}: Too slow."), (decided.Name, decided.Detail));
        Assert.DoesNotContain((await Admin.Notifications(token: Token)).Items, item => item.Kind == EventKind.VersionRejected);
        Assert.DoesNotContain((await Member.Notifications(token: Token)).Items, item => item.Kind == EventKind.ApprovalRequested);
    }

    private static CreateRevision To(string model, int version) => new([new(model, version)]);

    private CreateRevision To(int version) => To(_seed.Model, version);

    private string Email(Role role)
    {
        using var context = Api.Context();
        return context.Users.Where(user => user.Id == Team.Users[role]).Select(user => user.Email).Single();
    }

    /// <summary>The same package once more.</summary>
    private async Task Version(int number)
    {
        await using var context = Api.Context();
        var first = await context.ModelVersions.AsNoTracking().Include(row => row.Files).SingleAsync(row => row.Id == _seed.ModelVersion, Token);
        var version = new ModelVersion { TeamId = Team.Id, ModelId = first.ModelId, Number = number, Manifest = first.Manifest, Bytes = first.Bytes, CreatedBy = "seed" };
        version.Files.AddRange(first.Files.Select(file => new ModelFile { Path = file.Path, Sha256 = file.Sha256, Bytes = file.Bytes }));
        context.ModelVersions.Add(version);
        await context.Models.Where(row => row.Id == first.ModelId).ExecuteUpdateAsync(row => row.SetProperty(model => model.LastNumber, number), Token);
        await context.SaveChangesAsync(Token);
    }

    private static Task<IReadOnlyList<NotificationView>> Until(MaaSClient client, EventKind kind) => Wait.For<IReadOnlyList<NotificationView>>(
        async () => [.. (await client.Notifications(token: Token)).Items.Where(item => item.Kind == kind)], items => items.Count > 0);
}
