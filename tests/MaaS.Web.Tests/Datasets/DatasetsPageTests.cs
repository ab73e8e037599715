using Bunit;
using MaaS.Contracts;
using MaaS.Contracts.Datasets;
using MaaS.Contracts.Teams;
using MaaS.Web.Datasets;
using MaaS.Web.Shared;
using Microsoft.AspNetCore.Components;
using Microsoft.Extensions.DependencyInjection;

namespace MaaS.Web.Tests.Datasets;

public sealed class DatasetsPageTests
{
    [Fact]
    public async Task Datasets_are_listed_with_their_latest_figures()
    {
        await using var portal = new Portal();
        portal.Api.Answers("GET /api/datasets", new Page<DatasetView>([Examples.Dataset]));

        var cells = portal.Page<DatasetsPage>().FindAll("[data-testid=datasets] tbody td").Select(cell => cell.TextContent.Trim());

        Assert.Equal(["Customers 2026", "ready", "32,561", "4", "4.0 MB", "3", "1 Jan 1970"], cells);
    }

    [Fact]
    public async Task No_datasets_leads_to_the_next_step()
    {
        await using var portal = new Portal();
        portal.Api.Answers("GET /api/datasets", new Page<DatasetView>([]));

        var page = portal.Page<DatasetsPage>();

        Assert.Contains("No datasets yet", page.Find("[data-testid=empty]").TextContent, StringComparison.Ordinal);
        Assert.NotNull(page.Find("[data-testid=upload-input]"));
    }

    [Fact]
    public async Task A_viewer_is_shown_no_way_to_upload()
    {
        await using var portal = new Portal(Role.Viewer);
        portal.Api.Answers("GET /api/datasets", new Page<DatasetView>([Examples.Dataset]));

        Assert.Empty(portal.Page<DatasetsPage>().FindAll("[data-testid=upload-input]"));
    }

    [Fact]
    public async Task Sample_data_is_made_once_however_often_it_is_clicked_and_opened()
    {
        await using var portal = new Portal();
        var made = new TaskCompletionSource<HttpResponseMessage>();
        portal.Api.Answers("GET /api/datasets", new Page<DatasetView>([])).On("POST /api/datasets/samples/churn", _ => made.Task);
        var page = portal.Page<DatasetsPage>();

        var button = page.Find("[data-testid=sample-churn]");
        var first = button.ClickAsync(new());
        var second = button.ClickAsync(new());
        made.SetResult(ScriptedApi.Json(System.Net.HttpStatusCode.Created, Examples.Dataset));
        await Task.WhenAll(first, second);

        Assert.Single(portal.Api.BodiesOf("POST /api/datasets/samples/churn"));
        Assert.Equal($"http://localhost/datasets/{Examples.Dataset.Id}", portal.Services.GetRequiredService<NavigationManager>().Uri);
    }

    [Fact]
    public async Task An_upload_shows_its_progress_and_then_why_it_failed()
    {
        await using var portal = new Portal();
        var box = portal.Render<UploadBox>();

        await box.InvokeAsync(() => box.Instance.Progress("adult.csv", 0.25));
        Assert.Contains("Uploading adult.csv · 25.0 %", box.Markup, StringComparison.Ordinal);
        Assert.Equal("0.25", box.Find("[data-testid=upload-progress]").GetAttribute("value"));

        await box.InvokeAsync(() => box.Instance.Failed("The team's storage is full."));
        Assert.Equal("The team's storage is full.", box.Find("[role=alert] span").TextContent);
        Assert.False(box.Find("[data-testid=upload-input]").HasAttribute("disabled"));
    }

    [Fact]
    public async Task A_finished_upload_hands_on_the_new_dataset()
    {
        await using var portal = new Portal();
        Guid? opened = null;
        var box = portal.Render<UploadBox>(builder => builder.Add(upload => upload.Uploaded, id => opened = id));

        await box.InvokeAsync(() => box.Instance.Done(Examples.Dataset.Id));

        Assert.Equal(Examples.Dataset.Id, opened);
    }
}
