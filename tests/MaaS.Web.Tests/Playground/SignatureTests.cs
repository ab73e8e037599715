using System.Text.Json;
using Bunit;
using MaaS.Contracts.Datasets;
using MaaS.Contracts.Inference;
using MaaS.Contracts.Models;
using MaaS.Web.Playground;
using Microsoft.AspNetCore.Components.Forms;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;

namespace MaaS.Web.Tests.Playground;

public sealed class SignatureTests
{
    // The first eight bytes of every PNG.
    private static readonly byte[] s_png = [0x89, 0x50, 0x4E, 0x47, 0x0D, 0x0A, 0x1A, 0x0A];

    [Fact]
    public async Task A_picture_is_chosen_sent_in_Base64_and_answered_with_a_class()
    {
        await using var portal = Scripted(
            ModelTask.ImageClassification, [new("image", ColumnType.Image, TensorType.UInt8, [-1, 28, 28, 1])], "{}",
            new("boot", new Dictionary<string, float> { ["boot"] = 0.9f, ["bag"] = 0.1f }));
        var panel = Panel(portal);
        Assert.NotNull(panel.Find("[data-testid=canvas]").GetAttribute("aria-label"));

        panel.FindComponent<InputFile>().UploadFiles(InputFileContent.CreateFromBinary(s_png, "boot.png", contentType: "image/png"));
        await panel.WaitForAssertionAsync(() => Assert.Equal($"data:image/png;base64,{Convert.ToBase64String(s_png)}", panel.Find("[data-testid=image-sent]").GetAttribute("src")));
        await panel.Find("form").SubmitAsync();

        Assert.Equal($$"""{"rows":[{"image":"{{Convert.ToBase64String(s_png)}}"}]}""", Asked(portal));
        Assert.Equal("boot", panel.Find("[data-testid=result]").TextContent);
        Assert.Contains("$(base64 -w0 picture.png)", panel.Find("[data-testid=code]").TextContent, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_file_that_is_no_picture_is_refused_before_it_is_sent()
    {
        await using var portal = Scripted(ModelTask.ImageClassification, [new("image", ColumnType.Image, TensorType.UInt8, [-1, 28, 28, 1])], "{}", new("boot"));
        var panel = Panel(portal);

        panel.FindComponent<InputFile>().UploadFiles(InputFileContent.CreateFromText("GIF89a", "dance.gif"));

        await panel.WaitForAssertionAsync(() => Assert.Equal("dance.gif is neither a PNG nor a JPEG.", panel.Find("[role=alert]").TextContent));
        Assert.Empty(panel.FindAll("[data-testid=image-sent]"));
    }

    [Fact]
    public async Task A_text_is_typed_into_an_area_and_keeps_its_lines()
    {
        await using var portal = Scripted(
            ModelTask.TextClassification, [new("message", ColumnType.Text, TensorType.String, [-1, 1])], """{"message":"Ok lar"}""",
            new("spam", new Dictionary<string, float> { ["ham"] = 0.2f, ["spam"] = 0.8f }));
        var panel = Panel(portal);
        var area = panel.Find("textarea[data-testid=input-message]");
        Assert.Equal("Ok lar", area.GetAttribute("value"));

        await area.ChangeAsync("WIN\ncash now");
        await panel.Find("form").SubmitAsync();

        Assert.Equal("""{"rows":[{"message":"WIN\ncash now"}]}""", Asked(portal));
        Assert.Equal("spam", panel.Find("[data-testid=result]").TextContent);
    }

    [Fact]
    public async Task A_user_with_items_seen_gets_the_best_of_the_others_in_order()
    {
        await using var portal = Scripted(
            ModelTask.Recommendation,
            [new("user", ColumnType.Category, TensorType.String, [-1, 1], Categories: ["7", "8"]), new("seen", ColumnType.Items, TensorType.String, [-1, -1], Categories: ["Alien", "Brazil", "Casablanca"])],
            """{"user":"7","seen":["Alien"]}""",
            new(Items: [new("Casablanca", 3.25f), new("Brazil", 1.5f)]));
        var panel = Panel(portal);
        await panel.Find("[data-testid=input-seen]").InputAsync("bra");
        Assert.Equal(["Brazil"], panel.FindAll(".items-add option").Select(option => option.GetAttribute("value")));

        await panel.Find("[data-testid=input-seen]").ChangeAsync("Brazil");
        await panel.Find("[data-testid=items-seen] button[aria-label='Remove Alien']").ClickAsync();
        await panel.Find("[data-testid=input-top]").ChangeAsync("2");
        await panel.Find("form").SubmitAsync();

        Assert.Equal("""{"rows":[{"user":"7","seen":["Brazil"],"top":2}]}""", Asked(portal));
        Assert.Equal(["Casablanca3.25", "Brazil1.5"], panel.FindAll("[data-testid=result] li").Select(item => item.TextContent));
    }

    [Fact]
    public async Task A_language_model_goes_on_with_the_prompt()
    {
        await using var portal = Scripted(
            ModelTask.LanguageModel, [new("input_ids", ColumnType.Text, TensorType.Int64, [-1, -1])], """{"prompt":"ROMEO:","max_tokens":3,"temperature":0}""", new(Text: "\nO, speak again"));
        var panel = Panel(portal);

        await panel.Find("[data-testid=input-prompt]").ChangeAsync("JULIET:");
        await panel.Find("[data-testid=input-max_tokens]").ChangeAsync("100");
        await panel.Find("[data-testid=input-temperature]").ChangeAsync("0.8");
        await panel.Find("[data-testid=input-seed]").ChangeAsync("3");
        await panel.Find("form").SubmitAsync();

        Assert.Equal("""{"rows":[{"prompt":"JULIET:","max_tokens":100,"temperature":0.8,"seed":3}]}""", Asked(portal));
        Assert.Equal("JULIET:\nO, speak again", panel.Find("[data-testid=result]").TextContent);
        Assert.Empty(panel.FindAll("[data-testid=input-input_ids]"));
    }

    [Fact]
    public async Task A_refused_value_is_shown_at_its_input()
    {
        await using var portal = Scripted(ModelTask.TextClassification, [new("message", ColumnType.Text, TensorType.String, [-1, 1])], "{}", new("ham"));
        portal.Api.Refuses("POST /api/deployments/customers/predict", new(400, "input_not_allowed", "Bad request", "rows[0].message: 7 is not a text."));
        var panel = Panel(portal);

        await panel.Find("form").SubmitAsync();

        Assert.Equal("rows[0].message: 7 is not a text.", panel.Find(".field-error").TextContent);
    }

    [Theory]
    [InlineData("curl", "      \"image\": \"'\"$(base64 -w0 picture.png)\"'\"")]
    [InlineData("C#", "\"\"\".Replace(\"PICTURE_IN_BASE64\", Convert.ToBase64String(File.ReadAllBytes(\"picture.png\")));")]
    [InlineData("Python", "        \"image\": base64.b64encode(open(\"picture.png\", \"rb\").read()).decode(),")]
    [InlineData("JavaScript", "const picture = require(\"fs\").readFileSync(\"picture.png\").toString(\"base64\");")]
    public void Code_reads_a_picture_from_its_file(string language, string line)
    {
        var row = new Dictionary<string, JsonElement> { ["image"] = JsonSerializer.SerializeToElement("iVBORw0KGgo=") };

        var code = CodeSample.In(language, "http://api.example", row, "image");

        Assert.Contains(line, code.Split('\n'));
        Assert.DoesNotContain("iVBORw0KGgo=", code, StringComparison.Ordinal);
    }

    private static string Asked(Portal portal) => Assert.Single(portal.Api.BodiesOf("POST /api/deployments/customers/predict"));

    private static IRenderedComponent<PredictPanel> Panel(Portal portal) =>
        portal.Page<PredictPanel>(builder => builder.Add(panel => panel.Deployment, "customers"));

    private static Portal Scripted(ModelTask task, IReadOnlyList<ModelInput> inputs, string sampleRow, Prediction answer)
    {
        var portal = new Portal();
        var row = JsonSerializer.Deserialize<Dictionary<string, JsonElement>>(sampleRow)!;
        portal.Services.AddSingleton(new ApiAddress(new ConfigurationBuilder().Build()));
        portal.Api.Answers("GET /api/deployments/customers", Examples.Deployment(Examples.Revision(5, 2)))
            .Answers("GET /api/models/customers/versions/2", Examples.ModelVersion with { Manifest = Examples.Manifest with { Task = task, Inputs = inputs } })
            .Answers("GET /api/models/customers/versions/2/files/sample.json", new ModelSample([row], [answer]))
            .Answers("POST /api/deployments/customers/predict", new PredictResponse("customers", "customers", 2, 5, [answer]));
        return portal;
    }
}
