// "What was serving on 3 May?", asked and answered in the person's own time zone.
using Bunit;
using MaaS.Contracts.Deployments;
using MaaS.Web.Deployments;
using MaaS.Web.Layout;
using Microsoft.Extensions.DependencyInjection;

namespace MaaS.Web.Tests.Deployments;

public sealed class ServedWhenTests
{
    private static readonly DateTimeOffset s_noon = new(2026, 5, 3, 10, 0, 0, TimeSpan.Zero);

    [Fact]
    public async Task A_moment_of_the_persons_own_clock_is_asked_for_and_the_revision_in_force_is_shown()
    {
        await using var portal = new Portal();
        portal.Api.Answers("GET /api/deployments/customers/serving", new ServedThen("customers", s_noon,
            Examples.Revision(3, 2) with { Traffic = [new("customers", 1, 90), new("customers", 2, 10)], Reason = "a tenth", CreatedAt = s_noon.AddDays(-1) }, s_noon.AddDays(2), DeploymentState.Serving));
        await InAmsterdam(portal);
        var asked = portal.Page<ServedWhen>(builder => builder.Add(one => one.Deployment, "customers"));

        await asked.Find("[data-testid=served-at]").ChangeAsync("2026-05-03T12:00");

        Assert.Equal("?at=2026-05-03T10%3A00%3A00.0000000Z", Assert.Single(portal.Api.Queries).Query);
        var answer = asked.Find("[data-testid=served]");
        Assert.Equal(["Revision 3, by ada@example.com", "2 May, 12:00 – 5 May, 12:00", "a tenth"], answer.QuerySelectorAll(".served-line > span").Select(part => part.TextContent.Trim()));
        Assert.Equal(["customers, version 1 90 %", "customers, version 2 10 %"], answer.QuerySelectorAll(".share-legend li").Select(share => share.TextContent));
    }

    [Fact]
    public async Task Of_every_deployment_it_says_which_was_not_made_yet_and_which_was_paused()
    {
        await using var portal = new Portal();
        portal.Api.Answers("GET /api/serving", new[]
        {
            new ServedThen("customers", s_noon, Examples.Revision(1, 1), null, DeploymentState.Paused, "bo@example.com", s_noon),
            new ServedThen("prices", s_noon, null, s_noon.AddDays(1), DeploymentState.Serving),
        });
        var asked = portal.Page<ServedWhen>();

        await asked.Find("[data-testid=served-at]").ChangeAsync("2026-05-03T12:00");

        Assert.Contains("It was paused then and answered nobody: by bo@example.com", asked.FindAll("[data-testid=served] > li")[0].TextContent, StringComparison.Ordinal);
        Assert.Equal(["prices", "Not made yet."], asked.FindAll("[data-testid=served] > li")[1].QuerySelectorAll(".served-line > *").Select(part => part.TextContent));
    }

    [Fact]
    public async Task An_hour_that_the_clock_skipped_is_the_one_after_it()
    {
        await using var portal = new Portal();
        await InAmsterdam(portal);
        var browser = portal.Services.GetRequiredService<Browser>();

        Assert.Equal(new(2026, 3, 29, 1, 30, 0, TimeSpan.Zero), browser.Instant(new(2026, 3, 29, 2, 30, 0)));
        Assert.Equal(new(2026, 1, 1, 11, 0, 0, TimeSpan.Zero), browser.Instant(new(2026, 1, 1, 12, 0, 0)));
    }

    private static Task InAmsterdam(Portal portal)
    {
        portal.JSInterop.Setup<Browser.Facts?>("maas.facts", _ => true).SetResult(new("Europe/Amsterdam", "light", false));
        return portal.Services.GetRequiredService<Browser>().Ask();
    }
}
