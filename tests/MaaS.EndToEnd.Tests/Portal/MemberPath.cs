// The whole way of a member, by page: invited, they bring data, train, compare, compress, deploy, split traffic and roll back.
// In one language by mouse, in the other by keyboard alone; nothing is found by its words, so that the way is the same.
using System.Text;
using MaaS.Contracts.Datasets;
using static Microsoft.Playwright.Assertions;

namespace MaaS.EndToEnd.Tests.Portal;

/// <param name="Model">Of two versions, which its deployment of the same name shared and then left to the first.</param>
/// <param name="Dataset">The addresses of what was made, as the browser showed them.</param>
internal sealed record MemberPath(
    PortalPage At, string Model, string Dataset, IReadOnlyList<string> Runs, string Experiment, string Compare, string Compression, IReadOnlyList<string> Complaints)
{
    public static string Member(string language) => $"member-{language.ToLowerInvariant()}@example.com";

    public static async Task<MemberPath> Walk(OneTeam team, string language)
    {
        var at = await Joined(team, language);
        var model = language == "en-GB" ? "customers" : $"customers-{language[..2]}";

        var dataset = await Upload(at, model);
        await at.Use(at.Id("train-on"));
        await at.Id("target").SelectOptionAsync(SampleData.Churn.Target);
        var first = await Train(at, model, epochs: 4);
        await at.Use("deploy");
        await at.Reaches("deployment-state", "serving");
        await Serves(at, (model, 1));

        await at.Goto(first);
        await at.Use("change-settings");
        var second = await Train(at, model, epochs: 8);

        await at.Use("parent");
        await Expect(at.Id("runs").Locator("tbody input")).ToHaveCountAsync(2);
        var experiment = at.Address;
        foreach (var place in new[] { 0, 1 })
            await at.Use(at.Id("runs").Locator("tbody input").Nth(place), "Space");
        await at.Use("compare");
        await Expect(at.Id("compare-charts").Locator(".js-plotly-plot .js-line").First).ToBeVisibleAsync();
        await Expect(at.Id("legend").Locator("li")).ToHaveCountAsync(2);
        var compare = at.Address;

        var compression = await Compress(at, model);
        await Split(at, model);
        return new(at, model, dataset, [first, second], experiment, compare, compression, [.. at.Complaints]);
    }

    /// <summary>The administrator makes the links; the member follows theirs, and the viewer too.</summary>
    private static async Task<PortalPage> Joined(OneTeam team, string language)
    {
        PortalPage member = null!;
        foreach (var (email, role) in new[] { (Member(language), "Member"), (OneTeam.Viewer(language), "Viewer") })
        {
            await team.AtAdmin.Goto("/team");
            await team.AtAdmin.Write("invite-email", email);
            await team.AtAdmin.Id("invite-role").SelectOptionAsync(role);
            await team.AtAdmin.Use("invite");
            var link = await team.AtAdmin.Id("invitation-link").TextContentAsync();
            var at = await team.Browser.Page(team.Run.Address("web"), language, byKeyboard: language != "en-GB" && role == "Member");
            await at.Goto(link!.Trim());
            await at.Write("password", OneTeam.Password);
            await at.Use("accept");
            await Expect(at.Id("account")).ToBeVisibleAsync();
            if (role == "Member")
                member = at;
        }
        return member;
    }

    private static async Task<string> Upload(PortalPage at, string name)
    {
        var csv = new StringWriter();
        SampleData.Churn.Write(csv, rows: 2000);
        await at.Use(at.Raw.Locator("nav a[href='/datasets']"));
        if (at.ByKeyboard)
            await at.Reach(at.Id("upload-input"));
        await at.Id("upload-input").SetInputFilesAsync(new FilePayload { Name = $"{name}.csv", MimeType = "text/csv", Buffer = Encoding.UTF8.GetBytes($"{csv}") });
        await Expect(at.Id("row-count")).ToBeVisibleAsync();
        await Expect(at.Id("columns")).ToContainTextAsync("monthly_price");
        return at.Address;
    }

    /// <returns>The address of a run that has succeeded and registered a version.</returns>
    private static async Task<string> Train(PortalPage at, string model, int epochs)
    {
        await Expect(at.Id("target")).ToHaveValueAsync(SampleData.Churn.Target);
        await at.Write("epochs", $"{epochs}");
        await at.Write("register-as", model);
        await at.Use("train");
        await at.Reaches("run-state", "succeeded");
        await Expect(at.Id("registered")).ToBeVisibleAsync();
        await Expect(at.Id("charts").Locator(".js-line").First).ToBeVisibleAsync();
        return at.Address;
    }

    /// <returns>The address of the run whose frontier is drawn.</returns>
    private static async Task<string> Compress(PortalPage at, string model)
    {
        await at.Goto($"/models/{model}/2");
        await at.Use("compress-version");
        await at.Use("way-recipe");
        foreach (var technique in new[] { "StaticInt8", "DynamicInt8" })
        {
            await at.Id("technique").SelectOptionAsync(technique);
            await at.Use("add-step");
            if (technique == "StaticInt8")
                await at.Use("remove"); // a change of mind
        }
        await Expect(at.Id("step")).ToHaveCountAsync(1);
        await at.Write("register-as", $"{model}-small");
        await at.Use("compress");
        await at.Reaches("run-state", "succeeded");
        await Expect(at.Id("point")).ToHaveCountAsync(2);
        var address = at.Address;
        await at.Use(at.Id("point").Last);
        await Expect(at.Id("variant-version")).ToHaveAttributeAsync("href", $"/models/{model}-small/1");
        await at.Use("deploy");
        await at.Reaches("deployment-state", "serving");
        await Serves(at, ($"{model}-small", 1));
        return address;
    }

    /// <summary>Seven of ten requests stay with the first version, three go to the second; then all go back to the first.</summary>
    private static async Task Split(PortalPage at, string model)
    {
        await at.Goto($"/deployments/{model}");
        await at.Use("change-traffic");
        await at.Write("traffic-weight-0", "70");
        await at.Use("add-version");
        await at.Write("traffic-version-1", "2");
        await at.Use("revise");
        await Serves(at, (model, 1), (model, 2));
        await Expect(at.Id("sticky")).ToBeVisibleAsync();

        await at.Use("roll-back");
        await at.Use("confirm");
        await Serves(at, (model, 1));
        await Expect(at.Id("revisions").Locator("tbody tr")).ToHaveCountAsync(3);
    }

    private static async Task Serves(PortalPage at, params (string Model, int Version)[] shares)
    {
        var links = at.Id("serving").Locator(".share-legend a");
        await Expect(links).ToHaveCountAsync(shares.Length);
        for (var place = 0; place < shares.Length; place++)
            await Expect(links.Nth(place)).ToHaveAttributeAsync("href", $"/models/{shares[place].Model}/{shares[place].Version}");
    }
}
