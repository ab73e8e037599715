// Says what was done, with the way back beside it for as long as the words stay.
using Microsoft.AspNetCore.Components;
using MudBlazor;

namespace MaaS.Web.Shared;

internal static class Undoing
{
    private const int ShownMs = 10_000;

    /// <param name="undone">Told when the way back was taken.</param>
    public static void Undo(this ISnackbar snackbar, string said, Func<Task> back, EventCallback undone) => snackbar.Add(said, Severity.Normal, options =>
    {
        options.Action = T["Undo"];
        options.RequireInteraction = false;
        options.VisibleStateDuration = ShownMs;
        options.OnClick = async _ =>
        {
            try
            {
                await back();
                await undone.InvokeAsync();
            }
            catch (Exception failure) when (Failure.Explains(failure, out var sentence))
            {
                snackbar.Add(sentence, Severity.Error);
            }
        };
    });
}
