// From a version to an endpoint: one click to its own, or a choice whose first is an endpoint that there is and that it fits.
using Bunit;
using MaaS.Contracts.Deployments;
using MaaS.Contracts.Models;
using MaaS.Web.Deployments;
using Microsoft.AspNetCore.Components;
using Microsoft.Extensions.DependencyInjection;

namespace MaaS.Web.Tests.Deployments;

public sealed class DeployTests
{
    private const string Targets = "GET /api/models/customers/versions/2/targets";
    private const string Create = "POST /api/deployments";

    private static readonly SignatureChange s_gone = new(SignatureChangeKind.InputRemoved, "city", Breaks.Everybody, "category");

    [Theory]
    [InlineData(true, "POST /api/deployments/customers/revisions")]
    [InlineData(false, Create)]
    public async Task One_click_deploys_a_version_whether_or_not_its_endpoint_exists(bool exists, string call)
    {
        await using var portal = Scripted(exists ? [Target("customers")] : [Target("other")]);
        portal.Api.Answers(call, Examples.Deployment(Examples.Revision(2, 2)));

        await Button(portal).Find("[data-testid=deploy]").ClickAsync();

        Assert.Contains("\"traffic\":[{\"model\":\"customers\",\"version\":2,\"weight\":100}]", Assert.Single(portal.Api.BodiesOf(call)), StringComparison.Ordinal);
        Assert.Equal("http://localhost/deployments/customers", portal.Services.GetRequiredService<NavigationManager>().Uri);
    }

    [Fact]
    public async Task An_endpoint_that_fits_is_offered_before_a_new_one_and_gets_the_version_as_its_next_revision()
    {
        await using var portal = Scripted([Target("shop"), Target("legacy", s_gone)]);
        portal.Api.Answers("POST /api/deployments/shop/revisions", Examples.Deployment(Examples.Revision(5, 2)) with { Name = "shop" });
        var dialogs = portal.Dialogs();
        var deploying = Button(portal).Find("[data-testid=deploy-to]").ClickAsync();

        Assert.True(dialogs.Find("[data-testid=target-shop]").HasAttribute("checked"));
        Assert.Equal(["Takes and gives the same. Callers notice nothing.", "Breaking: callers have to change what they send or what they read."], dialogs.FindAll("[data-testid=fits]").Select(fits => fits.TextContent));
        Assert.Contains("It no longer takes city, and refuses requests that send it.", dialogs.Find("[data-testid=targets]").TextContent, StringComparison.Ordinal);
        await dialogs.Find("form").SubmitAsync();
        await deploying;

        Assert.Equal(["""{"traffic":[{"model":"customers","version":2,"weight":100}],"reason":"Deploy version 2"}"""], portal.Api.BodiesOf("POST /api/deployments/shop/revisions"));
        Assert.Equal("http://localhost/deployments/shop", portal.Services.GetRequiredService<NavigationManager>().Uri);
    }

    [Fact]
    public async Task An_own_endpoint_whose_callers_would_break_is_not_taken_over_unasked()
    {
        await using var portal = Scripted([Target("customers", s_gone)]);
        portal.Api.Answers(Create, Examples.Deployment(Examples.Revision(1, 2)) with { Name = "customers-2" });
        var dialogs = portal.Dialogs();
        var deploying = Button(portal).Find("[data-testid=deploy]").ClickAsync();

        Assert.True(dialogs.Find("[data-testid=target-new]").HasAttribute("checked"));
        await dialogs.Find("[data-testid=new-endpoint]").ChangeAsync("customers-2");
        await dialogs.Find("form").SubmitAsync();
        await deploying;

        Assert.Contains("\"name\":\"customers-2\"", Assert.Single(portal.Api.BodiesOf(Create)), StringComparison.Ordinal);
    }

    [Fact]
    public async Task The_arrow_always_asks_and_leaving_it_deploys_nothing()
    {
        await using var portal = Scripted([Target("customers")]);
        var dialogs = portal.Dialogs();
        var deploying = Button(portal).Find("[data-testid=deploy-to]").ClickAsync();

        await dialogs.FindAll("button").Single(button => button.TextContent == "Leave it").ClickAsync();
        await deploying;

        Assert.Equal([Targets], portal.Api.Calls.Select(made => made.Call));
    }

    private static DeployTarget Target(string name, params SignatureChange[] changes) =>
        new(name, DeploymentState.Serving, [new(name, 1)], changes.Length == 0, changes);

    private static IRenderedComponent<DeployButton> Button(Portal portal) =>
        portal.Page<DeployButton>(builder => builder.Add(button => button.Model, "customers").Add(button => button.Version, 2));

    private static Portal Scripted(DeployTarget[] targets)
    {
        var portal = new Portal();
        portal.Api.Answers(Targets, targets);
        return portal;
    }
}
