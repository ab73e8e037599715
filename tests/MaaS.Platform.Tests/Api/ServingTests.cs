// "What was serving on 3 May?" The past of a deployment, from its revisions and from who paused it when.
using MaaS.Catalog.Deployments;
using MaaS.Contracts.Deployments;
using MaaS.Contracts.Teams;
using Microsoft.EntityFrameworkCore;
using Xunit;

namespace MaaS.Platform.Tests.Api;

public sealed class ServingTests(ApiServer api) : ApiTest(api)
{
    private static readonly DateTimeOffset s_may = new(2026, 5, 1, 0, 0, 0, TimeSpan.Zero);

    [Fact]
    public async Task A_moment_has_the_revision_in_force_its_weights_who_made_it_and_until_when()
    {
        var seed = await Past();
        var viewer = Team.Client(Role.Viewer);

        var third = await viewer.Serving(seed.Deployment, s_may.AddDays(2).AddHours(12), Token);
        // The same moment on another clock.
        var same = await viewer.Serving(seed.Deployment, s_may.AddDays(2).AddHours(12).ToOffset(TimeSpan.FromHours(8)), Token);
        var early = await viewer.Serving(seed.Deployment, s_may.AddDays(-1), Token);
        var now = await viewer.Serving(seed.Deployment, token: Token);

        Assert.Equal((2, "bo@example.com", "a tenth", s_may.AddDays(2), (DateTimeOffset?)s_may.AddDays(4)), (third.Revision!.Number, third.Revision.CreatedBy, third.Revision.Reason, third.Revision.CreatedAt, third.Until));
        Assert.Equal([new TrafficShare(seed.Model, 1, 90), new TrafficShare(seed.Model, 2, 10)], third.Revision.Traffic);
        Assert.Equal((2, third.At), (same.Revision!.Number, same.At));
        Assert.Equal((null, (DateTimeOffset?)s_may), (early.Revision, early.Until));
        Assert.Equal((3, null), (now.Revision!.Number, now.Until));
        // The very moment a revision was made it is the one.
        Assert.Equal(2, (await viewer.Serving(seed.Deployment, s_may.AddDays(2), Token)).Revision!.Number);
    }

    [Fact]
    public async Task A_pause_is_known_for_as_long_as_it_lasted()
    {
        var seed = await Past();
        await using (var context = Api.Context())
        {
            foreach (var (day, action) in new[] { (-5, "paused"), (1, "paused"), (3, "resumed") })
                context.AuditEvents.Add(new() { TeamId = Team.Id, Actor = "bo@example.com", Action = action, Noun = "deployment", NounName = seed.Deployment, At = s_may.AddDays(day) });
            await context.SaveChangesAsync(Token);
        }
        async Task<(DeploymentState, string?)> On(int day) => await Member.Serving(seed.Deployment, s_may.AddDays(day).AddHours(12), Token) is var then ? (then.State, then.SwitchedBy) : default;

        // The first pause was of a deployment of the same name before this one.
        Assert.Equal((DeploymentState.Serving, null), await On(0));
        Assert.Equal((DeploymentState.Paused, "bo@example.com"), await On(1));
        Assert.Equal((DeploymentState.Serving, "bo@example.com"), await On(3));
        await Member.Pause(seed.Deployment, Token);
        Assert.Equal(DeploymentState.Paused, (await Member.Serving(seed.Deployment, token: Token)).State);
    }

    [Fact]
    public async Task All_deployments_are_asked_at_once()
    {
        var (one, other) = (await Past(), await Seed.Make(Team));

        var then = await Member.Serving(s_may.AddDays(1), Token);

        Assert.Equal(1, then.Single(found => found.Deployment == one.Deployment).Revision!.Number);
        Assert.Null(then.Single(found => found.Deployment == other.Deployment).Revision);
        Assert.Equal(3, then.Count);
    }

    /// <summary>Made on 1 May; a second version got a tenth on the 3rd; back to the first on the 5th.</summary>
    private async Task<Seed> Past()
    {
        var seed = await Seed.Make(Team);
        var second = await Member.RegisterVersion(seed.Model, new((await Seed.Make(Team)).Run), Token);
        await using var context = Api.Context();
        var id = await context.Deployments.Where(row => row.Name == seed.Deployment).Select(row => row.Id).SingleAsync(Token);
        await context.Deployments.Where(row => row.Id == id).ExecuteUpdateAsync(row => row.SetProperty(one => one.CreatedAt, s_may), Token);
        await context.Revisions.Where(row => row.DeploymentId == id).ExecuteUpdateAsync(row => row.SetProperty(one => one.CreatedAt, s_may), Token);
        var revision = new Revision { DeploymentId = id, Number = 2, Reason = "a tenth", CreatedBy = "bo@example.com", CreatedAt = s_may.AddDays(2) };
        revision.Shares.AddRange([new() { VersionId = seed.ModelVersion, Weight = 90 }, new() { VersionId = second.Id, Weight = 10 }]);
        var back = new Revision { DeploymentId = id, Number = 3, RollbackOf = 1, CreatedBy = "bo@example.com", CreatedAt = s_may.AddDays(4) };
        back.Shares.Add(new() { VersionId = seed.ModelVersion, Weight = 100 });
        context.Revisions.AddRange(revision, back);
        await context.SaveChangesAsync(Token);
        return seed;
    }
}
