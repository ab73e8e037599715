// A person's way through the portal in a real browser: sign in, upload, train, watch, deploy, predict, roll back.
// Everything behind it is real: the AppHost, PostgreSQL, a worker, libtorch, ONNX Runtime.
using MaaS.Contracts.Datasets;
using MaaS.EndToEnd.Tests.AppHost;
using static Microsoft.Playwright.Assertions;

namespace MaaS.EndToEnd.Tests.Portal;

public sealed class WalkTests : IDisposable
{
    private const string Email = "admin@example.com";
    private const string Password = "a password for a test";

    private readonly string _data = Directory.CreateTempSubdirectory("maas-test-").FullName;

    public void Dispose() => Directory.Delete(_data, recursive: true);

    [Fact]
    public async Task A_person_goes_from_a_file_to_a_prediction_and_back_to_the_version_before()
    {
        await using var browser = await Browser.Open();
        await using var run = await AppHostRun.Up(_data, ("MAAS_ADMIN_EMAIL", Email), ("MAAS_ADMIN_PASSWORD", Password));
        var at = await browser.Page(run.Address("web"));

        await at.Goto("/");
        await Expect(at.Id("sign-in-form")).ToBeVisibleAsync();
        await at.Shot("sign-in");
        await at.Id("email").FillAsync(Email);
        await at.Id("password").FillAsync(Password);
        await at.Id("sign-in").ClickAsync();
        await Expect(at.Id("first-steps")).ToBeVisibleAsync();
        await at.Shot("home");

        await Upload(at);
        await Train(at);
        var firstRun = at.Address;
        await at.Id("deploy").ClickAsync();
        await Expect(at.Id("deployment-state")).ToHaveTextAsync("serving");
        await Expect(at.Id("serving")).ToContainTextAsync("customers, version 1");
        await at.Shot("deployment");

        await at.Goto("/playground/customers");
        await at.Id("predict").ClickAsync();
        await Expect(at.Id("result")).ToHaveTextAsync(new System.Text.RegularExpressions.Regex("^(yes|no)$"));
        await at.Shot("playground");
        await Sample(at);

        // A second version of settings changed from the first; one click moves the traffic to it.
        await at.Goto(firstRun);
        await at.Id("change-settings").ClickAsync();
        await Train(at, fromForm: true);
        await Expect(at.Id("registered")).ToHaveTextAsync("customers, version 2");
        await at.Id("deploy").ClickAsync();
        await Expect(at.Id("serving")).ToContainTextAsync("customers, version 2");

        await at.Id("roll-back").ClickAsync();
        await at.Id("confirm").ClickAsync();
        await Expect(at.Id("serving")).ToContainTextAsync("customers, version 1");
        await Expect(at.Id("revisions").Locator("tbody tr")).ToHaveCountAsync(3);
        await at.Shot("rolled-back");

        await Search(at, firstRun);
        await Table(at);
        await Bring(at);
        Assert.True(at.Complaints.Count == 0, string.Join(Environment.NewLine, at.Complaints));
    }

    /// <summary>The next request is kept to be looked at, without the words in it.</summary>
    private static async Task Sample(PortalPage at)
    {
        await at.Goto("/deployments/customers");
        await at.Id("start-sampling").Locator("xpath=ancestor::details/summary").ClickAsync();
        await at.Id("start-sampling").ClickAsync();
        await Expect(at.Id("sampling")).ToContainTextAsync("0 of 100 requests so far");
        await at.Goto("/playground/customers");
        await at.Id("predict").ClickAsync();
        await Expect(at.Id("result")).ToBeVisibleAsync();
        await at.Goto("/deployments/customers");
        await Expect(at.Id("samples").Locator("tbody tr")).ToHaveCountAsync(1);
        await at.Id("samples").GetByRole(AriaRole.Button).ClickAsync();
        await at.Shot("samples");
        var line = await File.ReadAllTextAsync(await at.Saved("download-samples"), TestContext.Current.CancellationToken);
        Assert.Contains("[redacted]", line, StringComparison.Ordinal);
        await at.Id("delete-samples").ClickAsync();
        await at.Id("confirm").ClickAsync();
        await Expect(at.Id("sampling")).ToContainTextAsync("No requests are kept.");
    }

    /// <summary>Three runs around the settings of a first one.</summary>
    private static async Task Search(PortalPage at, string run)
    {
        await at.Goto(run);
        await at.Id("search-settings").ClickAsync();
        await at.Id("runs").FillAsync("3");
        await at.Shot("search");
        await at.Id("search").ClickAsync();
        await Expect(at.Id("run-state")).ToHaveTextAsync("succeeded");
        await Expect(at.Id("trials").Locator("tbody tr")).ToHaveCountAsync(3);
        await Expect(at.Id("best")).ToBeVisibleAsync();
        await at.Shot("sweep");
    }

    /// <summary>All runs so far, two trainings and a search of three, as a table: found, sorted, chosen by keys, deleted and brought back.</summary>
    private static async Task Table(PortalPage at)
    {
        await at.Goto("/runs");
        await Expect(at.Id("found")).ToHaveTextAsync("6 runs");
        await at.Shot("runs");
        await at.Id("search").FillAsync("metrics.val_loss < ");
        await at.Id("run-search").ClickAsync();
        await Expect(at.Id("mistake")).ToContainTextAsync("At character 20: Expected a number");
        await at.Id("columns").ClickAsync();
        await at.Shot("runs-mistake");
        await at.Id("search").FillAsync("name ~ sweep-3- and state in (succeeded, canceled) and min.val_loss < 100");
        await at.Id("run-search").ClickAsync();
        await Expect(at.Id("found")).ToHaveTextAsync("3 runs"); // a search may stop one that falls behind

        await at.Id("runs").Locator("tbody input").First.ClickAsync();
        await at.Id("runs").Locator("tbody input").Nth(1).ClickAsync(new() { Modifiers = [KeyboardModifier.Shift] });
        await Expect(at.Id("chosen")).ToHaveTextAsync("2 chosen");
        await at.Press("a");
        await Expect(at.Id("chosen")).ToHaveTextAsync("3 chosen");
        await at.Shot("runs-chosen");
        await at.Id("delete-runs").ClickAsync();
        await Expect(at.Id("empty")).ToBeVisibleAsync();
        await at.Button("Undo").ClickAsync();
        await Expect(at.Id("found")).ToHaveTextAsync("3 runs");

        await at.Goto("/experiments");
        await at.Id("experiments").Locator("tbody input").First.ClickAsync();
        await at.Id("target-folder").FillAsync("people/leaving");
        await at.Id("target-folder").BlurAsync();
        await at.Id("move-experiments").ClickAsync();
        await Expect(at.Id("folder-people/leaving")).ToBeVisibleAsync();
        await at.Shot("experiments");
    }

    /// <summary>A version leaves in every format, and one of them comes back as another model.</summary>
    private static async Task Bring(PortalPage at)
    {
        await at.Goto("/models/customers/1");
        await at.Id("make-hdf5").ClickAsync();
        await Expect(at.Id("download-hdf5")).ToBeVisibleAsync();
        await at.Shot("version");
        Assert.True(new FileInfo(await at.Saved("download-hdf5")).Length > 1_000);
        var weights = await File.ReadAllBytesAsync(await at.Saved("download-safetensors"), TestContext.Current.CancellationToken);

        await at.Goto("/models");
        await at.Shot("models");
        await at.Id("import-name").FillAsync("copies");
        await at.Id("import-name").BlurAsync();
        await at.Id("upload-input").SetInputFilesAsync(new FilePayload { Name = "weights.safetensors", MimeType = "application/octet-stream", Buffer = weights });
        await Expect(at.Id("versions")).ToContainTextAsync("Version 1");
        Assert.EndsWith("/models/copies", at.Address, StringComparison.Ordinal);
        await at.Goto("/models/copies/1");
        await Expect(at.Id("not-measured")).ToBeVisibleAsync();
        await at.Shot("version-brought");
    }

    /// <returns>On the page of a dataset that has been read.</returns>
    private static async Task Upload(PortalPage at)
    {
        var csv = new StringWriter();
        SampleData.Churn.Write(csv, rows: 3000);
        await at.Goto("/datasets");
        await at.Shot("datasets-empty");
        await at.Id("upload-input").SetInputFilesAsync(new FilePayload
        {
            Name = "customers.csv",
            MimeType = "text/csv",
            Buffer = System.Text.Encoding.UTF8.GetBytes($"{csv}"),
        });
        await Expect(at.Id("row-count")).ToHaveTextAsync("3,000");
        await Expect(at.Id("columns")).ToContainTextAsync("monthly_price");
        await at.Shot("dataset");
    }

    /// <returns>On the page of a run that has succeeded and registered a version.</returns>
    private static async Task Train(PortalPage at, bool fromForm = false)
    {
        if (!fromForm)
        {
            await at.Id("train-on").ClickAsync();
            await at.Id("target").SelectOptionAsync("churned");
        }
        await Expect(at.Id("target")).ToHaveValueAsync("churned");
        await at.Id("register-as").FillAsync("customers");
        await at.Id("epochs").FillAsync("12");
        await at.Shot("train");
        await at.Id("train").ClickAsync();
        await Expect(at.Id("run-state")).ToHaveTextAsync(new System.Text.RegularExpressions.Regex("queued|running|succeeded"));
        await Expect(at.Id("log")).ToContainTextAsync("epoch 1");
        await Expect(at.Id("run-state")).ToHaveTextAsync("succeeded");
        await Expect(at.Id("registered")).ToContainTextAsync("customers, version");
        await Expect(at.Id("charts")).ToContainTextAsync("loss");
        await at.Shot("run");
    }
}
