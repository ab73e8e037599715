// Every page of the portal, where a team's own things are on it, and what there is to see only after something was done.
// The routes are the portal's own, read from what was built: a page that nobody listed here is noticed.
using System.Reflection;
using Microsoft.AspNetCore.Components;
using static Microsoft.Playwright.Assertions;

namespace MaaS.EndToEnd.Tests.Portal;

/// <param name="Route">As the page declares it.</param>
/// <param name="After">What <paramref name="Do"/> does there first, in words.</param>
internal sealed record Look(string Route, string Address, string? After = null, Func<PortalPage, Task>? Do = null)
{
    public string Name => After is null ? Route : $"{Route} ({After})";
}

internal static class PortalRoutes
{
    /// <summary>What the portal says where there is nothing yet.</summary>
    public static IReadOnlyList<Look> Empty { get; } =
        [.. new[] { "/", "/datasets", "/train", "/runs", "/models", "/deployments", "/playground" }.Select(route => new Look(route, route))];

    /// <summary>The templates that the portal's pages declare.</summary>
    public static IEnumerable<string> Declared()
    {
        var configuration = Path.GetFileName(Path.TrimEndingDirectorySeparator(AppContext.BaseDirectory));
        var portal = Assembly.LoadFrom(Path.GetFullPath(Path.Combine(AppContext.BaseDirectory, "..", "..", "MaaS.Web", configuration, "MaaS.Web.dll")));
        return portal.GetTypes().SelectMany(type => type.GetCustomAttributes<RouteAttribute>(inherit: false)).Select(route => route.Template);
    }

    public static IReadOnlyList<Look> Of(MemberPath path, Furniture furniture) =>
    [
        new("/", "/"),
        new("/", "/", "command palette", at => Opened(at, "palette-open", "palette-box")),
        new("/", "/", "shortcuts", async at => { await at.Press("?"); await Expect(at.Id("shortcuts")).ToBeVisibleAsync(); }),
        new("/", "/", "account menu", at => Opened(at, at.Id("account").GetByRole(AriaRole.Button), "sign-out")),
        new("/", "/", "theme menu", at => Opened(at, at.Id("theme").GetByRole(AriaRole.Button), at.Raw.Locator(".mud-menu-item"))),
        new("/account", "/account"),
        new("/compare", path.Compare),
        new("/compare", "/compare", "nothing chosen"),
        .. new[] { "table", "parallel", "scatter", "outcomes" }.Select(part => new Look("/compare", $"{path.Compare}&show={part}", part)),
        new("/compare/models", $"/compare/models?version={path.Model}/1&version={path.Model}/2"),
        new("/datasets", "/datasets"),
        new("/datasets/{Id:guid}", path.Dataset),
        new("/datasets/{Id:guid}/{Version:int}", $"{path.Dataset}/1"),
        new("/datasets/{Id:guid}/differences", $"{path.Dataset}/differences"),
        new("/deployments", "/deployments"),
        new("/deployments/{Name}", $"/deployments/{path.Model}"),
        new("/deployments/{Name}", $"/deployments/{furniture.Model}", "of a number"),
        new("/deployments/{Name}", $"/deployments/{path.Model}", "asked before it is deleted", at => Opened(at, "delete-deployment", "confirm")),
        new("/error", "/error"),
        new("/experiments", "/experiments"),
        new("/experiments/{Id:guid}", path.Experiment),
        new("/forgot", "/forgot"),
        new("/jobs", "/jobs"),
        new("/models", "/models"),
        new("/models/{Name}", $"/models/{path.Model}"),
        new("/models/{Name}/{Number:int}", $"/models/{path.Model}/1"),
        new("/models/{Name}/{Number:int}", $"/models/{furniture.Model}/1", "of a number"),
        .. new[] { "search", "preset", "recipe" }.Select(way => new Look(
            "/models/{Name}/{Number:int}/compress", $"/models/{path.Model}/1/compress", way, at => at.Use($"way-{way}"))),
        new("/not-found", "/not-found"),
        new("/notifications", "/notifications"),
        new("/playground", "/playground"),
        new("/playground/{Name}", $"/playground/{path.Model}", "answered", at => Opened(at, "predict", "result")),
        new("/reset", "/reset?token=none"),
        new("/runs", "/runs"),
        new("/runs", "/runs", "some chosen", Chosen),
        new("/runs/{Id:guid}", path.Runs[0]),
        new("/runs/{Id:guid}", furniture.Training, "of a number"),
        new("/runs/{Id:guid}", furniture.Sweep, "a search"),
        new("/runs/{Id:guid}", furniture.Frontier, "a compression"),
        new("/setup", "/setup?token=none"),
        new("/sign-in", "/sign-in"),
        new("/sweeps/new", "/sweeps/new", "from nothing"),
        new("/sweeps/new", $"/sweeps/new?from={path.Runs[0].Split('/')[^1]}"),
        new("/team", "/team"),
        new("/train", $"/train?dataset={path.Dataset.Split('/')[^1]}"),
        new("/train", $"/train?dataset={path.Dataset.Split('/')[^1]}", "refused", at => Opened(at, "train", "error")),
        new("/workers", "/workers"),
    ];

    private static Task Opened(PortalPage at, string use, string seen) => Opened(at, at.Id(use), at.Id(seen));

    private static Task Opened(PortalPage at, ILocator use, string seen) => Opened(at, use, at.Id(seen));

    private static async Task Opened(PortalPage at, ILocator use, ILocator seen)
    {
        await at.Use(use);
        await Expect(seen.First).ToBeVisibleAsync();
    }

    private static async Task Chosen(PortalPage at)
    {
        await at.Use(at.Id("runs").Locator("tbody input").First);
        await at.Use("columns");
        await Expect(at.Id("chosen")).ToBeVisibleAsync();
    }
}
