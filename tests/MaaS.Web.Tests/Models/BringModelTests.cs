using Bunit;
using MaaS.Contracts;
using MaaS.Contracts.Events;
using MaaS.Contracts.Jobs;
using MaaS.Contracts.Models;
using MaaS.Contracts.Teams;
using MaaS.Web.Models;
using MaaS.Web.Shared;
using Microsoft.AspNetCore.Components;
using Microsoft.Extensions.DependencyInjection;

namespace MaaS.Web.Tests.Models;

public sealed class BringModelTests
{
    private static readonly Guid JobId = Guid.Parse("0199d0a0-0000-7000-8000-000000000009");

    [Theory]
    [InlineData(null, "Iris (final) v2.onnx", "models/upload?model=iris-final-v2&fileName=Iris%20%28final%29%20v2.onnx")]
    [InlineData("customers", "mine.safetensors", "models/upload?model=customers&fileName=mine.safetensors")]
    public async Task A_file_goes_to_the_model_of_the_name_that_was_typed_or_of_its_own(string? name, string file, string address)
    {
        await using var portal = new Portal();
        var bring = portal.Render<BringModel>();

        if (name is not null) await bring.Find("[data-testid=import-name]").ChangeAsync(name);

        Assert.Equal(address, bring.FindComponent<UploadBox>().Instance.Address(file));
    }

    [Fact]
    public async Task A_model_that_was_brought_is_opened_when_its_job_has_succeeded()
    {
        await using var portal = new Portal();
        Scripted(portal, JobState.Succeeded, null);
        var bring = portal.Render<BringModel>();
        var box = bring.FindComponent<UploadBox>();

        await bring.InvokeAsync(() => box.Instance.Address("mine.onnx"));
        await bring.InvokeAsync(() => box.Instance.Done(JobId));

        await bring.WaitForAssertionAsync(() => Assert.Equal("http://localhost/models/mine", portal.Services.GetRequiredService<NavigationManager>().Uri));
    }

    [Fact]
    public async Task A_model_that_is_refused_says_why_on_the_spot()
    {
        await using var portal = new Portal();
        Scripted(portal, JobState.Failed, "mine.onnx uses operator set 27; at most 26 is allowed.");
        var bring = portal.Render<BringModel>();
        var box = bring.FindComponent<UploadBox>();

        await bring.InvokeAsync(() => box.Instance.Address("mine.onnx"));
        await bring.InvokeAsync(() => box.Instance.Done(JobId));

        await bring.WaitForAssertionAsync(() => Assert.Equal("mine.onnx uses operator set 27; at most 26 is allowed.", bring.Find("[role=alert] span").TextContent));
        Assert.Equal("http://localhost/", portal.Services.GetRequiredService<NavigationManager>().Uri);
    }

    [Theory]
    [InlineData(Role.Viewer, 0)]
    [InlineData(Role.Member, 1)]
    public async Task Who_may_only_look_is_shown_no_way_to_bring_a_model(Role role, int boxes)
    {
        await using var portal = new Portal(role);
        portal.Api.Answers("GET /api/models", new Page<ModelView>([]));

        Assert.Equal(boxes, portal.Page<ModelsPage>().FindAll("[data-testid=upload-input]").Count);
    }

    [Fact]
    public async Task The_files_of_a_package_are_downloaded_at_once_and_HDF5_is_made_when_it_is_first_asked_for()
    {
        await using var portal = new Portal();
        var made = false;
        var job = Job(JobState.Succeeded, null);
        portal.Api.On("GET /api/models/customers/versions/2/exports", _ => Task.FromResult(ScriptedApi.Json(System.Net.HttpStatusCode.OK,
                made ? new[] { new ModelExportView(ExportFormat.Hdf5, "weights.h5", 2_048, job) } : Array.Empty<ModelExportView>())))
            .Answers("POST /api/models/customers/versions/2/exports", new ModelExportView(ExportFormat.Hdf5, "weights.h5", null, job with { State = JobState.Queued }));
        Scripted(portal, JobState.Succeeded, null);
        var downloads = portal.Page<VersionDownloads>(builder => builder.Add(card => card.Version, With("model.onnx", "weights.safetensors")));

        Assert.Equal("/download/models/customers/2/model.onnx", downloads.Find("[data-testid=download-onnx]").GetAttribute("href"));
        Assert.Equal("/download/models/customers/2/weights.safetensors", downloads.Find("[data-testid=download-safetensors]").GetAttribute("href"));
        made = true;
        await downloads.Find("[data-testid=make-hdf5]").ClickAsync(new());

        await downloads.WaitForAssertionAsync(() => Assert.Equal("/download/models/customers/2/weights.h5", downloads.Find("[data-testid=download-hdf5]").GetAttribute("href")));
        Assert.Equal("""{"format":"hdf5"}""", Assert.Single(portal.Api.BodiesOf("POST /api/models/customers/versions/2/exports")));
        Assert.Empty(downloads.FindAll("[data-testid=make-hdf5]"));
    }

    [Fact]
    public async Task An_export_that_failed_says_why_and_can_be_asked_for_again()
    {
        await using var portal = new Portal();
        portal.Api.Answers("GET /api/models/customers/versions/2/exports", new[] { new ModelExportView(ExportFormat.Hdf5, "weights.h5", null, Job(JobState.Failed, "The weights are of a type that HDF5 does not have.")) });
        Scripted(portal, JobState.Failed, "The weights are of a type that HDF5 does not have.");

        var downloads = portal.Page<VersionDownloads>(builder => builder.Add(card => card.Version, With("model.onnx", "weights.safetensors")));

        await downloads.WaitForAssertionAsync(() => Assert.Equal("The weights are of a type that HDF5 does not have.", downloads.Find("[role=alert] span").TextContent));
        Assert.Single(downloads.FindAll("[data-testid=make-hdf5]"));
    }

    [Fact]
    public async Task A_model_brought_as_a_graph_is_downloaded_as_one()
    {
        await using var portal = new Portal();
        var downloads = portal.Page<VersionDownloads>(builder => builder.Add(card => card.Version, With("model.onnx")));

        Assert.Equal(["ONNX"], downloads.FindAll(".actions a, .actions button").Select(button => button.TextContent.Trim()));
        Assert.Empty(portal.Api.Calls);
    }

    private static ModelVersionView With(params string[] files) => Examples.ModelVersion with
    {
        Manifest = Examples.Manifest with { Files = [.. files.Select(file => new PackageFile(file, 1, new string('b', 64)))] },
    };

    private static JobView Job(JobState state, string? error) => Examples.Job(state, error: error) with
    {
        Id = JobId,
        Kind = JobKind.Import,
        Spec = new ImportJob("mine", "mine.onnx", new string('c', 64), 1),
        RunId = null,
    };

    private static void Scripted(Portal portal, JobState state, string? error)
    {
        var job = Job(state, error);
        var data = System.Text.Json.JsonSerializer.Serialize<LiveEvent>(new JobStateEvent(job), MaaSJson.Options);
        portal.Api.Answers($"GET /api/jobs/{JobId}", job)
            .On(ScriptedApi.EventStream, _ => Task.FromResult(new HttpResponseMessage(System.Net.HttpStatusCode.OK) { Content = new StringContent($"id: jobs=1\nevent: state\ndata: {data}\n\n", System.Text.Encoding.UTF8, "text/event-stream") }));
    }
}
