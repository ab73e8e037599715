// What can be done from the palette, by those who may.
using MaaS.Contracts.Teams;
using MaaS.Web.Layout;
using MaaS.Web.Shared;
using Microsoft.JSInterop;
using MudBlazor;

namespace MaaS.Web.Shortcuts;

internal static class PaletteActions
{
    public static IEnumerable<PaletteItem> Of(CallerView caller, Browser browser, IJSRuntime js, Func<Task> help)
    {
        var group = T["Actions"];
        if (caller.CanChange())
        {
            yield return new(group, T["Train a model"], null, Icons.Material.Outlined.ModelTraining, "/train");
            yield return new(group, T["Upload a dataset"], null, Icons.Material.Outlined.UploadFile, "/datasets");
            yield return new(group, T["Search for better settings"], null, Icons.Material.Outlined.Tune, "/sweeps/new");
        }
        foreach (var (theme, name) in ThemeMenu.Choices.Where(choice => choice.Theme != browser.Theme))
            yield return new(group, T["Switch to the theme: {0}", name], null, theme switch { "dark" => Icons.Material.Outlined.DarkMode, "light" => Icons.Material.Outlined.LightMode, _ => Icons.Material.Outlined.Contrast }, null, () => browser.Choose(theme));
        yield return new(group, T["Show the keyboard shortcuts"], "?", Icons.Material.Outlined.Keyboard, null, help);
        yield return new(group, T["Sign out"], null, Icons.Material.Outlined.Logout, null, () => js.InvokeVoidAsync("maas.post", "/sign-out").AsTask());
    }
}
