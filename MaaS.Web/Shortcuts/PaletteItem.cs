// One line of the palette: a page, something to do, something visited lately, or something found. Knows where it leads, not how it is drawn.
using MaaS.Contracts.Search;
using MudBlazor;

namespace MaaS.Web.Shortcuts;

/// <param name="Group">The heading it stands under.</param>
/// <param name="Href">Where it leads; null does <paramref name="Do"/>.</param>
internal sealed record PaletteItem(string Group, string Name, string? Detail, string Icon, string? Href, Func<Task>? Do = null)
{
    /// <summary>Whether each of the words is somewhere in it.</summary>
    public bool Holds(string words) => words.Split(' ', StringSplitOptions.RemoveEmptyEntries).All(word => Name.Contains(word, StringComparison.OrdinalIgnoreCase) || Detail?.Contains(word, StringComparison.OrdinalIgnoreCase) == true);

    public static PaletteItem Of(SearchHit hit) => new(
        hit.Noun switch
        {
            SearchNoun.Experiment => T["Experiments"],
            SearchNoun.Run => T["Runs"],
            SearchNoun.Dataset => T["Datasets"],
            SearchNoun.Model => T["Models"],
            SearchNoun.Deployment => T["Deployments"],
            _ => T["Jobs"],
        },
        hit.Name, hit.Detail, IconOf(hit.Noun), HrefOf(hit));

    private static string HrefOf(SearchHit hit) => hit.Noun switch
    {
        SearchNoun.Experiment => $"/experiments/{hit.Id}",
        SearchNoun.Run => $"/runs/{hit.Id}",
        SearchNoun.Dataset => $"/datasets/{hit.Id}",
        SearchNoun.Model => $"/models/{hit.Name}",
        SearchNoun.Deployment => $"/deployments/{hit.Name}",
        _ => hit.RunId is { } run ? $"/runs/{run}" : "/jobs",
    };

    private static string IconOf(SearchNoun noun) => noun switch
    {
        SearchNoun.Experiment => Icons.Material.Outlined.Science,
        SearchNoun.Run => Icons.Material.Outlined.ShowChart,
        SearchNoun.Dataset => Icons.Material.Outlined.TableChart,
        SearchNoun.Model => Icons.Material.Outlined.Inventory2,
        SearchNoun.Deployment => Icons.Material.Outlined.RocketLaunch,
        _ => Icons.Material.Outlined.PendingActions,
    };
}
