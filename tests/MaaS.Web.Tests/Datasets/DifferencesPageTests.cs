using Bunit;
using MaaS.Contracts;
using MaaS.Contracts.Datasets;
using MaaS.Contracts.Deployments;
using MaaS.Web.Datasets;
using Microsoft.AspNetCore.Components;
using Microsoft.Extensions.DependencyInjection;

namespace MaaS.Web.Tests.Datasets;

public sealed class DifferencesPageTests
{
    private static readonly string s_versions = $"GET /api/datasets/{Examples.DatasetId}/versions";

    [Fact]
    public async Task The_newest_version_is_compared_with_the_one_before_it_that_was_read()
    {
        await using var portal = Scripted(Compared());
        var page = portal.Page<DifferencesPage>(builder => builder.Add(one => one.Id, Examples.DatasetId));

        Assert.Equal(["Rows 32,561 → 33,000 439 more", "Columns 3 → 3 as many", "Missing cells 1.0 % → 0.5 % ", "Size 4.0 MB → 4.0 MB "],
            page.FindAll("[data-testid=dataset-changes] > div").Select(fact => $"{fact.Children[0].TextContent} {fact.Children[1].FirstChild!.TextContent} {fact.QuerySelector("small")!.TextContent}"));
        Assert.Equal("Columns: 1 added, 1 removed, 1 of another type, 1 with other values.", page.Find("[data-testid=summary]").TextContent);
        Assert.Equal("?from=1", Assert.Single(portal.Api.Queries, made => made.Call.EndsWith("differences", StringComparison.Ordinal)).Query);
    }

    [Fact]
    public async Task Each_column_says_what_became_of_it_and_of_its_values_with_what_changed_first()
    {
        await using var portal = Scripted(Compared());
        var page = portal.Page<DifferencesPage>(builder => builder.Add(one => one.Id, Examples.DatasetId));

        Assert.Equal(
            ["remarks|removed, text", "income|added, number", "age|integer → number", "city|category"],
            page.FindAll("[data-testid=column-changes] tbody tr").Select(row => $"{row.Children[0].TextContent}|{row.Children[1].TextContent}"));
        var city = page.Find("[data-testid=change-city]");
        Assert.Equal(("New: Delft", "Gone: Utrecht"), (city.QuerySelectorAll(".value-changes p")[0].TextContent.Trim(), city.QuerySelectorAll(".value-changes p")[1].TextContent.Trim()));
        Assert.Equal("0.6 changed", city.Children[6].TextContent.Trim());
        Assert.Equal(2, page.Find("[data-testid=change-age]").QuerySelectorAll("path").Length);
        Assert.Single(page.Find("[data-testid=change-income]").QuerySelectorAll("path"));
    }

    [Fact]
    public async Task Another_pair_is_chosen_in_the_address()
    {
        await using var portal = Scripted(Compared());
        var page = portal.Page<DifferencesPage>(builder => builder.Add(one => one.Id, Examples.DatasetId));

        await page.Find("[data-testid=from]").ChangeAsync("3");

        Assert.EndsWith($"/datasets/{Examples.DatasetId}/differences?from=3&to=3", portal.Services.GetRequiredService<NavigationManager>().Uri, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Users_items_classes_and_characters_are_counted_where_there_are_some()
    {
        var user = new ColumnProfile("user_id", ColumnType.Integer, 0, 600, false, null, []);
        var ratings = Compared() with { Columns = [new("user_id", ColumnChange.Kept, user, user with { Distinct = 700 }), new("movie_id", ColumnChange.Kept, user, user with { Name = "movie_id" })] };
        await using var portal = Scripted(ratings);
        var view = portal.Page<DifferencesView>(builder => builder.Add(one => one.Differences, ratings));

        Assert.Contains("Users600 → 700100 more", view.Find("[data-testid=dataset-changes]").TextContent, StringComparison.Ordinal);
        Assert.Contains("Items600 → 600as many", view.Find("[data-testid=dataset-changes]").TextContent, StringComparison.Ordinal);

        var classes = new ColumnProfile("class", ColumnType.Category, 0, 10, false, null, []);
        var images = ratings with
        {
            Before = ratings.Before with { Images = new(28, 28, 28, 28, 1) },
            After = ratings.After with { Images = new(28, 56, 28, 28, 3) },
            Columns = [new("class", ColumnChange.Kept, classes, classes with { Distinct = 12 })],
        };
        view = portal.Page<DifferencesView>(builder => builder.Add(one => one.Differences, images));
        Assert.Contains("Classes10 → 122 more", view.Find("[data-testid=dataset-changes]").TextContent, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_dataset_of_one_version_has_nothing_to_compare()
    {
        await using var portal = Scripted(Compared());
        portal.Api.Answers(s_versions, new Page<DatasetVersionView>([Examples.Version]));
        var page = portal.Page<DifferencesPage>(builder => builder.Add(one => one.Id, Examples.DatasetId));

        Assert.Contains("Nothing to compare", page.Find("[data-testid=empty]").TextContent, StringComparison.Ordinal);
    }

    private static DatasetDifferences Compared()
    {
        var (age, city) = (Examples.Profile.Columns[0], Examples.Profile.Columns[1]);
        return new(
            new(Examples.Version with { Number = 1 }, 32_561, 0.01), new(Examples.Version, 33_000, 0.005), false,
            [
                new("age", ColumnChange.Retyped, age, age with { Type = ColumnType.Number, Numbers = age.Numbers! with { Max = 100 } }, 0.01, DriftVerdict.Stable),
                new("city", ColumnChange.Kept, city, city, 0.6, DriftVerdict.Shifted, new(["Delft"], ["Utrecht"], true)),
                new("income", ColumnChange.Added, null, age with { Name = "income", Type = ColumnType.Number }),
                new("remarks", ColumnChange.Removed, Examples.Profile.Columns[2], null),
            ]);
    }

    private static Portal Scripted(DatasetDifferences differences)
    {
        var portal = new Portal();
        portal.Api.Answers($"GET /api/datasets/{Examples.DatasetId}", Examples.Dataset)
            .Answers(s_versions, new Page<DatasetVersionView>([Examples.Version, Examples.Version with { Number = 2, State = DatasetState.Failed }, Examples.Version with { Number = 1 }]))
            .Answers($"{s_versions}/3/differences", differences);
        return portal;
    }
}
