using Bunit;
using MaaS.Contracts;
using MaaS.Contracts.Deployments;
using MaaS.Contracts.Models;
using MaaS.Contracts.Teams;
using MaaS.Web.Deployments;

namespace MaaS.Web.Tests.Deployments;

public sealed class RolloutTests
{
    private const string Revise = "POST /api/deployments/customers/revisions";

    [Fact]
    public async Task A_shadow_and_a_guard_are_sent_with_the_next_revision()
    {
        await using var portal = Scripted(Examples.Revision(2, 2));
        portal.Api.Answers(Revise, Examples.Deployment(Examples.Revision(3, 2)));
        var page = portal.Page<DeploymentPage>(builder => builder.Add(p => p.Name, "customers"));

        await page.Find("[data-testid=shadow-model]").ChangeAsync("customers");
        await page.Find("[data-testid=shadow-version]").ChangeAsync("3");
        await page.Find("[data-testid=shadow-percent]").ChangeAsync("25");
        await page.Find("[data-testid=guard-errors]").ChangeAsync("2.5");
        await page.Find("[data-testid=guard-disagreement]").ChangeAsync("5");
        await page.Find("[data-testid=guard-compared]").ChangeAsync("50");
        await page.Find("[data-testid=guard-minutes]").ChangeAsync("30");
        await page.Find("form").SubmitAsync();

        var body = Assert.Single(portal.Api.BodiesOf(Revise));
        Assert.Contains("\"shadow\":{\"model\":\"customers\",\"version\":3,\"percent\":25}", body, StringComparison.Ordinal);
        Assert.Contains("\"guard\":{\"max_error_percent\":2.5,\"max_disagreement_percent\":5,\"min_requests\":100,\"minutes\":30,\"compared_percent\":50}", body, StringComparison.Ordinal);
    }

    [Fact]
    public async Task What_computes_it_and_how_long_answers_are_kept_is_sent_when_it_is_changed()
    {
        await using var portal = Scripted(Examples.Revision(2, 2) with { Provider = ExecutionProvider.Cpu, AnswersKeptDays = 7 });
        portal.Api.Answers(Revise, Examples.Deployment(Examples.Revision(3, 2)));
        var page = portal.Page<DeploymentPage>(builder => builder.Add(p => p.Name, "customers"));

        Assert.Equal("Computed on the CPU.", page.Find("[data-testid=computed-on]").TextContent);
        Assert.Equal("7", page.Find("[data-testid=kept-days]").GetAttribute("value"));
        await page.Find("[data-testid=provider]").ChangeAsync("Cuda");
        await page.Find("[data-testid=kept-days]").ChangeAsync("30");
        await page.Find("form").SubmitAsync();

        Assert.Contains("\"provider\":\"cuda\",\"answers_kept_days\":30", Assert.Single(portal.Api.BodiesOf(Revise)), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_server_that_cannot_compute_as_it_is_told_says_so_where_the_deployment_is_seen()
    {
        const string remark = "This revision asks for CUDA. The server computes it on the CPU, because this build of ONNX Runtime computes on the CPU only.";
        await using var portal = Scripted(Examples.Revision(2, 2) with { Provider = ExecutionProvider.Cuda, ProviderRemark = remark });
        var page = portal.Page<DeploymentPage>(builder => builder.Add(p => p.Name, "customers"));

        Assert.Equal(remark, page.Find("[data-testid=provider-remark]").TextContent);
    }

    [Fact]
    public async Task Without_a_model_and_without_a_limit_neither_is_sent()
    {
        await using var portal = Scripted(Examples.Revision(2, 2));
        portal.Api.Answers(Revise, Examples.Deployment(Examples.Revision(3, 2)));
        var page = portal.Page<DeploymentPage>(builder => builder.Add(p => p.Name, "customers"));

        await page.Find("form").SubmitAsync();

        Assert.Equal(["{\"traffic\":[{\"model\":\"customers\",\"version\":2,\"weight\":100}]}"], portal.Api.BodiesOf(Revise));
    }

    [Fact]
    public async Task What_cannot_be_is_said_at_its_field_and_not_sent()
    {
        await using var portal = Scripted(Examples.Revision(2, 2));
        var page = portal.Page<DeploymentPage>(builder => builder.Add(p => p.Name, "customers"));

        await page.Find("[data-testid=shadow-model]").ChangeAsync("customers");
        await page.Find("[data-testid=shadow-percent]").ChangeAsync("101");
        await page.Find("[data-testid=guard-errors]").ChangeAsync("120");
        await page.Find("form").SubmitAsync();

        Assert.Empty(portal.Api.BodiesOf(Revise));
        Assert.Equal(
            ["Version must be between 1 and 2147483647.", "Percent must be between 1 and 100."],
            page.FindAll("[data-testid=shadow-fields] .field-error").Select(error => error.TextContent));
        Assert.Equal(["Max error percent must be between 0 and 100."], page.FindAll("[data-testid=guard-fields] .field-error").Select(error => error.TextContent));
    }

    [Fact]
    public async Task A_refusal_by_the_server_stands_at_the_field_it_names()
    {
        const string sentence = "shadow.version is 2 of \"customers\", which takes traffic itself; a shadow is another version than those that answer.";
        await using var portal = Scripted(Examples.Revision(2, 2));
        portal.Api.Refuses(Revise, new(422, "shadow_in_traffic", "Unprocessable", sentence));
        var page = portal.Page<DeploymentPage>(builder => builder.Add(p => p.Name, "customers"));

        await page.Find("[data-testid=shadow-model]").ChangeAsync("customers");
        await page.Find("[data-testid=shadow-version]").ChangeAsync("2");
        await page.Find("form").SubmitAsync();

        Assert.Equal(sentence, page.Find("[data-testid=shadow-fields] .field-error").TextContent);
    }

    [Fact]
    public async Task A_shadow_is_kept_in_the_form_and_what_it_found_is_shown_as_numbers()
    {
        var revision = Examples.Revision(2, 2) with
        {
            Shadow = new("customers", 3, 25),
            Guard = new(MaxErrorPercent: 2.5, MaxP99Ms: 40),
            Comparisons = [new("customers", 2, "customers", 3, 970, 30, 4, 1, 1.25)],
        };
        await using var portal = Scripted(revision);
        var page = portal.Page<DeploymentPage>(builder => builder.Add(p => p.Name, "customers"));

        Assert.Equal(
            ["customers, version 2", "customers, version 3", "97 %", "970", "30", "4", "1", "1.25 ms"],
            page.FindAll("[data-testid=comparisons] tbody td").Select(cell => cell.TextContent));
        Assert.Equal("Shadow: customers, version 3 computes 25 % of the requests too.", page.Find("[data-testid=shadow]").TextContent);
        Assert.Contains("errors at most 2.5 %, p99 at most 40 ms.", page.Find("[data-testid=guard]").TextContent, StringComparison.Ordinal);
        Assert.Equal("25", page.Find("[data-testid=shadow-percent]").GetAttribute("value"));
    }

    [Fact]
    public async Task A_split_says_how_a_caller_stays_with_one_version()
    {
        await using var portal = Scripted(Examples.Revision(2, 2) with { Traffic = [new("customers", 1, 90), new("customers", 2, 10)] });
        var page = portal.Page<DeploymentPage>(builder => builder.Add(p => p.Name, "customers"));

        Assert.Contains("X-Sticky-Key", page.Find("[data-testid=sticky]").TextContent, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_slider_gives_one_version_more_and_the_others_less_and_nothing_is_left_out()
    {
        await using var portal = Scripted(Examples.Revision(2, 2) with { Traffic = [new("customers", 1, 60), new("customers", 2, 30), new("customers", 3, 10)] });
        portal.Api.Answers(Revise, Examples.Deployment(Examples.Revision(3, 2)));
        var page = portal.Page<DeploymentPage>(builder => builder.Add(p => p.Name, "customers"));

        await page.Find("[data-testid=traffic-slider-0]").InputAsync("20");
        Assert.Equal(["20", "60", "20"], Enumerable.Range(0, 3).Select(row => page.Find($"[data-testid=traffic-weight-{row}]").GetAttribute("value")));
        await page.Find("[data-testid=traffic-slider-1]").InputAsync("80");
        await page.Find("[data-testid=traffic-slider-0]").InputAsync("0");
        await page.Find("form").SubmitAsync();

        Assert.Equal(["""{"traffic":[{"model":"customers","version":2,"weight":89},{"model":"customers","version":3,"weight":11}]}"""], portal.Api.BodiesOf(Revise));
    }

    [Fact]
    public async Task A_roll_back_by_the_guard_stands_in_the_history_with_its_reason()
    {
        const string reason = "The guard of revision 2 rolled back: version 2 of \"customers\" left 12.5 % of 120 requests unanswered; max_error_percent is 5.";
        await using var portal = Scripted(Examples.Revision(3, 1, rollbackOf: 1) with { CreatedBy = RevisionView.Guardian, Reason = reason });
        var page = portal.Page<DeploymentPage>(builder => builder.Add(p => p.Name, "customers"));

        Assert.Equal(reason, page.Find("[data-testid=guarded-back]").TextContent);
        var row = page.Find("[data-testid=revision-3]");
        Assert.Contains(reason, row.TextContent, StringComparison.Ordinal);
        Assert.Contains("by the guard", row.TextContent, StringComparison.Ordinal);
    }

    private static Portal Scripted(RevisionView revision, Role role = Role.Member)
    {
        var portal = new Portal(role);
        portal.Api.Answers("GET /api/deployments/customers", Examples.Deployment(revision))
            .Answers("GET /api/deployments/customers/traffic", new TrafficView(1, []))
            .Answers("GET /api/deployments/customers/drift", new DriftView([]))
            .Answers("GET /api/deployments/customers/quality", new QualityView(0, 0, 0, []))
            .Answers("GET /api/deployments/customers/sampling", new SamplingView(SamplingState.Off, []))
            .Answers("GET /api/deployments/customers/revisions", new Page<RevisionView>([revision, Examples.Revision(1, 1)]))
            .Answers("GET /api/models", new Page<ModelView>([]));
        return portal;
    }
}
