// Two forms of their own kind: a search that leads to an address, and a file that the browser itself sends.
using Bunit;
using MaaS.Contracts;
using MaaS.Web.Experiments;
using MaaS.Web.Shared;
using MaaS.Web.Tests.Experiments;
using Microsoft.AspNetCore.Components;
using Microsoft.Extensions.DependencyInjection;

namespace MaaS.Web.Tests.Forms;

public sealed class RunSearchFormTests : OwnFormTests<RunSearchBox>
{
    public override async Task What_is_right_is_sent_as_it_was_entered()
    {
        await using var portal = Rows.Scripted();
        var page = await Search(portal, " state = failed ");

        Assert.Contains("search=state%20%3D%20failed", portal.Api.Queries[^1].Query, StringComparison.Ordinal);
        Assert.Empty(page.FindAll("[data-testid=mistake]"));
    }

    public override async Task What_is_wrong_is_said_and_never_sent()
    {
        await using var portal = Rows.Scripted();
        var page = await Search(portal, "metrics.loss");

        Assert.StartsWith("At character 13:", page.Find("[data-testid=mistake]").TextContent, StringComparison.Ordinal);
        Assert.DoesNotContain(portal.Api.Queries, made => made.Query.Contains("search=", StringComparison.Ordinal));
    }

    public override async Task A_refusal_is_said()
    {
        await using var portal = Rows.Scripted();
        var page = portal.Page<RunsTable>();
        portal.Api.Refuses("GET /api/runs/rows", new Problem(503, "database_unavailable", "Unavailable", "The database does not answer at the moment; try again shortly."));

        await page.Find("[data-testid=search]").ChangeAsync("state = failed");
        await page.Find("form").SubmitAsync();

        await page.WaitForAssertionAsync(() => Assert.Equal("The database does not answer at the moment; try again shortly.", page.Find(".error-note span").TextContent));
    }

    public override async Task Two_clicks_send_it_once()
    {
        await using var portal = Rows.Scripted();
        var page = await Search(portal, "state = failed");
        var asked = portal.Api.Calls.Count;

        await page.Find("form").SubmitAsync();

        Assert.Equal(asked, portal.Api.Calls.Count);
    }

    private static async Task<IRenderedComponent<RunsTable>> Search(Portal portal, string text)
    {
        portal.Services.GetRequiredService<NavigationManager>().NavigateTo("/runs");
        var page = portal.Page<RunsTable>();
        await page.Find("[data-testid=search]").ChangeAsync(text);
        await page.Find("form").SubmitAsync();
        return page;
    }
}

public sealed class UploadFormTests : OwnFormTests<UploadBox>
{
    public override async Task What_is_right_is_sent_as_it_was_entered()
    {
        await using var portal = new Portal();
        Guid? made = null;
        var box = portal.Render<UploadBox>(builder => builder.Add(upload => upload.To, file => $"datasets/upload?fileName={file}").Add(upload => upload.Uploaded, id => made = id));

        Assert.Equal("datasets/upload?fileName=adult.csv", box.Instance.Address("adult.csv"));
        await box.InvokeAsync(() => box.Instance.Done(Examples.DatasetId));

        Assert.Equal(Examples.DatasetId, made);
    }

    // What a file may be, only its reader knows; the box offers no others.
    public override async Task What_is_wrong_is_said_and_never_sent()
    {
        await using var portal = new Portal();
        var box = portal.Render<UploadBox>(builder => builder.Add(upload => upload.Accept, ".csv,.zip"));

        Assert.Equal(".csv,.zip", box.Find("[data-testid=upload-input]").GetAttribute("accept"));
    }

    public override async Task A_refusal_is_said()
    {
        await using var portal = new Portal();
        var box = portal.Render<UploadBox>();

        await box.InvokeAsync(() => box.Instance.Failed("The team's storage is full."));

        Assert.Equal("The team's storage is full.", box.Find("[role=alert] span").TextContent);
    }

    public override async Task Two_clicks_send_it_once()
    {
        await using var portal = new Portal();
        var box = portal.Render<UploadBox>();

        await box.InvokeAsync(() => box.Instance.Progress("adult.csv", 0));

        Assert.True(box.Find("[data-testid=upload-input]").HasAttribute("disabled"));
    }
}
