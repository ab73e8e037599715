// The pages one can go to without knowing anything else: the menu, the palette and the shortcuts all take them from here.
using MudBlazor;

namespace MaaS.Web.Shortcuts;

/// <param name="Key">Of its shortcut, after g.</param>
internal sealed record Place(string Name, string Href, string Icon, string? Key = null, bool InMenu = true)
{
    public static IReadOnlyList<Place> All { get; } =
    [
        new("Home", "/", Icons.Material.Outlined.Home, "h"),
        new("Datasets", "/datasets", Icons.Material.Outlined.TableChart, "d"),
        new("Train", "/train", Icons.Material.Outlined.ModelTraining, "t"),
        new("Experiments", "/experiments", Icons.Material.Outlined.Science, "e"),
        new("All runs", "/runs", Icons.Material.Outlined.TableRows, "r", InMenu: false),
        new("Jobs", "/jobs", Icons.Material.Outlined.PendingActions, "j"),
        new("Models", "/models", Icons.Material.Outlined.Inventory2, "m"),
        new("Deployments", "/deployments", Icons.Material.Outlined.RocketLaunch, "p"),
        new("Playground", "/playground", Icons.Material.Outlined.SmartButton, "l"),
        new("Workers", "/workers", Icons.Material.Outlined.Memory, "w"),
        new("Team", "/team", Icons.Material.Outlined.Group, "u"),
        new("Notifications", "/notifications", Icons.Material.Outlined.Notifications, "n", InMenu: false),
        new("Your account", "/account", Icons.Material.Outlined.ManageAccounts, "y", InMenu: false),
    ];
}
