// Wires the pieces of this folder: what finds events, what delivers them, and what is asked for by HTTP.
namespace MaaS.Api.Notifications;

internal static class NotificationRegistration
{
    public static void AddNotifications(this WebApplicationBuilder builder)
    {
        // Made now, so that a setting that cannot work stops the start and not a delivery.
        builder.Services.AddSingleton(new Mail(builder.Configuration)).AddSingleton(new OpenNetworks(builder.Configuration));
        builder.Services.AddSingleton<WebhookSender>().AddSingleton<Courier>();
        builder.Services.AddSingleton<IEventSource, EndedRuns>().AddSingleton<IEventSource, GuardedRollbacks>().AddSingleton<IEventSource, DriftWatch>().AddSingleton<IEventSource, Approvals>();
        builder.Services.AddHostedService<EventWatch>();
        builder.Services.AddHostedService<Deliveries>();
    }
}
