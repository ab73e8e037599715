// The pages one can go to without knowing anything else: the menu, the palette and the shortcuts all take them from here.
using MudBlazor;

namespace MaaS.Web.Shortcuts;

/// <param name="Key">Of its shortcut, after g.</param>
internal sealed record Place(string Name, string Href, string Icon, string? Key = null, bool InMenu = true)
{
    public static IReadOnlyList<Place> All =>
    [
        new(T["Home"], "/", Icons.Material.Outlined.Home, "h"),
        new(T["Datasets"], "/datasets", Icons.Material.Outlined.TableChart, "d"),
        new(T["Train"], "/train", Icons.Material.Outlined.ModelTraining, "t"),
        new(T["Experiments"], "/experiments", Icons.Material.Outlined.Science, "e"),
        new(T["All runs"], "/runs", Icons.Material.Outlined.TableRows, "r", InMenu: false),
        new(T["Jobs"], "/jobs", Icons.Material.Outlined.PendingActions, "j"),
        new(T["Models"], "/models", Icons.Material.Outlined.Inventory2, "m"),
        new(T["Deployments"], "/deployments", Icons.Material.Outlined.RocketLaunch, "p"),
        new(T["Playground"], "/playground", Icons.Material.Outlined.SmartButton, "l"),
        new(T["Workers"], "/workers", Icons.Material.Outlined.Memory, "w"),
        new(T["Team"], "/team", Icons.Material.Outlined.Group, "u"),
        new(T["Notifications"], "/notifications", Icons.Material.Outlined.Notifications, "n", InMenu: false),
        new(T["Your account"], "/account", Icons.Material.Outlined.ManageAccounts, "y", InMenu: false),
    ];
}
