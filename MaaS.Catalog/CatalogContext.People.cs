// The part of the schema that is about people: users and how they sign in, teams' members, keys and limits, the audit log, and who is told
// what happened.
using MaaS.Catalog.Notifications;
using MaaS.Catalog.Teams;
using Microsoft.EntityFrameworkCore;

namespace MaaS.Catalog;

public sealed partial class CatalogContext
{
    private static void People(ModelBuilder model)
    {
        model.Entity<User>().HasIndex(user => user.Email).IsUnique();
        model.Entity<Member>(member =>
        {
            member.HasKey(row => new { row.TeamId, row.UserId });
            member.Property(row => row.Notifications).IsJsonb().HasDefaultValueSql("'{}'");
        });
        model.Entity<InvitationRow>(invitation =>
        {
            invitation.ToTable("invitations").HasKey(row => row.TokenHash);
            invitation.HasOne<Team>().WithMany().HasForeignKey(row => row.TeamId);
        });
        model.Entity<Session>(session =>
        {
            session.HasKey(row => row.TokenHash);
            session.HasIndex(row => row.UserId);
            session.HasIndex(row => row.Id).IsUnique();
            // Of sessions that were begun before there was such a column.
            session.Property(row => row.Id).HasDefaultValueSql("gen_random_uuid()");
            session.Property(row => row.Device).HasDefaultValue("unknown");
            session.Property(row => row.LastSeenAt).HasDefaultValueSql("now()");
        });
        model.Entity<PasswordReset>(reset =>
        {
            reset.HasKey(row => row.TokenHash);
            reset.HasOne<Team>().WithMany().HasForeignKey(row => row.TeamId).OnDelete(DeleteBehavior.Cascade);
        });
        model.Entity<RecoveryCode>().HasKey(code => new { code.UserId, code.Hash });
        model.Entity<ExternalIdentity>(identity =>
        {
            identity.HasIndex(row => new { row.Issuer, row.Subject }).IsUnique();
            identity.HasIndex(row => new { row.UserId, row.Issuer }).IsUnique();
        });
        model.Entity<OidcSignIn>().HasKey(flow => flow.FlowHash);
        model.Entity<ProtectionKey>().HasKey(key => key.Name);
        model.Entity<ApiKey>(key =>
        {
            key.HasIndex(row => row.SecretHash).IsUnique();
            key.HasOne<Team>().WithMany().HasForeignKey(row => row.TeamId);
            key.Property(row => row.Limits).IsJsonb().HasDefaultValueSql("'{}'");
        });
        model.Entity<UsageCount>(usage =>
        {
            usage.HasKey(row => new { row.TeamId, row.KeyId, row.Day });
            usage.HasOne<Team>().WithMany().HasForeignKey(row => row.TeamId);
        });
        model.Entity<Team>().Property(row => row.Limits).IsJsonb().HasDefaultValueSql("'{}'");
        model.Entity<AuditEvent>(audit =>
        {
            audit.HasKey(row => row.Number);
            audit.HasIndex(row => new { row.TeamId, row.Number });
        });

        model.Entity<TeamEvent>(happened =>
        {
            happened.ToTable("events").HasIndex(row => row.Source).IsUnique();
            happened.HasIndex(row => row.At);
        });
        model.Entity<Notification>(notification =>
        {
            notification.HasKey(row => new { row.UserId, row.EventId });
            notification.HasIndex(row => row.MailDueAt).HasFilter("mail_due_at is not null");
        });
        model.Entity<EventCursor>().HasKey(cursor => cursor.Source);
        model.Entity<Webhook>(webhook =>
        {
            webhook.HasOne<Team>().WithMany().HasForeignKey(row => row.TeamId);
            webhook.Property(row => row.Events).IsJsonb();
        });
        model.Entity<WebhookDelivery>(delivery =>
        {
            delivery.HasOne(row => row.Event).WithMany().HasForeignKey(row => row.EventId).OnDelete(DeleteBehavior.Cascade);
            delivery.HasIndex(row => new { row.WebhookId, row.Id });
            delivery.HasIndex(row => row.NextAt).HasFilter("next_at is not null");
        });
    }
}
