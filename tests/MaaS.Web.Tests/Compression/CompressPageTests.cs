// The compress page: three ways to ask, a recipe put together step by step, and every problem beside its field.
using System.Net;
using System.Text.Json;
using Bunit;
using MaaS.Contracts.Datasets;
using MaaS.Contracts;
using MaaS.Contracts.Compression;
using MaaS.Contracts.Jobs;
using MaaS.Contracts.Models;
using MaaS.Contracts.Teams;
using MaaS.Contracts.Training;
using MaaS.Web.Compression;
using MaaS.Web.Models;
using Microsoft.AspNetCore.Components;
using Microsoft.Extensions.DependencyInjection;

namespace MaaS.Web.Tests.Compression;

public sealed class CompressPageTests
{
    private static readonly ModelVersionView s_source = Examples.ModelVersion with
    {
        Manifest = Examples.Manifest with
        {
            Training = new TabularTraining("leaves", Network: new MlpNetwork([64, 32])),
            Files = [new("model.onnx", 50_000, new string('b', 64)), new(ModelManifest.Weights, 60_000, new string('c', 64))],
        },
    };

    [Fact]
    public async Task Compress_for_me_asks_for_a_search_with_the_platforms_defaults_and_opens_its_run()
    {
        await using var portal = Scripted();
        var page = Page(portal);

        await page.Find("form").SubmitAsync();

        var sent = Sent(portal);
        Assert.Equal((s_source.Id, new SearchPlan(), null, null), (sent.VersionId, sent.Plan, sent.RegisterAs, sent.RunName));
        Assert.Equal($"http://localhost/runs/{Examples.RunId}", portal.Services.GetRequiredService<NavigationManager>().Uri);
        Assert.Equal("customers-compressed", page.Find("[data-testid=register-as]").GetAttribute("placeholder"));
    }

    [Fact]
    public async Task The_limits_of_a_search_are_what_was_typed()
    {
        await using var portal = Scripted();
        var page = Page(portal);

        await page.Find("[data-testid=minutes]").ChangeAsync("2.5");
        await page.Find("[data-testid=max-loss]").ChangeAsync("1");
        await page.Find("[data-testid=max-megabytes]").ChangeAsync("0.25");
        await page.Find("[data-testid=max-p50]").ChangeAsync("2");
        await page.Find("[data-testid=aim]").ChangeAsync("Latency");
        await page.Find("[data-testid=register-as]").ChangeAsync("small");
        await page.Find("form").SubmitAsync();

        Assert.Equal((new SearchPlan(2.5, 1, 250_000, 2, CompressionAim.Latency), "small"), (Sent(portal).Plan, Sent(portal).RegisterAs));
    }

    [Fact]
    public async Task A_preset_is_chosen_by_what_it_does()
    {
        await using var portal = Scripted();
        var page = Page(portal);

        await page.Find("[data-testid=way-preset]").ClickAsync();
        Assert.Equal("true", page.Find("[data-testid=way-preset]").GetAttribute("aria-selected"));
        await page.Find("[data-testid=preset-tiny]").ChangeAsync("on");
        await page.Find("form").SubmitAsync();

        Assert.Equal(new PresetPlan(CompressionPreset.Tiny), Sent(portal).Plan);
    }

    [Fact]
    public async Task A_recipe_is_put_together_moved_and_cut_and_steps_of_the_graph_stay_last()
    {
        await using var portal = Scripted();
        var page = Page(portal);
        await page.Find("[data-testid=way-recipe]").ClickAsync();
        Assert.True(page.Find("[data-testid=compress]").HasAttribute("disabled"));

        foreach (var technique in new[] { "StaticInt8", "Prune", "FineTune", "SharedWeights" })
            await Add(page, technique);
        Assert.Equal(["1. Pruning", "2. Fine-tuning", "3. Shared weights", "4. Static int8"], Legends(page));
        await page.FindAll("[data-testid=earlier]")[1].ClickAsync();
        await page.FindAll("[data-testid=later]")[0].ClickAsync();
        await page.FindAll("[data-testid=remove]")[2].ClickAsync();
        Assert.Equal(["1. Pruning", "2. Fine-tuning", "3. Static int8"], Legends(page));
        await page.Find("[data-testid=sparsity]").ChangeAsync("0.9");
        await page.Find("[data-testid=measure]").ChangeAsync("Activation");
        await page.Find("[data-testid=calibration]").ChangeAsync("Percentile");
        await page.Find("form").SubmitAsync();

        Assert.Equal(
            [new Pruning(0.9, PruningMeasure.Activation), new FineTuning(), new StaticQuantization(CalibrationMethod.Percentile)],
            Assert.IsType<RecipePlan>(Sent(portal).Plan).Steps);
    }

    [Fact]
    public async Task Every_technique_has_a_form_that_sends_its_own_defaults()
    {
        await using var portal = Scripted();
        var page = Page(portal);
        await page.Find("[data-testid=way-recipe]").ClickAsync();

        foreach (var technique in Techniques.All)
            await Add(page, technique.ToString());
        await page.Find("form").SubmitAsync();

        var expected = Techniques.All.OrderBy(technique => Techniques.Default(technique).IsOfGraph).Select(Techniques.Default);
        Assert.Equal(expected, Assert.IsType<RecipePlan>(Sent(portal).Plan).Steps);
    }

    [Fact]
    public async Task A_student_and_its_teachers_are_chosen()
    {
        await using var portal = Scripted();
        var page = Page(portal);
        await page.Find("[data-testid=way-recipe]").ClickAsync();
        await Add(page, "Distill");

        await page.FindAll("[data-testid=teachers] input")[0].ChangeAsync(true);
        await page.FindAll("[data-testid=teachers] input")[1].ChangeAsync(true);
        await page.Find("[data-testid=temperature]").ChangeAsync("4");
        await page.Find("[data-testid=own-student]").ChangeAsync(true);
        await page.Find("[data-testid=student-widths]").ChangeAsync("16, 8");
        await page.Find("form").SubmitAsync();

        var step = Assert.IsType<Distillation>(Assert.Single(Assert.IsType<RecipePlan>(Sent(portal).Plan).Steps));
        Assert.Equal(4, step.Temperature);
        Assert.Equal([s_source.Id, Examples.JobId], step.Teachers!);
        var student = Assert.IsType<TabularTraining>(step.Student);
        Assert.Equal(("leaves", "16 8"), (student.Target, string.Join(' ', Assert.IsType<MlpNetwork>(student.Network).Hidden!)));
    }

    [Fact]
    public async Task What_is_out_of_range_is_said_beside_its_field_and_nothing_is_sent()
    {
        await using var portal = Scripted();
        var page = Page(portal);
        await page.Find("[data-testid=way-recipe]").ClickAsync();
        await Add(page, "FineTune");
        await Add(page, "Prune");

        await page.Find("[data-testid=sparsity]").ChangeAsync("1.2");
        await page.Find("form").SubmitAsync();

        Assert.Equal("Sparsity must be between 0.01 and 0.99.", page.Find(".field-error").TextContent);
        Assert.Equal("true", page.Find("[data-testid=sparsity]").GetAttribute("aria-invalid"));
        Assert.Empty(portal.Api.BodiesOf("POST /api/jobs"));
    }

    [Theory]
    [InlineData("plan.steps[0] is prune after shared_weights; put it before, so that the values left are shared.", "[data-testid=step-error]")]
    [InlineData("plan.steps[0].sparsity is 0.8; it does not suit this network.", ".field-bad .field-error")]
    public async Task A_refusal_by_the_platform_is_shown_at_its_step_or_field(string sentence, string place)
    {
        await using var portal = Scripted();
        portal.Api.Refuses("POST /api/jobs", new(422, "plan_not_allowed", "Unprocessable", sentence));
        var page = Page(portal);
        await page.Find("[data-testid=way-recipe]").ClickAsync();
        await Add(page, "Prune");

        await page.Find("form").SubmitAsync();

        Assert.Equal(sentence, page.Find(place).TextContent);
        Assert.Equal(sentence, page.Find(".error-note span").TextContent);
        Assert.False(page.Find("[data-testid=compress]").HasAttribute("disabled"));
    }

    [Fact]
    public async Task A_platform_that_does_not_answer_is_said_and_the_form_stays()
    {
        await using var portal = Scripted();
        portal.Api.On("POST /api/jobs", _ => throw new HttpRequestException("refused"));
        var page = Page(portal);

        await page.Find("[data-testid=minutes]").ChangeAsync("3");
        await page.Find("form").SubmitAsync();

        Assert.Equal("The API does not answer right now. Try again in a moment.", page.Find(".error-note span").TextContent);
        Assert.Equal("3", page.Find("[data-testid=minutes]").GetAttribute("value"));
    }

    [Fact]
    public async Task A_double_click_queues_one_job()
    {
        await using var portal = Scripted();
        var answer = new TaskCompletionSource<HttpResponseMessage>();
        portal.Api.On("POST /api/jobs", _ => answer.Task);
        var form = Page(portal).Find("form");

        var (first, second) = (form.SubmitAsync(), form.SubmitAsync());
        answer.SetResult(ScriptedApi.Json(HttpStatusCode.OK, Examples.Job(JobState.Queued)));
        await Task.WhenAll(first, second);

        Assert.Single(portal.Api.BodiesOf("POST /api/jobs"));
    }

    [Fact]
    public async Task Of_a_network_that_is_solved_in_one_step_only_what_changes_the_graph_is_offered()
    {
        await using var portal = Scripted(s_source with { Manifest = s_source.Manifest with { Training = new RecommendationTraining("user", "item", Network: new LinearAutoencoder()) } });
        var page = Page(portal);

        await page.Find("[data-testid=way-preset]").ClickAsync();
        Assert.Equal([false, true, true], page.FindAll("input[type=radio]").Select(radio => radio.HasAttribute("disabled")));
        await page.Find("[data-testid=way-recipe]").ClickAsync();

        Assert.Equal(["StaticInt8", "DynamicInt8", "WeightOnly", "Float16", "Temperature"], page.FindAll("[data-testid=technique] option").Select(option => option.GetAttribute("value")));
        Assert.Contains("solved in one step", page.Find("[data-testid=graph-only]").TextContent, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_version_made_elsewhere_and_a_viewer_are_told_why_there_is_no_form()
    {
        await using var portal = Scripted(s_source with { Manifest = s_source.Manifest with { Training = null, Lineage = new(null, null, null) } });
        Assert.Contains("nothing here to measure it on", Page(portal).Find("[data-testid=empty]").TextContent, StringComparison.Ordinal);

        await using var graphs = Scripted(s_source with { Manifest = s_source.Manifest with { Files = [] } });
        Assert.Contains("nothing here to build on", Page(graphs).Find("[data-testid=empty]").TextContent, StringComparison.Ordinal);

        await using var viewers = new Portal(Role.Viewer);
        Assert.Contains("member role", Page(viewers).Find("[data-testid=empty]").TextContent, StringComparison.Ordinal);
        Assert.Empty(viewers.Api.Calls);
    }

    [Fact]
    public async Task A_version_leads_here_when_there_is_data_to_measure_it_on()
    {
        await using var portal = Scripted();
        portal.Api.Answers($"GET /api/dataset-versions/{Examples.VersionId}", Examples.Version).Answers("GET /api/models/customers/versions/2/exports", Array.Empty<ModelExportView>())
            .Answers("GET /api/datasets", new Page<DatasetView>([]));
        var version = portal.Page<VersionPage>(builder => builder.Add(p => p.Name, "customers").Add(p => p.Number, 2));
        Assert.Equal("/models/customers/2/compress", version.Find("[data-testid=compress-version]").GetAttribute("href"));
    }

    private static IEnumerable<string> Legends(IRenderedComponent<CompressPage> page) => page.FindAll("[data-testid=step] > fieldset > legend").Select(legend => legend.TextContent);

    private static async Task Add(IRenderedComponent<CompressPage> page, string technique)
    {
        await page.Find("[data-testid=technique]").ChangeAsync(technique);
        await page.Find("[data-testid=add-step]").ClickAsync();
    }

    private static CompressJob Sent(Portal portal) =>
        Assert.IsType<CompressJob>(JsonSerializer.Deserialize<JobSpec>(Assert.Single(portal.Api.BodiesOf("POST /api/jobs")), MaaSJson.Options));

    private static IRenderedComponent<CompressPage> Page(Portal portal) => portal.Page<CompressPage>(builder => builder.Add(p => p.Name, "customers").Add(p => p.Number, 2));

    private static Portal Scripted(ModelVersionView? source = null)
    {
        var portal = new Portal();
        var other = s_source with { Id = Examples.JobId, Model = "others", Number = 7 };
        var recommender = other with { Id = Guid.NewGuid(), Model = "films", Manifest = other.Manifest with { Task = ModelTask.Recommendation } };
        ModelView Model(ModelVersionView latest) => new(Guid.NewGuid(), latest.Model, null, latest, new Dictionary<string, int>(), DateTimeOffset.UnixEpoch);
        portal.Api.Answers("GET /api/models/customers/versions/2", source ?? s_source)
            .Answers("GET /api/models/customers/versions", new Page<ModelVersionView>([source ?? s_source]))
            .Answers("GET /api/models", new Page<ModelView>([Model(s_source), Model(other), Model(recommender)]))
            .Answers("POST /api/jobs", Examples.Job(JobState.Queued));
        return portal;
    }
}
