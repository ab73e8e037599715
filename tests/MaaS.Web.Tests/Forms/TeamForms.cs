// Forms about people: one's own account, the team, its keys, limits and webhooks, and what somebody wants to hear of.
using Bunit;
using MaaS.Contracts.Models;
using MaaS.Contracts.Notifications;
using MaaS.Contracts.Teams;
using MaaS.Web.Account;
using MaaS.Web.Notifications;
using MaaS.Web.Teams;
using Microsoft.AspNetCore.Components;

namespace MaaS.Web.Tests.Forms;

internal static class TeamForms
{
    private const string Limit = "Requests per second must be between";

    private static readonly ApiKeyView s_key = new(Guid.NewGuid(), "shop", Role.Member, "mk_shop", DateTimeOffset.UnixEpoch, null, null);
    private const string CodeSays = "Code is required.";

    public static FormCase[] All { get; } =
    [
        new("Account/PasswordForm", "change-password", "PUT /api/account/password")
        {
            Open = portal => portal.Shown<PasswordForm>(),
            Right = page => Passwords(page, "a new password"),
            Sends = """{"password":"the old one","new_password":"a new password"}""",
            Wrong = page => Passwords(page, "short"),
            Says = "minimum length of 10",
        },
        new("Account/AuthenticatorCard", "authenticator-begin", "POST /api/account/authenticator")
        {
            Answer = new AuthenticatorSetup("JBSWY3DP", "otpauth://totp/MaaS:ada?secret=JBSWY3DP"),
            Open = portal => Authenticator(portal, on: false),
            Right = page => page.Put("authenticator-password", "a long password"),
            Sends = """{"password":"a long password"}""",
            Wrong = page => page.Put("authenticator-password", ""),
            Says = "Password is required.",
        },
        new("Account/AuthenticatorCard", "authenticator-confirm", "POST /api/account/authenticator/confirmation")
        {
            Answer = new RecoveryCodes(["aaaa-bbbb"]),
            Open = async portal =>
            {
                portal.Api.Answers("POST /api/account/authenticator", new AuthenticatorSetup("JBSWY3DP", "otpauth://totp/MaaS:ada?secret=JBSWY3DP"));
                var page = await Authenticator(portal, on: false);
                await page.Put("authenticator-password", "a long password");
                return await Task.FromResult(page).Pressed("authenticator-begin");
            },
            Right = page => page.Put("authenticator-code", "123456"),
            Sends = """{"code":"123456"}""",
            Wrong = page => page.Put("authenticator-code", ""),
            Says = CodeSays,
        },
        new("Account/AuthenticatorCard", "authenticator-apply", "POST /api/account/authenticator/recovery-codes")
        {
            Answer = new RecoveryCodes(["aaaa-bbbb"]),
            Open = portal => Authenticator(portal, on: true),
            Right = page => page.Put("authenticator-code", "123456"),
            Sends = """{"code":"123456"}""",
            Wrong = page => page.Put("authenticator-code", ""),
            Says = CodeSays,
        },
        new("Teams/Members", "invite", "POST /api/team/members")
        {
            Role = Role.Admin,
            Answer = new Invitation("bo@example.com", Role.Member, "mi_1", DateTimeOffset.UnixEpoch),
            Open = portal =>
            {
                portal.Api.Answers("GET /api/team/members", Array.Empty<MemberView>());
                return portal.Shown<Members>();
            },
            Right = page => page.Put("invite-email", "bo@example.com"),
            Sends = """{"email":"bo@example.com","role":"member"}""",
            Wrong = page => page.Put("invite-email", "bo"),
            Says = "Email",
        },
        new("Teams/ApiKeys", "create-key", "POST /api/keys")
        {
            Role = Role.Admin,
            Answer = new ApiKeyCreated(s_key, "mk_secret"),
            Open = Keys,
            Right = async page =>
            {
                await page.Put("key-name", "shop");
                await page.PutAt("Expires", "0");
            },
            Sends = """{"name":"shop","role":"member","limits":{}}""",
            Wrong = page => page.Put("key-name", ""),
            Says = "Name is required.",
        },
        new("Teams/ApiKeys", "limit-key", $"PUT /api/keys/{s_key.Id}/limits")
        {
            Role = Role.Admin,
            Answer = s_key,
            Open = async portal =>
            {
                var page = await Keys(portal);
                await page.FindAll("button").Single(button => button.TextContent == "Limit").ClickAsync();
                return page;
            },
            Right = page => page.Put("requests_per_second", "5"),
            Sends = """{"requests_per_second":5}""",
            Wrong = page => page.Put("requests_per_second", "0"),
            Says = Limit,
        },
        new("Teams/TeamUsage", "limit-team", "PUT /api/team/limits")
        {
            Role = Role.Admin,
            Answer = new UsageLimits(5),
            Open = portal =>
            {
                portal.Api.Answers("GET /api/team/usage", new UsageView(new(), []));
                return portal.Shown<TeamUsage>();
            },
            Right = page => page.Put("requests_per_second", "5"),
            Sends = """{"requests_per_second":5}""",
            Wrong = page => page.Put("requests_per_second", "0"),
            Says = Limit,
        },
        new("Teams/ApprovalRuleForm", "save-approval-rule", "PUT /api/team/approval-rule")
        {
            Role = Role.Admin,
            Answer = new ApprovalRule(true),
            Open = portal => portal.Shown<ApprovalRuleForm>(),
            Right = page => page.Find(Filling.Id("approval-needed")).ChangeAsync(true),
            Sends = """{"needed":true}""",
            Why = "a box is ticked or not",
        },
        new("Notifications/Webhooks", "save-webhook", "POST /api/webhooks")
        {
            Role = Role.Admin,
            Answer = new WebhookCreated(new(Guid.NewGuid(), "chat", "https://chat.example.com/", [EventKind.RunFailed], true, "ada@example.com", DateTimeOffset.UnixEpoch, null), "mw_secret"),
            Open = portal =>
            {
                portal.Api.Answers("GET /api/webhooks", Array.Empty<WebhookView>());
                return portal.Shown<Webhooks>();
            },
            Right = async page =>
            {
                await page.Put("webhook-name", "chat");
                await page.Put("webhook-url", "https://chat.example.com/");
            },
            Sends = """{"name":"chat","url":"https://chat.example.com/",""",
            Wrong = page => page.Put("webhook-url", "https://chat.example.com/"),
            Says = "Name is required.",
        },
        new("Notifications/ChoiceForm", "save-choice", "PUT /api/notifications/choice")
        {
            Answer = new NotificationChoiceView(new(), true),
            Open = portal =>
            {
                portal.Api.Answers("GET /api/notifications/choice", new NotificationChoiceView(new([EventKind.RunFailed]), true));
                return portal.Shown<ChoiceForm>();
            },
            Sends = """{"page":["run_failed"],"mail":[],"own_runs_only":true}""",
            Why = "every choice of boxes is one that can be",
        },
    ];

    private static async Task Passwords(IRenderedComponent<IComponent> page, string chosen)
    {
        await page.Put("present-password", "the old one");
        await page.Put("new-password", chosen);
    }

    private static Task<IRenderedComponent<IComponent>> Authenticator(Portal portal, bool on)
    {
        portal.Api.Answers("GET /api/account/authenticator", new AuthenticatorView(on, on ? DateTimeOffset.UnixEpoch : null, 3));
        return portal.Shown<AuthenticatorCard>();
    }

    private static Task<IRenderedComponent<IComponent>> Keys(Portal portal)
    {
        portal.Api.Answers("GET /api/keys", new[] { s_key });
        return portal.Shown<ApiKeys>();
    }
}
