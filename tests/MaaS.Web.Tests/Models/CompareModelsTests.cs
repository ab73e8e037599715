// Versions are ticked on the model's page and stand beside one another: figures, what callers notice, settings, where they serve.
using Bunit;
using MaaS.Contracts;
using MaaS.Contracts.Deployments;
using MaaS.Contracts.Experiments;
using MaaS.Contracts.Models;
using MaaS.Contracts.Teams;
using MaaS.Web.Models;
using Microsoft.AspNetCore.Components;
using Microsoft.Extensions.DependencyInjection;

namespace MaaS.Web.Tests.Models;

public sealed class CompareModelsTests
{
    private const string Compare = "POST /api/model-versions/compare";

    [Fact]
    public async Task Two_to_four_versions_are_ticked_and_lead_to_their_comparison()
    {
        await using var portal = new Portal();
        portal.Api.Answers("GET /api/models/customers/versions", new Page<ModelVersionView>([.. Enumerable.Range(1, 5).Select(number => Examples.ModelVersion with { Number = number })]));
        var table = portal.Page<VersionTable>(builder => builder.Add(one => one.Model, new(Guid.NewGuid(), "customers", null, null, new Dictionary<string, int>(), DateTimeOffset.UnixEpoch)));

        await table.Find("[data-testid=tick-3]").ChangeAsync(true);
        Assert.True(table.Find("[data-testid=compare-versions]").HasAttribute("disabled"));
        foreach (var number in new[] { 1, 2, 4 }) await table.Find($"[data-testid=tick-{number}]").ChangeAsync(true);

        Assert.True(table.Find("[data-testid=tick-5]").HasAttribute("disabled"));
        Assert.Equal(
            "/compare/models?version=customers%2F3&version=customers%2F1&version=customers%2F2&version=customers%2F4", table.Find("[data-testid=compare-versions]").GetAttribute("href"));
    }

    [Fact]
    public async Task Figures_stand_with_their_intervals_and_the_best_is_said_to_be_clear_or_chance()
    {
        await using var portal = Scripted(Comparison() with
        {
            Figures =
            [
                new("accuracy", false, [new(0.85, 0.84, 0.86), new(0.9, 0.89, 0.91)], 1, true),
                new("roc_auc", false, [new(0.91, 0.9, 0.92), new(0.9, 0.89, 0.91)], 0, false),
                new("log_loss", true, [new(0.31), new(0.3)], 1),
                new("mcc", false, [new(0.5, 0.4, 0.6), null]),
            ],
        });
        var page = Page(portal);

        Assert.Equal(
            [
                "Accuracy|0.850.84 to 0.86|0.90.89 to 0.91|version 3, clearly", "ROC AUC|0.910.9 to 0.92|0.90.89 to 0.91|version 2, but it may be chance",
                "Log loss|0.31|0.3|version 3", "Matthews correlation|0.50.4 to 0.6|–|only one has it",
            ],
            page.FindAll("[data-testid=compared-figures] tbody tr").Select(row => string.Join('|', row.Children.Select(cell => cell.TextContent))));
        Assert.Equal(["0.9", "0.91", "0.3"], page.FindAll("[data-testid=compared-figures] .better").Select(best => best.TextContent));
        Assert.Equal("""{"versions":[{"model":"customers","version":2},{"model":"customers","version":3}]}""", Assert.Single(portal.Api.BodiesOf(Compare)));
        Assert.Empty(page.FindAll("[data-testid=other-test]"));
    }

    [Fact]
    public async Task What_callers_notice_is_said_in_words_what_breaks_first()
    {
        await using var portal = Scripted(Comparison(
            new(SignatureChangeKind.LabelAdded, "maybe", Breaks.Nobody), new(SignatureChangeKind.InputKind, "age", Breaks.Everybody, "integer", "date"), new(SignatureChangeKind.InputAdded, "income", Breaks.OpenProtocol, After: "number")));
        var page = Page(portal);

        Assert.StartsWith("Breaking: callers have to change", page.Find("[data-testid=fits]").TextContent, StringComparison.Ordinal);
        Assert.Equal(
            [
                "breaks callers age was integer and is date now.", "breaks tensors It takes income too (number). In predict it may be left out unless it is an image; a tensor must be sent.",
                "breaks nobody It may answer maybe, which no caller has seen before.",
            ],
            page.FindAll("[data-testid=signature-1] li").Select(item => item.TextContent));
    }

    [Fact]
    public async Task Where_they_come_from_and_serve_is_shown_and_one_of_them_is_deployed_from_here()
    {
        await using var portal = Scripted(Comparison() with { SameTest = false, Settings = [new("epochs", ["40", null])] });
        portal.Api.Answers("GET /api/models/customers/versions/3/targets", Array.Empty<DeployTarget>()).Answers("POST /api/deployments", Examples.Deployment(Examples.Revision(1, 3)));
        var page = Page(portal);

        Assert.Equal("customers 100 %", string.Join(' ', page.Find("[data-testid=deployed-2]").TextContent.Split((char[]?)null, StringSplitOptions.RemoveEmptyEntries)));
        Assert.Equal("nowhere", page.Find("[data-testid=deployed-3]").TextContent.Trim());
        Assert.Contains("0.5 ms, 0.9 ms", page.Find("[data-testid=compared-versions]").TextContent, StringComparison.Ordinal);
        Assert.Equal(["epochs", "40", "–"], page.FindAll("[data-testid=compared-settings] tbody tr > *").Select(cell => cell.TextContent));
        Assert.NotNull(page.Find("[data-testid=other-test]"));
        await page.FindAll("[data-testid=deploy]")[1].ClickAsync();

        Assert.Contains("\"version\":3", Assert.Single(portal.Api.BodiesOf("POST /api/deployments")), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_viewer_compares_and_deploys_nothing_and_one_version_alone_is_nothing_to_compare()
    {
        await using var portal = Scripted(Comparison(), Role.Viewer);
        Assert.Empty(Page(portal).FindAll("[data-testid=deploy]"));

        portal.Services.GetRequiredService<NavigationManager>().NavigateTo("/compare/models?version=customers/2&version=customers/2&version=odd");
        Assert.Contains("Nothing to compare", portal.Page<CompareModelsPage>().Markup, StringComparison.Ordinal);
    }

    private static ModelComparison Comparison(params SignatureChange[] changes) => new(
        [
            new(Examples.ModelVersion, "calm-otter", new(Examples.DatasetId, "Customers 2026", 3), [new LineageDeployment("customers", DeploymentState.Serving, "customers", 2, 100)], new(0.5, 0.9, "a processor"), null, []),
            new(Examples.ModelVersion with { Id = Guid.NewGuid(), Number = 3, RunId = null }, null, null, [], null, new(1, 2, 30), changes),
        ], true, [], []);

    private static IRenderedComponent<CompareModelsPage> Page(Portal portal)
    {
        portal.Services.GetRequiredService<NavigationManager>().NavigateTo("/compare/models?version=customers/2&version=customers/3");
        return portal.Page<CompareModelsPage>();
    }

    private static Portal Scripted(ModelComparison comparison, Role role = Role.Member)
    {
        var portal = new Portal(role);
        portal.Api.Answers(Compare, comparison);
        return portal;
    }
}
