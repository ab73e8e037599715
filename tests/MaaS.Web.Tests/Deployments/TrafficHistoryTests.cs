using Bunit;
using MaaS.Contracts.Deployments;
using MaaS.Web.Deployments;
using MaaS.Web.Shared;

namespace MaaS.Web.Tests.Deployments;

public sealed class TrafficHistoryTests
{
    private static readonly DateTimeOffset s_from = DateTimeOffset.UnixEpoch;

    [Fact]
    public async Task Requests_errors_and_latency_are_drawn_by_version_against_the_minutes_that_have_passed()
    {
        await using var portal = new Portal();
        portal.Api.Answers("GET /api/deployments/customers/traffic", new TrafficView(2,
        [
            new("customers", 1, [new(s_from, 60, 20, 120, 40.0 / 60, 0.25, 1.5, 9), new(s_from.AddMinutes(2), 0, 0, 0, 0, null, null, null)]),
            new("customers", 2, [new(s_from, 6, 0, 6, 0.05, 0, 2, 3), new(s_from.AddMinutes(2), 12, 0, 12, 0.1, 0, 2, 4)]),
        ]));

        var page = portal.Page<TrafficHistory>(builder => builder.Add(one => one.Deployment, "customers"));

        Assert.Equal(["78", "138", "20"], page.FindAll("[data-testid=traffic-facts] dd").Select(fact => fact.TextContent));
        var charts = page.FindComponents<LineChart>().ToDictionary(chart => chart.Instance.Title, chart => chart.Instance.Curves);
        Assert.Equal(["customers 1", "customers 2"], charts["Requests a second"].Select(curve => curve.Name));
        Assert.Equal([(-2, 0.05), (0, 0.1)], charts["Requests a second"][1].Points.Select(point => (point.Step, point.Value)));
        Assert.Equal([25.0, 0.0], charts["Errors, percent"][0].Points.Select(point => point.Value));
        Assert.Equal(["customers 1, median", "customers 1, 99 %", "customers 2, median", "customers 2, 99 %"], charts["Latency, milliseconds"].Select(curve => curve.Name));
        Assert.Equal([9.0, double.NaN], charts["Latency, milliseconds"][1].Points.Select(point => point.Value));
    }

    [Fact]
    public async Task Where_nothing_was_asked_that_is_said()
    {
        await using var portal = new Portal();
        portal.Api.Answers("GET /api/deployments/customers/traffic", new TrafficView(1, []));

        var page = portal.Page<TrafficHistory>(builder => builder.Add(one => one.Deployment, "customers"));

        Assert.StartsWith("No requests in this time.", page.Find("[data-testid=no-traffic]").TextContent, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Drift_is_told_column_by_column_the_worst_first_and_a_column_can_be_looked_into()
    {
        await using var portal = new Portal();
        portal.Api.Answers("GET /api/deployments/customers/drift", new DriftView(
        [
            new("customers", 2, 12_345,
                [
                    new("age", DriftVerdict.Stable, "As in training.", 0.02, 0, 0, null, [new("up to 30", 0.5, 0.52), new("above 30", 0.5, 0.48)], []),
                    new("city", DriftVerdict.Shifted, "Another population than in training.", 0.4, 0.1, 0.02, 0.3, [new("Utrecht", 0.7, 0.2)], [new(DateTimeOffset.UtcNow.AddHours(-2), 0.3), new(DateTimeOffset.UtcNow.AddHours(-1), 0.5)]),
                ],
                new("leaves", DriftVerdict.Moderate, "Somewhat different from training.", 0.15, 0, 0, 0, [new("no", 0.8, 0.6), new("yes", 0.2, 0.4)], [])),
        ]));
        var page = portal.Page<DriftReport>(builder => builder.Add(one => one.Deployment, "customers"));

        Assert.Equal(["city", "age", "Answers: leaves"], page.FindAll("[data-testid=drift] tbody td:first-child").Select(cell => cell.TextContent));
        Assert.Equal(["Changed", "Stable", "Changing"], page.FindAll("[data-testid=drift] .tag").Select(tag => tag.TextContent));
        Assert.Equal(["0.4", "10.0 % (2.0 %)", "30.0 %"], page.FindAll("[data-testid=drift] tbody tr:first-child td.num").Select(cell => cell.TextContent));

        await page.Find("[aria-label='Show city']").ClickAsync();

        Assert.Equal(["Utrecht", "70.0 %", "20.0 %"], page.FindAll("[data-testid=drift-column] tbody td").Select(cell => cell.TextContent));
        Assert.Equal([0.3, 0.5], page.FindComponent<LineChart>().Instance.Curves[0].Points.Select(point => point.Value));
    }
}
