// The bell, the list, and what one wants to hear of.
using System.Net;
using Bunit;
using MaaS.Contracts;
using MaaS.Contracts.Events;
using MaaS.Contracts.Notifications;
using MaaS.Web.Notifications;
using Microsoft.AspNetCore.Components;
using Microsoft.Extensions.DependencyInjection;

namespace MaaS.Web.Tests.Notifications;

public sealed class NotificationsPageTests
{
    private static readonly NotificationView s_failed = new(Guid.CreateVersion7(), EventKind.RunFailed, "calm-otter", "The column is empty.", "/runs/1", DateTimeOffset.UnixEpoch, false);
    private static readonly NotificationView s_drift = new(Guid.CreateVersion7(), EventKind.DriftFound, "shop", null, "/deployments/shop", DateTimeOffset.UnixEpoch, true);

    [Fact]
    public async Task The_bell_says_how_many_are_unread_to_eyes_and_ears()
    {
        await using var portal = new Portal();
        var events = new EventScript(portal.Api);
        var bell = portal.Page<Bell>();
        Assert.Empty(bell.FindAll("[data-testid=unread]"));

        await events.Say(new UnreadEvent(120, s_failed.At));

        await bell.WaitForAssertionAsync(() => Assert.Equal("99+", bell.Find("[data-testid=unread]").TextContent));
        Assert.Equal(("/notifications", "Notifications, 120 unread"), (bell.Find("a").GetAttribute("href"), bell.Find("a").GetAttribute("aria-label")));
    }

    [Fact]
    public async Task What_is_new_is_marked_as_read_one_by_one_and_the_bell_follows()
    {
        await using var portal = Scripted(unread: 1);
        portal.Api.On($"PUT /api/notifications/{s_failed.Id}/read", _ => Done());
        var bell = portal.Page<Bell>();
        var page = portal.Page<NotificationsPage>();
        Assert.Equal(["Run calm-otter failed", "What deployment shop is asked has drifted"], page.FindAll(".notice a").Select(link => link.TextContent));

        portal.Api.Answers("GET /api/notifications/unread", new UnreadNotifications(0));
        portal.Api.Answers("GET /api/notifications", new Page<NotificationView>([s_failed with { Read = true }, s_drift]));
        await Assert.Single(page.FindAll("[data-testid=read]")).ClickAsync();

        Assert.Empty(page.FindAll(".notice-new"));
        await bell.WaitForAssertionAsync(() => Assert.Empty(bell.FindAll("[data-testid=unread]")));
    }

    [Fact]
    public async Task Following_a_notification_reads_it_and_leads_there()
    {
        await using var portal = Scripted(unread: 1);
        portal.Api.On($"PUT /api/notifications/{s_failed.Id}/read", _ => Done());

        await portal.Page<NotificationsPage>().Find(".notice-new a").ClickAsync();

        Assert.Single(portal.Api.BodiesOf($"PUT /api/notifications/{s_failed.Id}/read"));
        Assert.EndsWith("/runs/1", portal.Services.GetRequiredService<NavigationManager>().Uri, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Where_nothing_happened_the_page_says_what_would_be_here()
    {
        await using var portal = Scripted(unread: 0);
        portal.Api.Answers("GET /api/notifications", new Page<NotificationView>([]));

        Assert.Contains("Nothing yet", portal.Page<NotificationsPage>().Find("[data-testid=empty]").TextContent, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_choice_is_saved_once_however_often_the_button_is_pressed()
    {
        await using var portal = Scripted(unread: 0);
        var answer = new TaskCompletionSource<HttpResponseMessage>();
        portal.Api.On("PUT /api/notifications/choice", _ => answer.Task);
        var form = portal.Page<ChoiceForm>();
        await form.Find("[data-testid=page-RunSucceeded]").ChangeAsync(false);
        await form.Find("[data-testid=mail-RunFailed]").ChangeAsync(true);
        await form.Find("[data-testid=own-runs]").ChangeAsync(false);

        var (first, second) = (form.Find("[data-testid=save-choice]").ClickAsync(), form.Find("[data-testid=save-choice]").ClickAsync());
        answer.SetResult(ScriptedApi.Json(HttpStatusCode.OK, new NotificationChoiceView(new([EventKind.RunFailed], [EventKind.RunFailed], false), true)));
        await Task.WhenAll(first, second);

        Assert.Equal("""{"page":["run_failed","deployment_rolled_back","drift_found","approval_requested","version_approved","version_rejected"],"mail":["run_failed"],"own_runs_only":false}""", Assert.Single(portal.Api.BodiesOf("PUT /api/notifications/choice")));
        Assert.Contains("Saved.", form.Markup, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Without_a_mail_server_no_mail_can_be_chosen_and_a_refusal_is_said()
    {
        await using var portal = Scripted(unread: 0, canMail: false);
        portal.Api.Refuses("PUT /api/notifications/choice", new Problem(409, "mail_not_configured", "Conflict", "It sends no e-mail."));
        var form = portal.Page<ChoiceForm>();

        Assert.All(Enum.GetValues<EventKind>(), kind => Assert.True(form.Find($"[data-testid=mail-{kind}]").HasAttribute("disabled")));
        Assert.NotNull(form.Find("[data-testid=no-mail]"));
        await form.Find("[data-testid=save-choice]").ClickAsync();
        Assert.Contains("It sends no e-mail.", form.Find("[role=alert]").TextContent, StringComparison.Ordinal);
    }

    private static Portal Scripted(int unread, bool canMail = true)
    {
        var portal = new Portal();
        portal.Api.Answers("GET /api/notifications/unread", new UnreadNotifications(unread));
        portal.Api.Answers("GET /api/notifications", new Page<NotificationView>([s_failed, s_drift]));
        portal.Api.Answers("GET /api/notifications/choice", new NotificationChoiceView(new(), canMail));
        return portal;
    }

    private static Task<HttpResponseMessage> Done() => Task.FromResult(new HttpResponseMessage(HttpStatusCode.NoContent));
}
