using Bunit;
using MaaS.Contracts.Datasets;
using MaaS.Contracts;
using MaaS.Contracts.Models;
using MaaS.Contracts.Teams;
using MaaS.Web.Models;

namespace MaaS.Web.Tests.Models;

public sealed class QuarantineTests
{
    private const string Lift = "DELETE /api/models/customers/versions/2/quarantine";

    [Fact]
    public async Task An_admin_lifts_a_quarantine_and_the_alert_goes()
    {
        await using var portal = Scripted(Role.Admin);
        portal.Api.On(Lift, _ => Task.FromResult(new HttpResponseMessage(System.Net.HttpStatusCode.NoContent)));
        var page = Open(portal);
        Assert.Contains("In quarantine since", page.Find("[data-testid=quarantine]").TextContent, StringComparison.Ordinal);

        portal.Api.Answers("GET /api/models/customers/versions/2", Examples.ModelVersion);
        await page.Find("[data-testid=lift-quarantine]").ClickAsync();

        Assert.Single(portal.Api.BodiesOf(Lift));
        Assert.Empty(page.FindAll("[data-testid=quarantine]"));
    }

    [Fact]
    public async Task A_quarantine_that_cannot_be_lifted_stays_with_the_reason_beside_the_button()
    {
        await using var portal = Scripted(Role.Admin);
        portal.Api.Refuses(Lift, new(503, "database_away", "Unavailable", "The database does not answer at the moment; try again shortly."));
        var page = Open(portal);

        await page.Find("[data-testid=lift-quarantine]").ClickAsync();

        Assert.Equal("The database does not answer at the moment; try again shortly.", page.Find("[data-testid=quarantine] [data-testid=error] span").TextContent);
    }

    [Fact]
    public async Task A_member_sees_the_quarantine_and_who_can_lift_it()
    {
        await using var portal = Scripted(Role.Member);
        var page = Open(portal);

        Assert.Contains("An admin of the team can lift it.", page.Find("[data-testid=quarantine]").TextContent, StringComparison.Ordinal);
        Assert.Empty(page.FindAll("[data-testid=lift-quarantine]"));
    }

    private static IRenderedComponent<VersionPage> Open(Portal portal) =>
        portal.Page<VersionPage>(builder => builder.Add(page => page.Name, "customers").Add(page => page.Number, 2));

    private static Portal Scripted(Role role)
    {
        var portal = new Portal(role);
        portal.Api.Answers("GET /api/models/customers/versions/2", Examples.ModelVersion with { QuarantinedAt = DateTimeOffset.UnixEpoch })
            .Answers("GET /api/models/customers/versions/2/exports", Array.Empty<ModelExportView>())
            .Answers("GET /api/datasets", new Page<DatasetView>([])).Answers($"GET /api/dataset-versions/{Examples.VersionId}", Examples.Version);
        return portal;
    }
}
