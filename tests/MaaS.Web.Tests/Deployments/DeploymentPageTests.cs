using Bunit;
using MaaS.Contracts;
using MaaS.Contracts.Deployments;
using MaaS.Contracts.Models;
using MaaS.Contracts.Teams;
using MaaS.Web.Deployments;

namespace MaaS.Web.Tests.Deployments;

public sealed class DeploymentPageTests
{
    [Fact]
    public async Task Rolling_back_asks_first_and_then_shows_what_serves()
    {
        await using var portal = Scripted();
        portal.Api.Answers("POST /api/deployments/customers/rollback", Examples.Deployment(Examples.Revision(3, 1, rollbackOf: 1)));
        var dialogs = portal.Dialogs();
        var page = portal.Page<DeploymentPage>(builder => builder.Add(p => p.Name, "customers"));

        var asking = page.Find("[data-testid=roll-back]").ClickAsync();
        Assert.Empty(portal.Api.BodiesOf("POST /api/deployments/customers/rollback"));
        Assert.Contains("goes back to what the revision before this one served", dialogs.Markup, StringComparison.Ordinal);

        portal.Api.Answers("GET /api/deployments/customers", Examples.Deployment(Examples.Revision(3, 1, rollbackOf: 1)));
        await dialogs.Find("[data-testid=confirm]").ClickAsync();

        await page.WaitForAssertionAsync(() => Assert.Contains("revision 3", page.Find("[data-testid=serving] h2").TextContent, StringComparison.Ordinal));
        await asking;
        Assert.Equal(["{}"], portal.Api.BodiesOf("POST /api/deployments/customers/rollback"));
    }

    [Fact]
    public async Task A_roll_back_that_fails_keeps_the_dialog_open_with_the_reason()
    {
        await using var portal = Scripted();
        portal.Api.Refuses("POST /api/deployments/customers/rollback", new(409, "version_deleted", "Conflict", "Version 1 of customers was deleted; choose another revision."));
        var dialogs = portal.Dialogs();
        var page = portal.Page<DeploymentPage>(builder => builder.Add(p => p.Name, "customers"));

        _ = page.Find("[data-testid=restore-1]").ClickAsync();
        await dialogs.Find("[data-testid=confirm]").ClickAsync();

        Assert.Equal("Version 1 of customers was deleted; choose another revision.", dialogs.Find("[role=alert] span").TextContent);
        Assert.Equal(["{\"revision\":1}"], portal.Api.BodiesOf("POST /api/deployments/customers/rollback"));
    }

    [Fact]
    public async Task Shares_that_do_not_add_up_cannot_be_sent()
    {
        await using var portal = Scripted();
        var page = portal.Page<DeploymentPage>(builder => builder.Add(p => p.Name, "customers"));

        await page.Find("[data-testid=traffic-weight-0]").ChangeAsync("60");

        Assert.Contains("add up to 60 %", page.Find(".note-warn").TextContent, StringComparison.Ordinal);
        Assert.True(page.Find("[data-testid=revise]").HasAttribute("disabled"));
    }

    [Fact]
    public async Task A_viewer_sees_the_history_and_no_way_to_change_it()
    {
        await using var portal = Scripted(Role.Viewer);

        var page = portal.Page<DeploymentPage>(builder => builder.Add(p => p.Name, "customers"));

        Assert.Equal(2, page.FindAll("[data-testid=revisions] tbody tr").Count);
        Assert.Empty(page.FindAll("[data-testid=roll-back], [data-testid=restore-1], [data-testid=pause], [data-testid=revise]"));
    }

    private static Portal Scripted(Role role = Role.Member)
    {
        var portal = new Portal(role);
        portal.Api.Answers("GET /api/deployments/customers", Examples.Deployment(Examples.Revision(2, 2)))
            .Answers("GET /api/deployments/customers/revisions", new Page<RevisionView>([Examples.Revision(2, 2), Examples.Revision(1, 1)]))
            .Answers("GET /api/deployments/customers/traffic", new TrafficView(1, []))
            .Answers("GET /api/deployments/customers/drift", new DriftView([]))
            .Answers("GET /api/deployments/customers/quality", new QualityView(0, 0, 0, []))
            .Answers("GET /api/deployments/customers/sampling", new SamplingView(SamplingState.Off, []))
            .Answers("GET /api/models", new Page<ModelView>([]));
        return portal;
    }
}
