using System.Text.Json;
using Bunit;
using MaaS.Contracts.Inference;
using MaaS.Contracts.Models;
using MaaS.Web.Playground;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;

namespace MaaS.Web.Tests.Playground;

public sealed class PlaygroundTests
{
    private static readonly ModelSample Sample = new(
        [JsonSerializer.Deserialize<Dictionary<string, JsonElement>>("""{"age":41,"balance":12.5,"member":true,"since":"2024-02-29","city":"Delft"}""")!],
        [new("no", new Dictionary<string, float> { ["no"] = 0.9f, ["yes"] = 0.1f })]);

    [Fact]
    public async Task The_form_has_an_input_of_the_right_kind_for_every_column_filled_from_the_sample()
    {
        await using var portal = Scripted();

        var inputs = Panel(portal).FindAll("[data-testid^=input-]").Select(input =>
            $"{input.GetAttribute("data-testid")} {input.GetAttribute("type") ?? "select"} {Shown(input)}");

        Assert.Equal(["input-age number 41", "input-balance number 12.5", "input-member select true", "input-since date 2024-02-29", "input-city select Delft"], inputs);
    }

    [Fact]
    public async Task A_prediction_sends_what_was_typed_each_by_its_kind_and_shows_the_answer()
    {
        await using var portal = Scripted();
        portal.Api.Answers("POST /api/deployments/customers/predict", new PredictResponse("customers", "customers", 2, 5, [new("yes", new Dictionary<string, float> { ["no"] = 0.25f, ["yes"] = 0.75f })]));
        var panel = Panel(portal);

        await panel.Find("[data-testid=input-age]").ChangeAsync("52");
        await panel.Find("[data-testid=input-member]").ChangeAsync("false");
        await panel.Find("[data-testid=input-since]").ChangeAsync("2025-01-01");
        await panel.Find("[data-testid=input-city]").ChangeAsync("");
        await panel.Find("form").SubmitAsync();

        Assert.Equal("""{"rows":[{"age":52,"balance":12.5,"member":false,"since":"2025-01-01"}]}""", Assert.Single(portal.Api.BodiesOf("POST /api/deployments/customers/predict")));
        Assert.Equal("yes", panel.Find("[data-testid=result]").TextContent);
        Assert.Equal(["yes75.0 %", "no25.0 %"], panel.FindAll(".probability").Select(bar => bar.TextContent.Replace("\n", "", StringComparison.Ordinal).Replace("      ", "", StringComparison.Ordinal).Trim()));
    }

    [Fact]
    public async Task A_refused_prediction_says_why()
    {
        await using var portal = Scripted();
        portal.Api.Refuses("POST /api/deployments/customers/predict", new(503, "deployment_paused", "Paused", "The deployment customers is paused."));
        var panel = Panel(portal);

        await panel.Find("form").SubmitAsync();

        Assert.Equal("The deployment customers is paused.", panel.Find("[role=alert] span").TextContent);
    }

    [Theory]
    [InlineData("curl", "curl http://api.example/api/deployments/customers/predict \\")]
    [InlineData("C#", "using var response = await http.PostAsync(\"http://api.example/api/deployments/customers/predict\", content);")]
    [InlineData("Python", "        \"member\": True,")]
    [InlineData("JavaScript", "const response = await fetch(\"http://api.example/api/deployments/customers/predict\", {")]
    public void The_same_call_is_ready_to_paste(string language, string line) =>
        Assert.Contains(line, CodeSample.In(language, "http://api.example/api/deployments/customers/predict", Sample.Rows[0]).Split('\n'));

    private static string? Shown(AngleSharp.Dom.IElement input) =>
        input.GetAttribute("value") ?? input.QuerySelector("option[selected]")?.GetAttribute("value");

    private static IRenderedComponent<PredictPanel> Panel(Portal portal) =>
        portal.Page<PredictPanel>(builder => builder.Add(panel => panel.Deployment, "customers"));

    private static Portal Scripted()
    {
        var portal = new Portal();
        portal.Services.AddSingleton(new ApiAddress(new ConfigurationBuilder().Build()));
        portal.Api.Answers("GET /api/deployments/customers", Examples.Deployment(Examples.Revision(5, 2)))
            .Answers("GET /api/models/customers/versions/2", Examples.ModelVersion)
            .Answers("GET /api/models/customers/versions/2/files/sample.json", Sample);
        return portal;
    }
}
