// Webhooks: signed, tried again, and never a way into the network that the server stands in. 127.0.0.2 is the one private address that the
// tests' API may call.
using System.Net;
using System.Net.Sockets;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using System.Text;
using System.Text.Json;
using MaaS.Contracts;
using MaaS.Contracts.Notifications;
using MaaS.Platform.Tests.Api;
using Microsoft.EntityFrameworkCore;
using Xunit;

namespace MaaS.Platform.Tests.Notifications;

public sealed class WebhookTests(ApiServer api) : ApiTest(api)
{
    private static readonly EventKind[] s_rollbacks = [EventKind.DeploymentRolledBack];

    [Fact]
    public async Task A_delivery_is_signed_with_the_secret_that_was_shown_once()
    {
        await using var receiver = await Receiver.Start(Api, ApiServer.OpenAddress, Token);
        var made = await Admin.CreateWebhook(new("chat", Url(receiver), s_rollbacks), Token);
        var tested = await Admin.TestWebhook(made.Webhook.Id, Token);

        Assert.Equal((DeliveryState.Delivered, 1, 204, null, "test"), (tested.State, tested.Attempts, tested.Status, tested.Problem, tested.Event));
        var received = Assert.Single(receiver.Received);
        var signature = received.Headers["MaaS-Signature"].Split(',');
        var (at, v1) = (signature[0]["t=".Length..], signature[1]["v1=".Length..]);
        Assert.Equal(Convert.ToHexStringLower(HMACSHA256.HashData(Encoding.UTF8.GetBytes(made.Secret), Encoding.UTF8.GetBytes($"{at}.{received.Body}"))), v1);
        Assert.InRange(DateTimeOffset.FromUnixTimeSeconds(long.Parse(at, null)), DateTimeOffset.UtcNow.AddMinutes(-1), DateTimeOffset.UtcNow.AddSeconds(1));
        Assert.Equal(("test", $"{tested.Id}", "application/json"), (received.Headers["MaaS-Event"], received.Headers["MaaS-Delivery"], received.Headers["Content-Type"]));
        var payload = JsonSerializer.Deserialize<WebhookPayload>(received.Body, MaaSJson.Options)!;
        Assert.Equal((tested.Id, "A test of the webhook chat"), (payload.Id, payload.Title));
        Assert.DoesNotContain(made.Secret, JsonSerializer.Serialize(await Admin.Webhooks(Token), MaaSJson.Options), StringComparison.Ordinal);
        await using var context = Api.Context();
        var stored = await context.Webhooks.Where(row => row.Id == made.Webhook.Id).Select(row => row.Secret).SingleAsync(Token);
        Assert.True(stored.AsSpan().IndexOf(Encoding.UTF8.GetBytes(made.Secret)) < 0);
    }

    [Fact]
    public async Task What_happened_reaches_the_webhooks_that_want_it_and_is_sent_again_later_until_it_is_taken()
    {
        await using var receiver = await Receiver.Start(Api, ApiServer.OpenAddress, Token);
        receiver.Status = 500;
        var wanted = (await Admin.CreateWebhook(new("wanted", Url(receiver), s_rollbacks), Token)).Webhook;
        var other = (await Admin.CreateWebhook(new("other", Url(receiver), [EventKind.RunFailed]), Token)).Webhook;
        var off = (await Admin.CreateWebhook(new("off", Url(receiver), s_rollbacks, Enabled: false), Token)).Webhook;
        var deployment = await RollBack();

        var failed = await Delivery(wanted.Id, one => one.Attempts == 1);
        Assert.Equal((DeliveryState.Pending, 500, "It answered 500; 200 to 299 says that it took the event.", "deployment_rolled_back"), (failed.State, failed.Status, failed.Problem, failed.Event));
        Assert.InRange(failed.NextAt!.Value, failed.CreatedAt.AddSeconds(29), DateTimeOffset.UtcNow.AddSeconds(31));
        receiver.Status = 200;
        await Due(failed.Id);
        var taken = await Delivery(wanted.Id, one => one.State == DeliveryState.Delivered);

        Assert.Equal((2, 200, null, null), (taken.Attempts, taken.Status, taken.Problem, taken.NextAt));
        Assert.Equal(2, receiver.Received.Count(one => one.Headers["MaaS-Delivery"] == $"{failed.Id}"));
        var payload = JsonSerializer.Deserialize<WebhookPayload>(receiver.Received.Last().Body, MaaSJson.Options)!;
        Assert.Equal((failed.Id, "deployment_rolled_back", $"Deployment {deployment} was rolled back by its guard", deployment, "Too slow.", $"/deployments/{deployment}"), (payload.Id, payload.Event, payload.Title, payload.Name, payload.Detail, payload.Link));
        Assert.Empty((await Admin.WebhookDeliveries(other.Id, token: Token)).Items);
        Assert.Empty((await Admin.WebhookDeliveries(off.Id, token: Token)).Items);
        Assert.Equal(taken, (await Admin.Webhooks(Token)).Single(one => one.Id == wanted.Id).Last);
    }

    [Fact]
    public async Task After_the_last_try_it_is_given_up_and_can_be_sent_again_by_hand()
    {
        await using var receiver = await Receiver.Start(Api, ApiServer.OpenAddress, Token);
        receiver.Status = 404;
        var webhook = (await Admin.CreateWebhook(new("chat", Url(receiver), s_rollbacks), Token)).Webhook;
        await RollBack();
        for (var attempt = 1; attempt <= 5; attempt++)
            await Due((await Delivery(webhook.Id, one => one.Attempts == attempt)).Id);
        var given = await Delivery(webhook.Id, one => one.Attempts == 6);
        receiver.Status = 204;
        await Admin.Redeliver(webhook.Id, given.Id, Token);
        var taken = await Delivery(webhook.Id, one => one.State == DeliveryState.Delivered);

        Assert.Equal((DeliveryState.Failed, null), (given.State, given.NextAt));
        Assert.Equal((1, given.Id), (taken.Attempts, taken.Id));
        Assert.Equal("delivery_not_failed", (await Refused(() => Admin.Redeliver(webhook.Id, taken.Id, Token))).Code);
    }

    [Fact]
    public async Task A_name_is_resolved_before_it_is_trusted_and_what_it_leads_to_is_not_even_connected_to()
    {
        await using var inside = await Receiver.Start(Api, "127.0.0.1", Token);
        var webhook = (await Admin.CreateWebhook(new("inside", $"https://localhost:{inside.Port}/", s_rollbacks), Token)).Webhook;
        var tested = await Admin.TestWebhook(webhook.Id, Token);

        Assert.Equal((DeliveryState.Failed, null), (tested.State, tested.Status));
        Assert.Matches("^localhost leads to (127\\.0\\.0\\.1|::1), which is not of the public internet", tested.Problem);
        Assert.Empty(inside.Received);
    }

    [Fact]
    public async Task A_redirect_is_not_followed()
    {
        await using var receiver = await Receiver.Start(Api, ApiServer.OpenAddress, Token);
        receiver.Status = 307;
        var webhook = (await Admin.CreateWebhook(new("chat", Url(receiver), s_rollbacks), Token)).Webhook;

        Assert.Equal("It answered 307, which leads elsewhere; redirects are not followed.", (await Admin.TestWebhook(webhook.Id, Token)).Problem);
        Assert.Equal(["/hook"], receiver.Received.Select(one => one.Path));
    }

    [Fact]
    public async Task What_a_certificate_says_about_its_issuer_leads_nowhere()
    {
        using var inside = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
        inside.Bind(new IPEndPoint(IPAddress.Loopback, 0));
        using var certificate = OfAnIssuerAt($"http://{inside.LocalEndPoint}/issuer.crt");
        await using var receiver = await Receiver.Start(Api, ApiServer.OpenAddress, Token, certificate);
        inside.Listen(); // only now: the receiver looks for its own issuer when it starts
        var webhook = (await Admin.CreateWebhook(new("chat", Url(receiver), s_rollbacks), Token)).Webhook;

        Assert.Equal("Its TLS certificate is not trusted here, or it speaks no TLS.", (await Admin.TestWebhook(webhook.Id, Token)).Problem);
        Assert.False(inside.Poll(0, SelectMode.SelectRead));
    }

    [Fact]
    public async Task A_webhook_that_is_deleted_while_it_is_called_is_just_gone()
    {
        await using var receiver = await Receiver.Start(Api, ApiServer.OpenAddress, Token);
        var deleted = new TaskCompletionSource();
        receiver.Patience = deleted.Task;
        var webhook = (await Admin.CreateWebhook(new("chat", Url(receiver), s_rollbacks), Token)).Webhook;
        var testing = Refused(() => Admin.TestWebhook(webhook.Id, Token));
        await Wait.For(() => Task.FromResult(receiver.Received.Count), called => called == 1);
        await Admin.DeleteWebhook(webhook.Id, Token);
        deleted.SetResult();

        Assert.Equal("webhook_not_found", (await testing).Code);
    }

    [Fact]
    public async Task Many_that_do_not_answer_are_called_at_the_same_time()
    {
        const int webhooks = 15; // more than there are processors to take turns
        await using var receiver = await Receiver.Start(Api, ApiServer.OpenAddress, Token);
        var called = new TaskCompletionSource();
        receiver.Patience = called.Task;
        for (var i = 0; i < webhooks; i++)
            await Admin.CreateWebhook(new($"chat {i}", Url(receiver), s_rollbacks), Token);
        await RollBack();

        await Wait.For(() => Task.FromResult(receiver.Received.Count), count => count == webhooks);
        called.SetResult();
        await using var context = Api.Context();
        // None was given up and called again.
        await Wait.For(() => context.WebhookDeliveries.CountAsync(row => row.Webhook.TeamId == Team.Id && row.State == DeliveryState.Delivered && row.Attempts == 1, Token), count => count == webhooks);
    }

    [Fact]
    public async Task Where_nobody_listens_the_delivery_says_so()
    {
        // Of the metrics, which listen on another address.
        var webhook = (await Admin.CreateWebhook(new("gone", $"https://{ApiServer.OpenAddress}:{Api.MetricsAddress.Port}/", s_rollbacks), Token)).Webhook;

        Assert.Equal("It could not be reached, or broke off.", (await Admin.TestWebhook(webhook.Id, Token)).Problem);
    }

    [Theory]
    [InlineData("127.0.0.1")]
    [InlineData("127.1")]
    [InlineData("0x7f000001")]
    [InlineData("2130706433")]
    [InlineData("0.0.0.0")]
    [InlineData("10.1.2.3")]
    [InlineData("100.64.0.1")]
    [InlineData("169.254.169.254")]
    [InlineData("172.31.255.255")]
    [InlineData("192.168.0.1")]
    [InlineData("198.18.0.1")]
    [InlineData("224.0.0.1")]
    [InlineData("255.255.255.255")]
    [InlineData("[::]")]
    [InlineData("[::1]")]
    [InlineData("[::ffff:10.0.0.1]")]
    [InlineData("[64:ff9b::a00:1]")]
    [InlineData("[2002:a00:1::]")]
    [InlineData("[fc00::1]")]
    [InlineData("[fe80::1]")]
    [InlineData("[ff02::1]")]
    [InlineData("[2001:db8::1]")]
    public async Task An_address_that_is_not_of_the_public_internet_is_refused_at_once(string host)
    {
        var refused = await Refused(() => Admin.CreateWebhook(new("inside", $"https://{host}/", s_rollbacks), Token));

        Assert.Equal((422, "url_not_allowed"), (refused.Status, refused.Code));
        Assert.Contains("not of the public internet", refused.Detail, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("93.184.215.14")]
    [InlineData("172.32.0.1")]
    [InlineData("[2606:4700::1111]")]
    public async Task A_public_address_is_taken(string host) =>
        Assert.Equal($"https://{host}/", (await Admin.CreateWebhook(new("outside", $"https://{host}/", s_rollbacks, Enabled: false), Token)).Webhook.Url);

    [Fact]
    public async Task Webhooks_are_the_admins_and_a_deleted_one_takes_its_deliveries_along()
    {
        var webhook = (await Admin.CreateWebhook(new("chat", "https://chat.example.com/", s_rollbacks, Enabled: false), Token)).Webhook;
        var changed = await Admin.UpdateWebhook(webhook.Id, new("renamed", "https://chat.example.com/2", [EventKind.RunFailed, EventKind.RunFailed], Enabled: false), Token);
        await Admin.DeleteWebhook(webhook.Id, Token);

        Assert.Equal(("renamed", "https://chat.example.com/2", 1), (changed.Name, changed.Url, changed.Events.Count));
        Assert.Empty(await Admin.Webhooks(Token));
        Assert.Equal("role_missing", (await Refused(() => Member.Webhooks(Token))).Code);
        Assert.Equal(["deleted renamed", "updated renamed", "created chat"], (await Admin.Audit(new(Noun: "webhook"), token: Token)).Items.Select(item => $"{item.Action} {item.NounName}"));
    }

    private static X509Certificate2 OfAnIssuerAt(string address)
    {
        using var issuerKey = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var (from, to) = (DateTimeOffset.UtcNow.AddDays(-1), DateTimeOffset.UtcNow.AddDays(1));
        var authority = new CertificateRequest("CN=unknown issuer", issuerKey, HashAlgorithmName.SHA256);
        authority.CertificateExtensions.Add(new X509BasicConstraintsExtension(certificateAuthority: true, false, 0, critical: true));
        using var issuer = authority.CreateSelfSigned(from, to);
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var request = new CertificateRequest("CN=webhook receiver", key, HashAlgorithmName.SHA256);
        var names = new SubjectAlternativeNameBuilder();
        names.AddIpAddress(IPAddress.Parse(ApiServer.OpenAddress));
        request.CertificateExtensions.Add(names.Build());
        request.CertificateExtensions.Add(new X509AuthorityInformationAccessExtension(ocspUris: null, caIssuersUris: [address]));
        using var certificate = request.Create(issuer, from, to, [1]);
        return certificate.CopyWithPrivateKey(key);
    }

    private static string Url(Receiver receiver) => $"https://{ApiServer.OpenAddress}:{receiver.Port}/hook";

    private Task<WebhookDeliveryView> Delivery(Guid webhook, Func<WebhookDeliveryView, bool> isSo) => Wait.For(
        async () => (await Admin.WebhookDeliveries(webhook, token: Token)).Items.SingleOrDefault()!, found => found is not null && isSo(found));

    /// <summary>The pause before the next try is over.</summary>
    private async Task Due(Guid delivery)
    {
        await using var context = Api.Context();
        await context.WebhookDeliveries.Where(row => row.Id == delivery && row.NextAt != null).ExecuteUpdateAsync(row => row.SetProperty(one => one.NextAt, DateTimeOffset.UtcNow), Token);
    }

    /// <summary>As a guard does it.</summary>
    private async Task<string> RollBack()
    {
        var seed = await Seed.Make(Team);
        await using var context = Api.Context();
        var deployment = await context.Deployments.SingleAsync(row => row.Name == seed.Deployment, Token);
        context.Revisions.Add(new() { DeploymentId = deployment.Id, Number = 2, CreatedBy = Contracts.Deployments.RevisionView.Guardian, RollbackOf = 1, Reason = "Too slow." });
        await context.SaveChangesAsync(Token);
        return seed.Deployment;
    }
}
