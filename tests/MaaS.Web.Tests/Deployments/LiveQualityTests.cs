using Bunit;
using MaaS.Contracts.Deployments;
using MaaS.Web.Deployments;
using MaaS.Web.Shared;

namespace MaaS.Web.Tests.Deployments;

public sealed class LiveQualityTests
{
    [Fact]
    public async Task Accuracy_stands_beside_that_of_the_test_and_is_drawn_by_version_and_hour()
    {
        var now = DateTimeOffset.UtcNow;
        var hour = new DateTimeOffset(now.Ticks - now.Ticks % TimeSpan.TicksPerHour, TimeSpan.Zero);
        var page = await Page(new(30, 5_000, 4_000,
        [
            new("customers", 1, new(3_000, 0.81, null, null), new Dictionary<string, double> { ["accuracy"] = 0.8531 }, [new(hour.AddHours(-3), new(1_000, 0.75, null, null)), new(hour.AddHours(-1), new(2_000, 0.84, null, null))]),
            new("customers", 2, new(1_000, 0.9, null, null), new Dictionary<string, double>(), [new(hour.AddHours(-1), new(1_000, 0.9, null, null))]),
        ]));

        Assert.Equal(["customers, version 1", "3,000", "0.81 (0.8531)", "customers, version 2", "1,000", "0.9 (–)"], page.FindAll("[data-testid=quality] tbody td").Select(cell => cell.TextContent));
        Assert.Equal("The truth is known for 4,000 of 5,000 requests in this time.", page.Find("[data-testid=quality-known]").TextContent);
        var chart = Assert.Single(page.FindComponents<LineChart>()).Instance;
        Assert.Equal(("Accuracy", "customers 1", "customers 2"), (chart.Title, chart.Curves[0].Name, chart.Curves[1].Name));
        Assert.Equal([0.75, 0.84], chart.Curves[0].Points.Select(point => point.Value));
        Assert.Equal(2, chart.Curves[0].Points[1].Step - chart.Curves[0].Points[0].Step);
    }

    [Fact]
    public async Task Of_numbers_both_errors_are_shown()
    {
        var page = await Page(new(30, 10, 10, [new("prices", 1, new(10, null, 1.5, 1.25), new Dictionary<string, double> { ["rmse"] = 1.2 }, [new(DateTimeOffset.UtcNow, new(10, null, 1.5, 1.25))])]));

        Assert.Equal(["prices, version 1", "10", "1.5 (1.2)", "1.25 (–)"], page.FindAll("[data-testid=quality] tbody td").Select(cell => cell.TextContent));
        Assert.Equal(["RMSE", "MAE"], page.FindComponents<LineChart>().Select(chart => chart.Instance.Title));
    }

    [Theory]
    [InlineData(0, 0, "No answers are kept, so the truth cannot be held against them. Give a number of days under “Change what it serves” to keep them.")]
    [InlineData(7, 0, "Answers are kept for 7 days; none was given in this time.")]
    [InlineData(7, 1234, "1,234 answers are kept, and the truth of none is known yet. Post it to /api/deployments/customers/ground-truth with the request_id of each answer.")]
    public async Task Where_there_is_nothing_to_draw_the_next_step_is_said(int days, long answers, string sentence)
    {
        var page = await Page(new(days, answers, 0, []));

        Assert.Equal(sentence, page.Find("[data-testid=no-quality]").TextContent);
    }

    private static Task<IRenderedComponent<LiveQuality>> Page(QualityView quality)
    {
        var portal = new Portal();
        portal.Api.Answers("GET /api/deployments/customers/quality", quality);
        return Task.FromResult(portal.Page<LiveQuality>(builder => builder.Add(one => one.Deployment, "customers")));
    }
}
