// A bUnit context that is the portal: MudBlazor, a member of a team, and the typed client on a scripted API.
using System.Globalization;
using Bunit;
using MaaS.Contracts;
using MaaS.Contracts.Teams;
using MaaS.Web.Events;
using MaaS.Web.Layout;
using MaaS.Web.Notifications;
using MaaS.Web.Session;
using Microsoft.AspNetCore.Components;
using Microsoft.Extensions.DependencyInjection;
using MudBlazor;
using MudBlazor.Services;

namespace MaaS.Web.Tests;

internal sealed class Portal : BunitContext
{
    // A busy machine may take its time; a wait that is met ends at once.
    static Portal() => DefaultWaitTimeout = TimeSpan.FromSeconds(20);

    public Portal(Role role = Role.Member, string language = "en")
    {
        CultureInfo.CurrentCulture = CultureInfo.CurrentUICulture = new(language);
        JSInterop.Mode = JSRuntimeMode.Loose;
        Services.AddMudServices(mud => mud.PopoverOptions.CheckForPopoverProvider = false);
        Services.AddScoped<Browser>();
        Services.AddScoped<SessionEnd>();
        Services.AddSingleton<SealedNotes>();
        Services.AddScoped<Live>().AddScoped<Unread>();
        Services.AddSingleton(new MaaSClient(new HttpClient(Api) { BaseAddress = new Uri("http://api") }));
        var team = new TeamView(Guid.CreateVersion7(), "harbour", 0, 1_000_000, DateTimeOffset.UnixEpoch);
        Caller = new CallerView(team, role, "ada@example.com", Guid.CreateVersion7(), null, [team]);
        AddAuthorization().SetAuthorized(Caller.Name);
    }

    public ScriptedApi Api { get; } = new();

    public CallerView Caller { get; }

    /// <summary>Renders a page as the signed-in caller sees it.</summary>
    public IRenderedComponent<T> Page<T>(Action<ComponentParameterCollectionBuilder<T>>? parameters = null) where T : IComponent =>
        Render<T>(builder =>
        {
            builder.AddCascadingValue(Caller);
            parameters?.Invoke(builder);
        });

    /// <summary>Where dialogs appear; render it before the page that opens one.</summary>
    public IRenderedComponent<MudDialogProvider> Dialogs() => Render<MudDialogProvider>();
}
