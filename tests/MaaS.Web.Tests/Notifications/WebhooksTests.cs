// A team's webhooks: made, tested, changed, their deliveries looked at; valid, invalid, refused, pressed twice.
using System.Net;
using Bunit;
using MaaS.Contracts;
using MaaS.Contracts.Notifications;
using MaaS.Contracts.Teams;
using MaaS.Web.Notifications;

namespace MaaS.Web.Tests.Notifications;

public sealed class WebhooksTests
{
    private static readonly WebhookDeliveryView s_given = new(Guid.CreateVersion7(), "run_failed", DeliveryState.Failed, 6, 500, "It answered 500.", DateTimeOffset.UnixEpoch, null, DateTimeOffset.UnixEpoch);
    private static readonly WebhookView s_chat = new(Guid.CreateVersion7(), "chat", "https://chat.example.com/", [EventKind.RunFailed], true, "ada@example.com", DateTimeOffset.UnixEpoch, s_given);

    [Fact]
    public async Task A_webhook_is_made_once_and_its_secret_shown()
    {
        await using var portal = Scripted();
        var answer = new TaskCompletionSource<HttpResponseMessage>();
        portal.Api.On("POST /api/webhooks", _ => answer.Task);
        var page = portal.Page<Webhooks>();
        await page.Find("[data-testid=webhook-name]").ChangeAsync("pager");
        await page.Find("[data-testid=webhook-url]").ChangeAsync("https://pager.example.com/");
        await page.Find("[data-testid=event-RunSucceeded]").ChangeAsync(false);

        var (first, second) = (page.Find("[data-testid=save-webhook]").ClickAsync(), page.Find("[data-testid=save-webhook]").ClickAsync());
        answer.SetResult(ScriptedApi.Json(HttpStatusCode.OK, new WebhookCreated(s_chat, "mw_secret")));
        await Task.WhenAll(first, second);

        Assert.Equal("""{"name":"pager","url":"https://pager.example.com/","events":["run_failed","deployment_rolled_back","drift_found","approval_requested","version_approved","version_rejected"],"enabled":true}""", Assert.Single(portal.Api.BodiesOf("POST /api/webhooks")));
        Assert.Equal("mw_secret", page.Find("[data-testid=webhook-secret]").TextContent);
    }

    [Fact]
    public async Task Without_a_name_or_an_event_nothing_is_sent_and_a_refusal_is_said()
    {
        await using var portal = Scripted();
        portal.Api.Refuses("POST /api/webhooks", new Problem(422, "url_not_allowed", "Invalid", "url must begin with https://."));
        var page = portal.Page<Webhooks>();
        foreach (var kind in Enum.GetValues<EventKind>())
            await page.Find($"[data-testid=event-{kind}]").ChangeAsync(false);
        await page.Find("[data-testid=save-webhook]").ClickAsync();
        Assert.Equal("true", page.Find("[data-testid=webhook-name]").GetAttribute("aria-invalid"));
        Assert.Contains("Choose at least one event.", page.Markup, StringComparison.Ordinal);
        Assert.Empty(portal.Api.BodiesOf("POST /api/webhooks"));

        await page.Find("[data-testid=webhook-name]").ChangeAsync("pager");
        await page.Find("[data-testid=webhook-url]").ChangeAsync("http://pager.example.com/");
        await page.Find("[data-testid=event-RunFailed]").ChangeAsync(true);
        await page.Find("[data-testid=save-webhook]").ClickAsync();
        Assert.Contains("url must begin with https://.", page.Markup, StringComparison.Ordinal);
        Assert.Empty(page.FindAll("[data-testid=webhook-secret]"));
    }

    [Fact]
    public async Task A_test_says_what_became_of_it()
    {
        await using var portal = Scripted();
        portal.Api.Answers($"POST /api/webhooks/{s_chat.Id}/test", s_given with { Event = "test", Problem = null, Status = 204, State = DeliveryState.Delivered });
        var page = portal.Page<Webhooks>();
        await page.Find("[data-testid=test-webhook]").ClickAsync();
        Assert.Equal("The test was taken: it answered 204.", page.Find("[data-testid=tested]").TextContent);

        portal.Api.Answers($"POST /api/webhooks/{s_chat.Id}/test", s_given with { Event = "test" });
        await page.Find("[data-testid=test-webhook]").ClickAsync();
        Assert.Equal("The test was not taken. It answered 500.", page.Find("[data-testid=tested]").TextContent);
    }

    [Fact]
    public async Task What_was_given_up_is_sent_again_from_the_list()
    {
        await using var portal = Scripted();
        portal.Api.Answers($"GET /api/webhooks/{s_chat.Id}/deliveries", new Page<WebhookDeliveryView>([s_given]));
        portal.Api.Answers($"POST /api/webhooks/{s_chat.Id}/deliveries/{s_given.Id}/retry", s_given with { State = DeliveryState.Pending, Attempts = 0 });
        var list = portal.Page<DeliveryList>(parameters => parameters.Add(one => one.Webhook, s_chat.Id));
        Assert.Equal(["run_failed", "given up", "6", "It answered 500."], list.FindAll("tbody td").Skip(1).Take(4).Select(cell => cell.TextContent));

        portal.Api.Answers($"GET /api/webhooks/{s_chat.Id}/deliveries", new Page<WebhookDeliveryView>([s_given with { State = DeliveryState.Pending, Attempts = 0 }]));
        await list.Find("[data-testid=redeliver]").ClickAsync();
        Assert.Equal("waiting", list.FindAll("tbody td")[2].TextContent);
    }

    [Fact]
    public async Task A_webhook_is_changed_in_the_same_form_and_deleted_after_asking()
    {
        await using var portal = Scripted();
        portal.Api.Answers($"PUT /api/webhooks/{s_chat.Id}", s_chat);
        portal.Api.On($"DELETE /api/webhooks/{s_chat.Id}", _ => Task.FromResult(new HttpResponseMessage(HttpStatusCode.NoContent)));
        var dialogs = portal.Dialogs();
        var page = portal.Page<Webhooks>();
        await Button(page, "Edit").ClickAsync();
        Assert.Equal("https://chat.example.com/", page.Find("[data-testid=webhook-url]").GetAttribute("value"));
        await page.Find("[data-testid=webhook-enabled]").ChangeAsync(false);
        await page.Find("[data-testid=save-webhook]").ClickAsync();
        Assert.Equal("""{"name":"chat","url":"https://chat.example.com/","events":["run_failed"],"enabled":false}""", Assert.Single(portal.Api.BodiesOf($"PUT /api/webhooks/{s_chat.Id}")));

        var delete = Button(page, "Delete").ClickAsync(); // ends with the answer to the dialog
        Assert.Empty(portal.Api.BodiesOf($"DELETE /api/webhooks/{s_chat.Id}"));
        await (await dialogs.WaitForElementAsync("[data-testid=confirm]")).ClickAsync();
        await delete;
        Assert.Single(portal.Api.BodiesOf($"DELETE /api/webhooks/{s_chat.Id}"));
    }

    [Fact]
    public async Task Who_is_no_admin_sees_none_of_it()
    {
        await using var portal = new Portal();

        Assert.Equal("", portal.Page<Webhooks>().Markup.Trim());
    }

    private static AngleSharp.Dom.IElement Button(IRenderedComponent<Webhooks> page, string text) => page.FindAll("button").First(button => button.TextContent.Trim() == text);

    private static Portal Scripted()
    {
        var portal = new Portal(Role.Admin);
        portal.Api.Answers("GET /api/webhooks", new[] { s_chat });
        return portal;
    }
}
