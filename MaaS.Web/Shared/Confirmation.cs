// Opens the one dialog that asks before something is lost.
using MudBlazor;

namespace MaaS.Web.Shared;

internal static class Confirmation
{
    /// <summary>Runs <paramref name="action"/> when the person confirms; true when it ran and succeeded.</summary>
    public static async Task<bool> Confirm(
        this IDialogService dialogs, string title, string text, string confirm, Func<Task> action, Color color = Color.Error)
    {
        var parameters = new DialogParameters<ConfirmDialog>
        {
            { dialog => dialog.Title, title },
            { dialog => dialog.Text, text },
            { dialog => dialog.Confirm, confirm },
            { dialog => dialog.Color, color },
            { dialog => dialog.Action, action },
        };
        var shown = await dialogs.ShowAsync<ConfirmDialog>(title, parameters);
        return await shown.Result is { Canceled: false };
    }
}
