using System.Text.Json;
using Bunit;
using MaaS.Contracts.Datasets;
using MaaS.Contracts.Inference;
using MaaS.Contracts.Models;
using MaaS.Web.Playground;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;

namespace MaaS.Web.Tests.Playground;

public sealed class CustomInputsTests
{
    private static readonly ModelManifest Manifest = Examples.Manifest with
    {
        Task = ModelTask.Custom,
        Training = null,
        Labels = null,
        Target = "y",
        Metrics = ModelMetrics.None,
        Inputs = [new("x", ColumnType.Number, TensorType.Float32, [-1, 2, 2]), new("name", ColumnType.Text, TensorType.String, [-1]), new("picture", ColumnType.Number, TensorType.Float32, [1, 100, 100])],
        Outputs = [new("y", TensorType.Float32, [-1, 2]), new("said", TensorType.String, [-1])],
    };

    [Fact]
    public async Task A_model_made_elsewhere_is_asked_in_JSON_and_answers_with_every_output()
    {
        var picture = $"[[{string.Join(',', Enumerable.Repeat("0.5", 5_000))}]]";
        await using var portal = new Portal();
        portal.Services.AddSingleton(new ApiAddress(new ConfigurationBuilder().Build()));
        portal.Api.Answers("GET /api/deployments/customers", Examples.Deployment(Examples.Revision(5, 2)))
            .Answers("GET /api/models/customers/versions/2", Examples.ModelVersion with { Manifest = Manifest })
            .Answers("GET /api/models/customers/versions/2/files/sample.json", new ModelSample([Row($$"""{"x": [[1,2],[3,4]], "name": "a", "picture": {{picture}}}""")], []))
            .Answers("POST /api/deployments/customers/predict", new PredictResponse("customers", "customers", 2, 5, [new(Outputs: Row("""{"y":[0.25,0.75],"said":"hello"}"""))]));
        var panel = portal.Page<PredictPanel>(builder => builder.Add(panel => panel.Deployment, "customers"));

        Assert.Equal(["input-x [[1,2],[3,4]]", "input-name \"a\"", "input-picture "], panel.FindAll("textarea").Select(field => $"{field.GetAttribute("data-testid")} {field.GetAttribute("value")}"));
        await panel.Find("[data-testid=input-x]").ChangeAsync("[[5, 6], [7, 8]]");
        await panel.Find("[data-testid=input-name]").ChangeAsync("plain words");
        await panel.Find("form").SubmitAsync();

        Assert.Equal($$"""{"rows":[{"x":[[5,6],[7,8]],"name":"plain words","picture":{{picture}}}]}""", Assert.Single(portal.Api.BodiesOf("POST /api/deployments/customers/predict")));
        Assert.Equal(["[0.25,0.75]", "\"hello\""], panel.FindAll("[data-testid=result]").Select(result => result.TextContent));
        Assert.Contains("your numbers here", panel.Find("[data-testid=code]").TextContent, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_signature_says_how_deep_the_lists_are()
    {
        await using var portal = new Portal();
        var table = portal.Render<MaaS.Web.Models.SignatureTable>(builder => builder.Add(table => table.Manifest, Manifest));

        Assert.Equal(["lists in lists, 2 deep, each a number", "a text", "lists in lists, 2 deep, each a number"], table.FindAll("[data-testid=inputs] tbody tr td:nth-child(3)").Select(cell => cell.TextContent));
    }

    [Fact]
    public void Lists_are_written_as_Python_writes_them() =>
        Assert.Contains("        \"x\": [[True, None], [1.5, \"a\"]],", CodeSample.In("Python", "http://api.example", Row("""{"x": [[true, null], [1.5, "a"]]}""")).Split('\n'));

    private static Dictionary<string, JsonElement> Row(string json) => JsonSerializer.Deserialize<Dictionary<string, JsonElement>>(json)!;
}
