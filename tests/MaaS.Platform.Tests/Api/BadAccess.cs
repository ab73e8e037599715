// What users get wrong about who may do and hear what: keys, members, sign-in, accounts, the audit log, notifications, webhooks.
using Xunit;

namespace MaaS.Platform.Tests.Api;

internal static class BadAccess
{
    private const string Unknown = BadInputTests.Unknown;

    /// <inheritdoc cref="BadInputTests.Requests"/>
    public static TheoryData<string, string, string?, int, string, string> Requests() => new()
    {
        // People and keys
        { "POST", "api/keys", "{\"name\":\"a\",\"role\":\"owner\"}", 400, "invalid_json", "role must be one of viewer, member, admin" },
        { "POST", "api/keys", "{\"name\":\"a\",\"role\":1}", 400, "invalid_json", "role must be one of" },
        { "POST", "api/keys", "{\"name\":\"a\",\"expires_at\":\"yesterday\"}", 400, "invalid_json", "expires_at must be a time" },
        { "POST", "api/keys", "{\"name\":\"a\",\"expires_at\":\"2001-01-01T00:00:00Z\"}", 422, "expiry_in_the_past", "future" },
        { "POST", "api/keys", "{\"name\":\"a\",\"limits\":{\"requests_per_second\":0}}", 400, "validation_failed", "limits.requests_per_second" },
        { "PUT", $"api/keys/{Unknown}/limits", "{}", 404, "api_key_not_found", Unknown },
        { "PUT", "api/team/limits", "{\"concurrent\":0}", 400, "validation_failed", "concurrent" },
        { "GET", "api/team/usage?days=0", null, 400, "validation_failed", "days" },
        { "DELETE", $"api/keys/{Unknown}", null, 404, "api_key_not_found", Unknown },
        { "POST", "api/team/members", "{\"email\":\"nobody\"}", 400, "validation_failed", "email" },
        { "PUT", $"api/team/members/{Unknown}", "{\"role\":\"viewer\"}", 404, "member_not_found", Unknown },
        { "DELETE", "api/team/members/{admin}", null, 409, "last_admin", "last admin" },
        { "PUT", "api/team/members/{admin}", "{\"role\":\"member\"}", 409, "last_admin", "somebody else" },
        { "POST", "api/session", "{\"email\":\"a@example.com\",\"password\":\"wrong\"}", 401, "sign_in_failed", "do not belong together" },
        { "POST", "api/session/invitation", "{\"token\":\"mi_no\",\"password\":\"short\"}", 400, "validation_failed", "password" },
        { "POST", "api/session/invitation", "{\"token\":\"mi_no\",\"password\":\"long enough\"}", 422, "invitation_not_valid", "unknown" },
        { "POST", "api/session", "{\"email\":\"a@example.com\",\"password\":\"wrong\",\"code\":123456}", 400, "invalid_json", "code must be a text" },
        { "POST", "api/session/forgotten", "{\"email\":\"nobody\"}", 400, "validation_failed", "email" },
        { "POST", "api/session/forgotten", "{\"email\":\"a@example.com\"}", 409, "mail_not_configured", "sends no e-mail" },
        { "POST", "api/session/reset", "{\"token\":\"mr_no\",\"password\":\"short\"}", 400, "validation_failed", "password" },
        { "POST", "api/session/reset", "{\"token\":\"mr_no\",\"password\":\"long enough\"}", 422, "reset_not_valid", "unknown" },
        { "DELETE", $"api/account/sessions/{Unknown}", null, 404, "session_not_found", Unknown },
        { "DELETE", "api/account/sessions/this", null, 400, "invalid_parameter", "session is \"this\"; it must be an id" },
        { "PUT", "api/account/password", "{\"password\":\"a\",\"new_password\":\"short\"}", 400, "validation_failed", "new_password" },
        { "POST", "api/account/authenticator", "{\"password\":\"\"}", 400, "validation_failed", "password" },
        { "POST", "api/account/authenticator/confirmation", "{\"code\":\"123456\"}", 409, "authenticator_not_begun", "begin setting one up" },
        { "POST", "api/account/authenticator/recovery-codes", "{\"code\":\"123456\"}", 409, "authenticator_off", "No authenticator" },
        { "POST", "api/account/authenticator/removal", "{\"code\":\"123456\"}", 409, "authenticator_off", "No authenticator" },
        { "POST", $"api/team/members/{Unknown}/password-reset", null, 404, "member_not_found", Unknown },
        { "DELETE", $"api/team/members/{Unknown}/authenticator", null, 404, "member_not_found", Unknown },
        // The audit log, notifications and webhooks
        { "GET", "api/audit?since=yesterday", null, 400, "invalid_parameter", "since is \"yesterday\"" },
        { "GET", "api/audit/file?until=tomorrow", null, 400, "invalid_parameter", "until is \"tomorrow\"" },
        { "GET", "api/notifications?after=zzz", null, 422, "invalid_cursor", "zzz" },
        { "PUT", $"api/notifications/{Unknown}/read", null, 404, "notification_not_found", Unknown },
        { "PUT", "api/notifications/choice", "{\"page\":[\"everything\"]}", 400, "invalid_json", "run_succeeded, run_failed, deployment_rolled_back, drift_found" },
        { "PUT", "api/notifications/choice", "{\"mail\":[\"run_failed\"]}", 409, "mail_not_configured", "sends no e-mail" },
        { "POST", "api/webhooks", Webhook("https://example.com/", "[]"), 400, "validation_failed", "at least one event" },
        { "POST", "api/webhooks", Webhook("https://example.com/", "[\"everything\"]"), 400, "invalid_json", "run_succeeded" },
        { "POST", "api/webhooks", Webhook("example.com"), 422, "url_not_allowed", "begins with https://" },
        { "POST", "api/webhooks", Webhook("http://example.com/"), 422, "url_not_allowed", "begins with https://" },
        { "POST", "api/webhooks", Webhook("file:///etc/passwd"), 422, "url_not_allowed", "begins with https://" },
        { "POST", "api/webhooks", Webhook("https://a:b@example.com/"), 422, "url_not_allowed", "user name or password" },
        { "PUT", "api/webhooks/{webhook}", Webhook("http://example.com/"), 422, "url_not_allowed", "begins with https://" },
        { "PUT", $"api/webhooks/{Unknown}", Webhook("https://example.com/"), 404, "webhook_not_found", Unknown },
        { "POST", $"api/webhooks/{{webhook}}/deliveries/{Unknown}/retry", null, 404, "delivery_not_found", Unknown },
        { "POST", "api/webhooks/{webhook}/deliveries/{delivery}/retry", null, 409, "webhook_off", "turned off" },
        { "PUT", "api/session/team", $"{{\"team_id\":\"{Unknown}\"}}", 404, "team_not_found", Unknown },
    };

    private static string Webhook(string url, string events = "[\"run_failed\"]") => $"{{\"name\":\"a\",\"url\":\"{url}\",\"events\":{events}}}";
}
