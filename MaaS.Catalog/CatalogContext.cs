// The whole schema on one page, but for people: who they are, what they may do and what they hear of is in CatalogContext.People.cs.
// Names become snake_case; ids are time-ordered uuids made by the application.
// Knows tables and keys; states of jobs belong to JobQueue, points of series to MetricStore, bytes to ArtifactStore.
using MaaS.Catalog.Artifacts;
using MaaS.Catalog.Datasets;
using MaaS.Catalog.Deployments;
using MaaS.Catalog.Experiments;
using MaaS.Catalog.Jobs;
using MaaS.Catalog.Models;
using MaaS.Catalog.Notifications;
using MaaS.Catalog.Teams;
using MaaS.Catalog.Workers;
using MaaS.Contracts.Datasets;
using MaaS.Contracts.Deployments;
using MaaS.Contracts.Jobs;
using MaaS.Contracts.Models;
using MaaS.Contracts.Notifications;
using MaaS.Contracts.Teams;
using Microsoft.EntityFrameworkCore;

namespace MaaS.Catalog;

public sealed partial class CatalogContext(DbContextOptions<CatalogContext> options) : DbContext(options)
{
    public DbSet<Team> Teams => Set<Team>();
    public DbSet<User> Users => Set<User>();
    public DbSet<Member> Members => Set<Member>();
    public DbSet<InvitationRow> Invitations => Set<InvitationRow>();
    public DbSet<Session> Sessions => Set<Session>();
    public DbSet<PasswordReset> PasswordResets => Set<PasswordReset>();
    public DbSet<RecoveryCode> RecoveryCodes => Set<RecoveryCode>();
    public DbSet<ExternalIdentity> ExternalIdentities => Set<ExternalIdentity>();
    public DbSet<OidcSignIn> OidcSignIns => Set<OidcSignIn>();
    public DbSet<ProtectionKey> ProtectionKeys => Set<ProtectionKey>();
    public DbSet<ApiKey> ApiKeys => Set<ApiKey>();
    public DbSet<UsageCount> UsageCounts => Set<UsageCount>();
    public DbSet<AuditEvent> AuditEvents => Set<AuditEvent>();
    public DbSet<Dataset> Datasets => Set<Dataset>();
    public DbSet<DatasetVersion> DatasetVersions => Set<DatasetVersion>();
    public DbSet<Experiment> Experiments => Set<Experiment>();
    public DbSet<Run> Runs => Set<Run>();
    public DbSet<Artifact> Artifacts => Set<Artifact>();
    public DbSet<RunMetric> RunMetrics => Set<RunMetric>();
    public DbSet<SavedViewRow> SavedViews => Set<SavedViewRow>();
    public DbSet<MetricChunk> MetricChunks => Set<MetricChunk>();
    public DbSet<Job> Jobs => Set<Job>();
    public DbSet<JobLogLine> JobLog => Set<JobLogLine>();
    public DbSet<Model> Models => Set<Model>();
    public DbSet<ModelVersion> ModelVersions => Set<ModelVersion>();
    public DbSet<ModelFile> ModelFiles => Set<ModelFile>();
    public DbSet<ModelAlias> ModelAliases => Set<ModelAlias>();
    public DbSet<VersionApproval> VersionApprovals => Set<VersionApproval>();
    public DbSet<Deployment> Deployments => Set<Deployment>();
    public DbSet<Revision> Revisions => Set<Revision>();
    public DbSet<TrafficMinute> TrafficMinutes => Set<TrafficMinute>();
    public DbSet<DriftHour> DriftHours => Set<DriftHour>();
    public DbSet<SamplingRow> Samplings => Set<SamplingRow>();
    public DbSet<SampleRow> RequestSamples => Set<SampleRow>();
    public DbSet<KeptAnswer> KeptAnswers => Set<KeptAnswer>();
    public DbSet<LoadMark> LoadMarks => Set<LoadMark>();
    public DbSet<TeamEvent> Events => Set<TeamEvent>();
    public DbSet<Notification> Notifications => Set<Notification>();
    public DbSet<EventCursor> EventCursors => Set<EventCursor>();
    public DbSet<Webhook> Webhooks => Set<Webhook>();
    public DbSet<WebhookDelivery> WebhookDeliveries => Set<WebhookDelivery>();
    public DbSet<Worker> Workers => Set<Worker>();
    public DbSet<Blob> Blobs => Set<Blob>();

    protected override void ConfigureConventions(ModelConfigurationBuilder conventions)
    {
        conventions.Properties<JobKind>().HaveConversion<SnakeCaseEnum<JobKind>>();
        conventions.Properties<JobState>().HaveConversion<SnakeCaseEnum<JobState>>();
        conventions.Properties<DatasetState>().HaveConversion<SnakeCaseEnum<DatasetState>>();
        conventions.Properties<DeploymentState>().HaveConversion<SnakeCaseEnum<DeploymentState>>();
        conventions.Properties<ExecutionProvider>().HaveConversion<SnakeCaseEnum<ExecutionProvider>>();
        conventions.Properties<SampledProtocol>().HaveConversion<SnakeCaseEnum<SampledProtocol>>();
        conventions.Properties<EventKind>().HaveConversion<SnakeCaseEnum<EventKind>>();
        conventions.Properties<DeliveryState>().HaveConversion<SnakeCaseEnum<DeliveryState>>();
        conventions.Properties<ApprovalState>().HaveConversion<SnakeCaseEnum<ApprovalState>>();
        conventions.Properties<Role>().HaveConversion<SnakeCaseEnum<Role>>();
    }

    protected override void OnModelCreating(ModelBuilder model)
    {
        People(model);

        model.Entity<Dataset>(dataset =>
        {
            dataset.HasOne<Team>().WithMany().HasForeignKey(row => row.TeamId);
            dataset.HasIndex(row => new { row.TeamId, row.Name }).IsUnique();
        });
        model.Entity<DatasetVersion>(version =>
        {
            version.HasIndex(row => new { row.DatasetId, row.Number }).IsUnique();
            version.HasIndex(row => row.Sha256);
            version.Property(row => row.Reading).IsJsonb();
            version.Property(row => row.Profile).IsJsonb();
        });

        model.Entity<Experiment>(experiment =>
        {
            experiment.HasOne<Team>().WithMany().HasForeignKey(row => row.TeamId);
            experiment.HasIndex(row => new { row.TeamId, row.Name }).IsUnique();
            experiment.Property(row => row.Folder).HasDefaultValue("");
        });
        model.Entity<Run>(run =>
        {
            run.HasQueryFilter(row => row.DeletedAt == null);
            run.HasIndex(row => new { row.TeamId, row.CreatedAt });
            run.HasIndex(row => row.DeletedAt).HasFilter("deleted_at is not null");
            run.HasIndex(row => new { row.ExperimentId, row.CreatedAt });
            run.HasOne(row => row.Job).WithOne().HasForeignKey<Run>(row => row.JobId).OnDelete(DeleteBehavior.Restrict);
            run.HasOne<DatasetVersion>().WithMany().HasForeignKey(row => row.DatasetVersionId).OnDelete(DeleteBehavior.SetNull);
            run.Property(row => row.Params).IsJsonb();
            run.Property(row => row.Metrics).IsJsonb();
            run.Property(row => row.Tags).IsJsonb();
            run.Property(row => row.Environment).IsJsonb();
            run.Property(row => row.Manifest).IsJsonb();
            run.Property(row => row.Sweep).IsJsonb();
            run.Property(row => row.Compression).IsJsonb();
        });
        model.Entity<Artifact>(artifact =>
        {
            artifact.HasKey(row => new { row.RunId, row.Path });
            artifact.HasIndex(row => row.Sha256);
        });
        model.Entity<RunMetric>(metric =>
        {
            metric.HasKey(row => new { row.RunId, row.Key });
            metric.HasOne<Run>().WithMany().HasForeignKey(row => row.RunId);
            // Holds all that a search compares, so that it reads one strip of the index and no row.
            metric.HasIndex(row => new { row.TeamId, row.Key, row.RunId }).IncludeProperties(row => new { row.Last, row.Min, row.Max });
        });
        model.Entity<SavedViewRow>(view =>
        {
            view.ToTable("saved_views");
            view.HasOne<Team>().WithMany().HasForeignKey(row => row.TeamId);
            view.HasOne<Experiment>().WithMany().HasForeignKey(row => row.ExperimentId).OnDelete(DeleteBehavior.Cascade);
            view.HasIndex(row => new { row.TeamId, row.Name }).IsUnique();
            view.Property(row => row.Table).IsJsonb();
        });
        model.Entity<MetricChunk>(chunk =>
        {
            chunk.HasKey(row => new { row.RunId, row.Number });
            chunk.HasIndex(row => new { row.RunId, row.Key, row.Number });
            chunk.HasOne<Run>().WithMany().HasForeignKey(row => row.RunId);
        });

        model.Entity<Job>(job =>
        {
            job.HasOne<Team>().WithMany().HasForeignKey(row => row.TeamId);
            job.Property(row => row.Spec).IsJsonb();
            job.HasIndex(row => new { row.TeamId, row.CreatedAt });
            job.HasIndex(row => row.FinishedAt).HasFilter("finished_at is not null");
            job.HasIndex(row => row.ParentId).HasFilter("parent_id is not null");
            job.HasIndex(row => new { row.State, row.Priority, row.CreatedAt }).HasFilter("state in ('queued', 'running')");
        });
        model.Entity<JobLogLine>(line =>
        {
            line.ToTable("job_log").HasKey(row => row.Number);
            line.HasIndex(row => new { row.JobId, row.Number });
            line.HasOne<Job>().WithMany().HasForeignKey(row => row.JobId);
        });

        model.Entity<Model>(catalog =>
        {
            catalog.HasOne<Team>().WithMany().HasForeignKey(row => row.TeamId);
            catalog.HasIndex(row => new { row.TeamId, row.Name }).IsUnique();
        });
        model.Entity<ModelVersion>(version =>
        {
            version.HasIndex(row => new { row.ModelId, row.Number }).IsUnique();
            version.HasOne<Run>().WithMany().HasForeignKey(row => row.RunId).OnDelete(DeleteBehavior.SetNull);
            version.HasMany(row => row.Files).WithOne().HasForeignKey(file => file.VersionId);
            version.Property(row => row.Manifest).IsJsonb();
        });
        model.Entity<ModelFile>(file =>
        {
            file.HasKey(row => new { row.VersionId, row.Path });
            file.HasIndex(row => row.Sha256);
        });
        model.Entity<ModelAlias>(alias =>
        {
            alias.HasKey(row => new { row.ModelId, row.Name });
            alias.HasOne(row => row.Version).WithMany(version => version.Aliases).HasForeignKey(row => row.VersionId);
        });

        model.Entity<VersionApproval>(approval =>
        {
            approval.HasOne<Team>().WithMany().HasForeignKey(row => row.TeamId);
            approval.HasOne(row => row.Version).WithMany(version => version.Approvals).HasForeignKey(row => row.VersionId);
            approval.HasIndex(row => new { row.TeamId, row.State });
            approval.HasIndex(row => row.RequestedAt);
            approval.HasIndex(row => row.DecidedAt).HasFilter("decided_at is not null");
        });

        model.Entity<Deployment>(deployment =>
        {
            deployment.HasOne<Team>().WithMany().HasForeignKey(row => row.TeamId);
            deployment.HasIndex(row => new { row.TeamId, row.Name }).IsUnique();
        });
        model.Entity<Revision>(revision =>
        {
            revision.HasKey(row => new { row.DeploymentId, row.Number });
            revision.HasIndex(row => row.CreatedAt);
            revision.HasMany(row => row.Shares).WithOne().HasForeignKey(share => new { share.DeploymentId, share.RevisionNumber });
            revision.Property(row => row.Batching).IsJsonb().HasDefaultValueSql("'{}'");
            revision.Property(row => row.Guard).IsJsonb();
            revision.Property(row => row.Provider).HasDefaultValue(ExecutionProvider.Auto);
            revision.Property(row => row.AnswersKeptDays).HasDefaultValue(0);
            revision.HasOne(row => row.ShadowVersion).WithMany().HasForeignKey(row => row.ShadowVersionId).OnDelete(DeleteBehavior.Restrict);
            revision.HasMany(row => row.Comparisons).WithOne().HasForeignKey(row => new { row.DeploymentId, row.RevisionNumber });
        });
        model.Entity<ComparisonRow>(comparison =>
        {
            comparison.ToTable("comparisons").HasKey(row => new { row.DeploymentId, row.RevisionNumber, row.VersionId, row.ShadowVersionId });
            comparison.HasOne(row => row.Version).WithMany().HasForeignKey(row => row.VersionId);
            comparison.HasOne(row => row.ShadowVersion).WithMany().HasForeignKey(row => row.ShadowVersionId);
        });
        model.Entity<LoadMark>(mark =>
        {
            mark.HasKey(row => new { row.VersionId, row.Process });
            mark.HasOne<ModelVersion>().WithMany(version => version.LoadMarks).HasForeignKey(row => row.VersionId);
        });
        model.Entity<TrafficMinute>(traffic =>
        {
            traffic.HasKey(row => new { row.DeploymentId, row.VersionId, row.Minute });
            traffic.HasIndex(row => new { row.DeploymentId, row.Minute });
            traffic.HasIndex(row => row.Minute);
            traffic.HasOne<Deployment>().WithMany().HasForeignKey(row => row.DeploymentId);
            traffic.HasOne<ModelVersion>().WithMany().HasForeignKey(row => row.VersionId);
        });
        model.Entity<DriftHour>(drift =>
        {
            drift.HasKey(row => new { row.DeploymentId, row.VersionId, row.Hour, row.Column });
            drift.HasIndex(row => row.Hour);
            drift.HasOne<Deployment>().WithMany().HasForeignKey(row => row.DeploymentId);
            drift.HasOne<ModelVersion>().WithMany().HasForeignKey(row => row.VersionId);
        });
        model.Entity<SamplingRow>(sampling =>
        {
            sampling.HasIndex(row => row.DeploymentId).IsUnique();
            sampling.HasOne<Deployment>().WithOne(row => row.Sampling).HasForeignKey<SamplingRow>(row => row.DeploymentId);
        });
        model.Entity<SampleRow>(sample =>
        {
            sample.HasIndex(row => new { row.SamplingId, row.Id });
            sample.HasIndex(row => row.At);
            sample.HasOne<SamplingRow>().WithMany().HasForeignKey(row => row.SamplingId);
            sample.HasOne(row => row.Version).WithMany().HasForeignKey(row => row.VersionId);
            // Not jsonb, which refuses U+0000 and loses the order of the columns.
            sample.Property(row => row.Asked).HasColumnType("json");
            sample.Property(row => row.Answered).HasColumnType("json");
        });
        model.Entity<KeptAnswer>(answer =>
        {
            answer.HasKey(row => new { row.DeploymentId, row.RequestId });
            answer.HasIndex(row => new { row.DeploymentId, row.At });
            answer.HasIndex(row => row.ExpiresAt);
            answer.HasOne<Deployment>().WithMany().HasForeignKey(row => row.DeploymentId);
            answer.HasOne<ModelVersion>().WithMany().HasForeignKey(row => row.VersionId);
        });
        model.Entity<RevisionShare>(share =>
        {
            share.HasKey(row => new { row.DeploymentId, row.RevisionNumber, row.VersionId });
            share.HasOne(row => row.Version).WithMany().HasForeignKey(row => row.VersionId).OnDelete(DeleteBehavior.Restrict);
        });

        model.Entity<Worker>().Property(worker => worker.Devices).IsJsonb();
        model.Entity<Blob>().HasKey(blob => blob.Sha256);
    }
}
