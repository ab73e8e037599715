using System.Text.Json;
using Bunit;
using MaaS.Contracts;
using MaaS.Contracts.Deployments;
using MaaS.Contracts.Teams;
using MaaS.Web.Deployments;

namespace MaaS.Web.Tests.Deployments;

public sealed class RequestSamplesTests
{
    private const string Get = "GET /api/deployments/customers/sampling", Start = "POST /api/deployments/customers/sampling", List = "GET /api/deployments/customers/samples";

    private static readonly IReadOnlyList<SampledColumn> s_columns = [new("age", true), new("city", false), new("remarks", false)];

    private static readonly SamplingView s_running = new(
        SamplingState.Running, s_columns, 100, 2, ["age"], ["city", "remarks"], "ada@example.com", DateTimeOffset.UnixEpoch, DateTimeOffset.UnixEpoch.AddHours(1));

    [Fact]
    public async Task An_admin_starts_with_what_keeps_nobodys_words()
    {
        await using var portal = Scripted(new(SamplingState.Off, s_columns));
        portal.Api.Answers(Start, s_running);
        var page = Render(portal);

        Assert.Contains("No requests are kept.", page.Find("[data-testid=sampling]").TextContent, StringComparison.Ordinal);
        Assert.Equal([true, false, false], page.FindAll("[data-testid=sampling-columns] input").Select(box => box.HasAttribute("checked")));
        await page.Find("[data-testid=sampling-requests]").ChangeAsync("25");
        await page.Find("form").SubmitAsync();

        Assert.Equal(["{\"requests\":25,\"minutes\":60}"], portal.Api.BodiesOf(Start));
    }

    [Fact]
    public async Task Columns_are_chosen_one_by_one_and_keeping_all_is_warned_of()
    {
        await using var portal = Scripted(new(SamplingState.Off, s_columns));
        portal.Api.Answers(Start, s_running);
        var page = Render(portal);

        await page.Find("[data-testid=keep-city]").ChangeAsync(true);
        Assert.Empty(page.FindAll("[data-testid=sampling-columns] .note-warn"));
        await page.Find("form").SubmitAsync();
        await page.Find("[data-testid=keep-remarks]").ChangeAsync(true);
        Assert.Contains("Nothing is left out", page.Find("[data-testid=sampling-columns] .note-warn").TextContent, StringComparison.Ordinal);
        await page.Find("form").SubmitAsync();

        Assert.Equal(["{\"requests\":100,\"minutes\":60,\"redact\":[\"remarks\"]}", "{\"requests\":100,\"minutes\":60,\"redact\":[]}"], portal.Api.BodiesOf(Start));
    }

    [Fact]
    public async Task What_was_taken_is_listed_with_what_was_asked_and_answered()
    {
        await using var portal = Scripted(s_running);
        portal.Api.Answers(List, new Page<SampleView>(
            [new(Guid.NewGuid(), DateTimeOffset.UnixEpoch, "an-id", "customers", 2, SampledProtocol.Predict, 1, Json("""[{"age":50,"city":"[redacted]"}]"""), Json("""[{"label":"yes"}]"""))]));
        var page = Render(portal);

        Assert.Contains("2 of 100 requests so far", page.Find("[data-testid=sampling]").TextContent, StringComparison.Ordinal);
        Assert.Contains("Keeps the values of age. Leaves out city, remarks.", page.Find("[data-testid=sampling]").TextContent, StringComparison.Ordinal);
        Assert.Equal(["customers, version 2", "predict", "1", "an-id"], page.FindAll("[data-testid=samples] tbody td").Skip(1).Take(4).Select(cell => cell.TextContent));
        Assert.Empty(page.FindAll("[data-testid=samples] pre"));
        await page.Find("[data-testid^=show-]").ClickAsync();
        Assert.Equal(("6", "true"), (page.Find("[data-testid=samples] .sample-detail td").GetAttribute("colspan"), page.Find("[data-testid^=show-]").GetAttribute("aria-expanded")));
        Assert.Contains("\"city\": \"[redacted]\"", page.Find("[data-testid=samples] pre").TextContent, StringComparison.Ordinal);
        Assert.Equal("/download/deployments/customers/samples.jsonl", page.Find("[data-testid=download-samples]").GetAttribute("href"));
    }

    [Fact]
    public async Task Deleting_asks_first()
    {
        await using var portal = Scripted(s_running with { State = SamplingState.Ended });
        portal.Api.Answers(List, new Page<SampleView>([])).Answers("DELETE /api/deployments/customers/samples", "");
        var dialogs = portal.Dialogs();
        var page = Render(portal);

        Assert.Equal("Nothing was taken yet. A request appears here a moment after it is answered.", page.Find("[data-testid=no-samples]").TextContent);
        var asking = page.Find("[data-testid=delete-samples]").ClickAsync();
        Assert.Empty(portal.Api.BodiesOf("DELETE /api/deployments/customers/samples"));
        portal.Api.Answers(Get, new SamplingView(SamplingState.Off, s_columns));
        await dialogs.Find("[data-testid=confirm]").ClickAsync();
        await asking;

        Assert.Single(portal.Api.BodiesOf("DELETE /api/deployments/customers/samples"));
        Assert.Contains("No requests are kept.", page.Find("[data-testid=sampling]").TextContent, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Stopping_is_one_click()
    {
        await using var portal = Scripted(s_running);
        portal.Api.Answers(List, new Page<SampleView>([])).Answers("DELETE /api/deployments/customers/sampling", "");
        var page = Render(portal);

        portal.Api.Answers(Get, s_running with { State = SamplingState.Ended });
        await page.Find("[data-testid=stop-sampling]").ClickAsync();

        Assert.Contains("2 requests were taken of 100.", page.Find("[data-testid=sampling]").TextContent, StringComparison.Ordinal);
        Assert.Empty(page.FindAll("[data-testid=stop-sampling]"));
    }

    [Fact]
    public async Task A_member_sees_that_it_goes_on_and_asks_for_no_sample()
    {
        await using var portal = Scripted(s_running, Role.Member);
        var page = Render(portal);

        Assert.Contains("Started by ada@example.com", page.Find("[data-testid=sampling]").TextContent, StringComparison.Ordinal);
        Assert.StartsWith("Only an admin", page.Find("[data-testid=samples-for-admins]").TextContent, StringComparison.Ordinal);
        Assert.Empty(portal.Api.BodiesOf(List));
        Assert.Empty(page.FindAll("form, [data-testid=delete-samples], [data-testid=stop-sampling]"));
    }

    private static Portal Scripted(SamplingView sampling, Role role = Role.Admin)
    {
        var portal = new Portal(role);
        portal.Api.Answers(Get, sampling);
        return portal;
    }

    private static IRenderedComponent<RequestSamples> Render(Portal portal) => portal.Page<RequestSamples>(builder => builder.Add(one => one.Deployment, "customers"));

    private static JsonElement Json(string text) => JsonSerializer.Deserialize<JsonElement>(text);
}
