// The typed client: every call the API has, in the order a user meets them. It is also the table of its routes.
// Knows HTTP and the JSON dialect; knows nothing of sessions in browsers or of retries (the HttpClient it is given does).
using System.Net.Http.Json;
using System.Text.Json;
using MaaS.Contracts.Compression;
using MaaS.Contracts.Datasets;
using MaaS.Contracts.Deployments;
using MaaS.Contracts.Experiments;
using MaaS.Contracts.Inference;
using MaaS.Contracts.Jobs;
using MaaS.Contracts.Models;
using MaaS.Contracts.Notifications;
using MaaS.Contracts.Search;
using MaaS.Contracts.Teams;
using MaaS.Contracts.Workers;

namespace MaaS.Contracts;

/// <param name="http">Its base address is the API's; its authorization header a session token or an API key, as bearer.</param>
/// <remarks>Every method throws <see cref="ProblemException"/> when the API refuses.</remarks>
public sealed partial class MaaSClient(HttpClient http)
{
    // Sign-in
    public Task<SessionCreated> SignIn(SignIn request, CancellationToken token = default) => Post<SessionCreated>("api/session", request, token);
    public Task<SessionCreated> AcceptInvitation(AcceptInvitation request, CancellationToken token = default) => Post<SessionCreated>("api/session/invitation", request, token);
    public Task ForgetPassword(ForgottenPassword request, CancellationToken token = default) => Do(HttpMethod.Post, "api/session/forgotten", request, token);
    public Task ResetPassword(ResetPassword request, CancellationToken token = default) => Do(HttpMethod.Post, "api/session/reset", request, token);
    public Task<OidcView> Oidc(CancellationToken token = default) => Get<OidcView>("api/session/oidc", token);
    public Task<OidcBegun> BeginOidc(BeginOidc request, CancellationToken token = default) => Post<OidcBegun>("api/session/oidc", request, token);
    public Task<SessionCreated> FinishOidc(FinishOidc request, CancellationToken token = default) => Post<SessionCreated>("api/session/oidc/callback", request, token);
    public Task<SessionCreated> FinishOidc(OidcCode request, CancellationToken token = default) => Post<SessionCreated>("api/session/oidc/code", request, token);
    public Task<CallerView> WhoAmI(CancellationToken token = default) => Get<CallerView>("api/session", token);
    public Task<CallerView> SwitchTeam(SwitchTeam request, CancellationToken token = default) => Put<CallerView>("api/session/team", request, token);
    public Task SignOut(CancellationToken token = default) => Delete("api/session", token);

    // One's own account
    public Task<IReadOnlyList<SessionView>> Sessions(CancellationToken token = default) => Get<IReadOnlyList<SessionView>>("api/account/sessions", token);
    public Task EndSession(Guid session, CancellationToken token = default) => Delete($"api/account/sessions/{session}", token);
    public Task EndSessions(CancellationToken token = default) => Delete("api/account/sessions", token);
    public Task<IReadOnlyList<IdentityView>> Identities(CancellationToken token = default) => Get<IReadOnlyList<IdentityView>>("api/account/identities", token);
    public Task Unlink(Guid identity, CancellationToken token = default) => Delete($"api/account/identities/{identity}", token);
    public Task ChangePassword(ChangePassword request, CancellationToken token = default) => Do(HttpMethod.Put, "api/account/password", request, token);
    public Task<AuthenticatorView> Authenticator(CancellationToken token = default) => Get<AuthenticatorView>("api/account/authenticator", token);
    public Task<AuthenticatorSetup> BeginAuthenticator(BeginAuthenticator request, CancellationToken token = default) => Post<AuthenticatorSetup>("api/account/authenticator", request, token);
    public Task<RecoveryCodes> ConfirmAuthenticator(AuthenticatorCode request, CancellationToken token = default) => Post<RecoveryCodes>("api/account/authenticator/confirmation", request, token);
    public Task<RecoveryCodes> RenewRecoveryCodes(AuthenticatorCode request, CancellationToken token = default) => Post<RecoveryCodes>("api/account/authenticator/recovery-codes", request, token);
    public Task TurnOffAuthenticator(AuthenticatorCode request, CancellationToken token = default) => Do(HttpMethod.Post, "api/account/authenticator/removal", request, token);

    // Notifications
    public Task<Page<NotificationView>> Notifications(int limit = 50, string? after = null, CancellationToken token = default) => Get<Page<NotificationView>>($"api/notifications{Paging(limit, after)}", token);
    public Task<UnreadNotifications> UnreadNotifications(CancellationToken token = default) => Get<UnreadNotifications>("api/notifications/unread", token);
    public Task ReadNotification(Guid id, CancellationToken token = default) => Do(HttpMethod.Put, $"api/notifications/{id}/read", null, token);
    public Task ReadNotifications(CancellationToken token = default) => Do(HttpMethod.Put, "api/notifications/read", null, token);
    public Task<NotificationChoiceView> NotificationChoice(CancellationToken token = default) => Get<NotificationChoiceView>("api/notifications/choice", token);
    public Task<NotificationChoiceView> ChooseNotifications(NotificationChoice request, CancellationToken token = default) => Put<NotificationChoiceView>("api/notifications/choice", request, token);

    // Datasets
    public Task<Page<DatasetView>> Datasets(int limit = 50, string? after = null, CancellationToken token = default) => Get<Page<DatasetView>>($"api/datasets{Paging(limit, after)}", token);
    public Task<DatasetView> Dataset(Guid id, CancellationToken token = default) => Get<DatasetView>($"api/datasets/{id}", token);
    public Task<DatasetView> UploadDataset(string name, string fileName, Stream file, CancellationToken token = default) => Upload<DatasetView>($"api/datasets?name={Escape(name)}&file_name={Escape(fileName)}", file, token);
    public Task<DatasetView> SampleDataset(string sample, CancellationToken token = default) => Post<DatasetView>($"api/datasets/samples/{Escape(sample)}", null, token);
    public Task<DatasetView> UpdateDataset(Guid id, UpdateDataset request, CancellationToken token = default) => Put<DatasetView>($"api/datasets/{id}", request, token);
    public Task DeleteDataset(Guid id, CancellationToken token = default) => Delete($"api/datasets/{id}", token);
    public Task<Page<DatasetVersionView>> DatasetVersions(Guid id, int limit = 50, string? after = null, CancellationToken token = default) => Get<Page<DatasetVersionView>>($"api/datasets/{id}/versions{Paging(limit, after)}", token);
    public Task<DatasetVersionView> DatasetVersion(Guid version, CancellationToken token = default) => Get<DatasetVersionView>($"api/dataset-versions/{version}", token);
    public Task<DatasetVersionView> DatasetVersion(Guid id, int number, CancellationToken token = default) => Get<DatasetVersionView>($"api/datasets/{id}/versions/{number}", token);
    public Task<DatasetVersionView> UploadDatasetVersion(Guid id, string fileName, Stream file, CancellationToken token = default) => Upload<DatasetVersionView>($"api/datasets/{id}/versions?file_name={Escape(fileName)}", file, token);
    public Task<DatasetVersionView> RereadDatasetVersion(Guid id, int number, ReadingOptions reading, CancellationToken token = default) => Post<DatasetVersionView>($"api/datasets/{id}/versions/{number}/reread", reading, token);
    public Task<DatasetProfile> DatasetProfile(Guid id, int number, CancellationToken token = default) => Get<DatasetProfile>($"api/datasets/{id}/versions/{number}/profile", token);
    public Task<DatasetDifferences> DatasetDifferences(Guid id, int number, int? from = null, CancellationToken token = default) => Get<DatasetDifferences>($"api/datasets/{id}/versions/{number}/differences{(from is null ? "" : $"?from={from}")}", token);
    public Task<Stream> DatasetFile(Guid id, int number, CancellationToken token = default) => Download($"api/datasets/{id}/versions/{number}/file", token);

    // Experiments and runs
    public Task<Page<ExperimentView>> Experiments(int limit = 50, string? after = null, CancellationToken token = default) => Get<Page<ExperimentView>>($"api/experiments{Paging(limit, after)}", token);
    public Task<ExperimentView> Experiment(Guid id, CancellationToken token = default) => Get<ExperimentView>($"api/experiments/{id}", token);
    public Task<ExperimentView> CreateExperiment(SaveExperiment request, CancellationToken token = default) => Post<ExperimentView>("api/experiments", request, token);
    public Task<ExperimentView> UpdateExperiment(Guid id, SaveExperiment request, CancellationToken token = default) => Put<ExperimentView>($"api/experiments/{id}", request, token);
    public Task DeleteExperiment(Guid id, CancellationToken token = default) => Delete($"api/experiments/{id}", token);
    public Task MoveExperiments(MoveExperiments request, CancellationToken token = default) => Tell("api/experiments/move", request, token);
    public Task RenameFolder(RenameFolder request, CancellationToken token = default) => Tell("api/folders/rename", request, token);

    /// <param name="table">Null lists the newest first, and then <paramref name="after"/> is a page's cursor; otherwise it is how many to skip.</param>
    public Task<Page<RunView>> Runs(Guid? experiment = null, int limit = 50, string? after = null, CancellationToken token = default, RunTable? table = null) => Get<Page<RunView>>($"api/runs{Paging(limit, after)}{Listing(experiment, table)}", token);
    public Task<RunRows> RunRows(Guid? experiment, RunTable table, int skip, int limit, IEnumerable<string> columns, CancellationToken token = default) => Get<RunRows>($"api/runs/rows?skip={skip}&limit={limit}{Listing(experiment, table)}{string.Concat(columns.Select(column => $"&column={Escape(column)}"))}", token);
    public Task<RunColumns> RunColumns(Guid? experiment, RunTable table, CancellationToken token = default) => Get<RunColumns>($"api/runs/columns?{Listing(experiment, table)}", token);
    public Task<MovedRuns> MoveRuns(MoveRuns request, CancellationToken token = default) => Post<MovedRuns>("api/runs/move", request, token);
    public Task<TaggedRuns> TagRuns(TagRuns request, CancellationToken token = default) => Post<TaggedRuns>("api/runs/tag", request, token);
    public Task ArchiveRuns(ArchiveRuns request, CancellationToken token = default) => Tell("api/runs/archive", request, token);
    public Task DeleteRuns(ChosenRuns request, CancellationToken token = default) => Tell("api/runs/delete", request, token);
    public Task RestoreRuns(ChosenRuns request, CancellationToken token = default) => Tell("api/runs/restore", request, token);
    public Task<IReadOnlyList<SavedView>> SavedViews(CancellationToken token = default) => Get<IReadOnlyList<SavedView>>("api/views", token);
    public Task<SavedView> SavedView(Guid view, CancellationToken token = default) => Get<SavedView>($"api/views/{view}", token);
    public Task<SavedView> CreateView(SaveView request, CancellationToken token = default) => Post<SavedView>("api/views", request, token);
    public Task<SavedView> UpdateView(Guid view, SaveView request, CancellationToken token = default) => Put<SavedView>($"api/views/{view}", request, token);
    public Task DeleteView(Guid view, CancellationToken token = default) => Delete($"api/views/{view}", token);
    public Task<RunView> Run(Guid id, CancellationToken token = default) => Get<RunView>($"api/runs/{id}", token);
    public Task<RunView> UpdateRun(Guid id, UpdateRun request, CancellationToken token = default) => Put<RunView>($"api/runs/{id}", request, token);
    public Task DeleteRun(Guid id, CancellationToken token = default) => Delete($"api/runs/{id}", token);
    public Task<IReadOnlyList<MetricSeries>> Metrics(Guid run, IEnumerable<string>? keys = null, int points = 1000, CancellationToken token = default) => Get<IReadOnlyList<MetricSeries>>($"api/runs/{run}/metrics?points={points}{string.Concat((keys ?? []).Select(key => $"&key={Escape(key)}"))}", token);
    public Task<Page<MetricKey>> MetricKeys(Guid run, string? search = null, int limit = 50, string? after = null, CancellationToken token = default) => Get<Page<MetricKey>>($"api/runs/{run}/metrics/keys{Paging(limit, after)}{Search(search)}", token);
    public Task<IReadOnlyList<ComparedRun>> Compare(CompareRuns request, CancellationToken token = default) => Post<IReadOnlyList<ComparedRun>>("api/runs/compare", request, token);
    public Task<IReadOnlyList<RunSeries>> Metrics(QueryMetrics request, CancellationToken token = default) => Post<IReadOnlyList<RunSeries>>("api/runs/metrics", request, token);
    public Task<Page<LogLine>> Log(Guid run, int limit = 200, string? after = null, string? search = null, bool tail = false, CancellationToken token = default) => Get<Page<LogLine>>($"api/runs/{run}/log{Paging(limit, after)}{Search(search)}{(tail ? "&tail=true" : "")}", token);
    public Task<RunLineage> Lineage(Guid run, CancellationToken token = default) => Get<RunLineage>($"api/runs/{run}/lineage", token);
    public Task<IReadOnlyList<ArtifactView>> Artifacts(Guid run, CancellationToken token = default) => Get<IReadOnlyList<ArtifactView>>($"api/runs/{run}/artifacts", token);
    public Task<Stream> Artifact(Guid run, string path, CancellationToken token = default) => Download($"api/runs/{run}/artifacts/{string.Join('/', path.Split('/').Select(Escape))}", token);
    public Task<CompressionReport> Compression(Guid run, CancellationToken token = default) => Get<CompressionReport>($"api/runs/{run}/compression", token);
    public Task<Stream> CompressionPage(Guid run, CancellationToken token = default) => Download($"api/runs/{run}/compression/report", token);

    // Jobs
    public Task<JobView> Submit(JobSpec spec, CancellationToken token = default) => Post<JobView>("api/jobs", spec, token);
    public Task<Page<JobView>> Jobs(JobState? state = null, int limit = 50, string? after = null, CancellationToken token = default) => Get<Page<JobView>>($"api/jobs{Paging(limit, after)}{(state is null ? "" : $"&state={JsonNamingPolicy.SnakeCaseLower.ConvertName(state.Value.ToString())}")}", token);
    public Task<JobView> Job(Guid id, CancellationToken token = default) => Get<JobView>($"api/jobs/{id}", token);
    public Task<JobView> CancelJob(Guid id, CancellationToken token = default) => Post<JobView>($"api/jobs/{id}/cancel", null, token);
    public Task<JobView> ResumeJob(Guid id, CancellationToken token = default) => Post<JobView>($"api/jobs/{id}/resume", null, token);

    // Everything
    public Task<IReadOnlyList<SearchHit>> Find(string text, int limit = 20, CancellationToken token = default) => Get<IReadOnlyList<SearchHit>>($"api/search?text={Escape(text)}&limit={limit}", token);

    // Models
    public Task<Page<ModelView>> Models(int limit = 50, string? after = null, CancellationToken token = default) => Get<Page<ModelView>>($"api/models{Paging(limit, after)}", token);
    public Task<ModelView> Model(string model, CancellationToken token = default) => Get<ModelView>($"api/models/{Escape(model)}", token);
    public Task<ModelView> UpdateModel(string model, UpdateModel request, CancellationToken token = default) => Put<ModelView>($"api/models/{Escape(model)}", request, token);
    public Task DeleteModel(string model, CancellationToken token = default) => Delete($"api/models/{Escape(model)}", token);
    public Task<Page<ModelVersionView>> ModelVersions(string model, int limit = 50, string? after = null, CancellationToken token = default) => Get<Page<ModelVersionView>>($"api/models/{Escape(model)}/versions{Paging(limit, after)}", token);
    public Task<ModelVersionView> ModelVersion(string model, int version, CancellationToken token = default) => Get<ModelVersionView>($"api/models/{Escape(model)}/versions/{version}", token);
    public Task LiftQuarantine(string model, int version, CancellationToken token = default) => Delete($"api/models/{Escape(model)}/versions/{version}/quarantine", token);
    public Task<ModelVersionView> ModelVersion(Guid version, CancellationToken token = default) => Get<ModelVersionView>($"api/model-versions/{version}", token);
    public Task<ModelComparison> CompareVersions(CompareVersions request, CancellationToken token = default) => Post<ModelComparison>("api/model-versions/compare", request, token);
    public Task<IReadOnlyList<DeployTarget>> DeployTargets(string model, int version, CancellationToken token = default) => Get<IReadOnlyList<DeployTarget>>($"api/models/{Escape(model)}/versions/{version}/targets", token);
    public Task<ModelVersionView> RegisterVersion(string model, RegisterVersion request, CancellationToken token = default) => Post<ModelVersionView>($"api/models/{Escape(model)}/versions", request, token);
    public Task DeleteModelVersion(string model, int version, CancellationToken token = default) => Delete($"api/models/{Escape(model)}/versions/{version}", token);
    public Task<Stream> ModelFile(string model, int version, string path, CancellationToken token = default) => Download($"api/models/{Escape(model)}/versions/{version}/files/{Escape(path)}", token);
    public Task<JobView> ImportModel(string model, string fileName, Stream file, CancellationToken token = default) => Upload<JobView>($"api/models/imports?model={Escape(model)}&file_name={Escape(fileName)}", file, token);
    public Task<ModelExportView> ExportModelVersion(string model, int version, ExportVersion request, CancellationToken token = default) => Post<ModelExportView>($"api/models/{Escape(model)}/versions/{version}/exports", request, token);
    public Task<IReadOnlyList<ModelExportView>> ModelExports(string model, int version, CancellationToken token = default) => Get<IReadOnlyList<ModelExportView>>($"api/models/{Escape(model)}/versions/{version}/exports", token);
    public Task<ModelView> SetAlias(string model, string alias, SetAlias request, CancellationToken token = default) => Put<ModelView>($"api/models/{Escape(model)}/aliases/{Escape(alias)}", request, token);
    public Task DeleteAlias(string model, string alias, CancellationToken token = default) => Delete($"api/models/{Escape(model)}/aliases/{Escape(alias)}", token);

    public Task<IReadOnlyList<ApprovalView>> Approvals(string model, int version, CancellationToken token = default) => Get<IReadOnlyList<ApprovalView>>($"api/models/{Escape(model)}/versions/{version}/approvals", token);
    public Task<ApprovalView> RequestApproval(string model, int version, RequestApproval request, CancellationToken token = default) => Post<ApprovalView>($"api/models/{Escape(model)}/versions/{version}/approvals", request, token);
    public Task<ApprovalView> DecideApproval(string model, int version, DecideApproval request, CancellationToken token = default) => Put<ApprovalView>($"api/models/{Escape(model)}/versions/{version}/approvals/pending", request, token);
    public Task<Page<ApprovalView>> Approvals(ApprovalState? state = null, int limit = 50, string? after = null, CancellationToken token = default) => Get<Page<ApprovalView>>($"api/approvals{Paging(limit, after)}{Part("state", state?.ToString().ToLowerInvariant())}", token);
    public Task<ApprovalRule> SetApprovalRule(ApprovalRule rule, CancellationToken token = default) => Put<ApprovalRule>("api/team/approval-rule", rule, token);

    // Deployments and predictions
    public Task<Page<DeploymentView>> Deployments(int limit = 50, string? after = null, CancellationToken token = default) => Get<Page<DeploymentView>>($"api/deployments{Paging(limit, after)}", token);
    public Task<DeploymentView> Deployment(string deployment, CancellationToken token = default) => Get<DeploymentView>($"api/deployments/{Escape(deployment)}", token);
    public Task<DeploymentView> Deploy(CreateDeployment request, CancellationToken token = default) => Post<DeploymentView>("api/deployments", request, token);
    public Task<Page<RevisionView>> Revisions(string deployment, int limit = 50, string? after = null, CancellationToken token = default) => Get<Page<RevisionView>>($"api/deployments/{Escape(deployment)}/revisions{Paging(limit, after)}", token);
    public Task<IReadOnlyList<ServedThen>> Serving(DateTimeOffset? at = null, CancellationToken token = default) => Get<IReadOnlyList<ServedThen>>($"api/serving{At(at)}", token);
    public Task<ServedThen> Serving(string deployment, DateTimeOffset? at = null, CancellationToken token = default) => Get<ServedThen>($"api/deployments/{Escape(deployment)}/serving{At(at)}", token);
    public Task<DeploymentView> Revise(string deployment, CreateRevision request, CancellationToken token = default) => Post<DeploymentView>($"api/deployments/{Escape(deployment)}/revisions", request, token);
    public Task<DeploymentView> RollBack(string deployment, Rollback request, CancellationToken token = default) => Post<DeploymentView>($"api/deployments/{Escape(deployment)}/rollback", request, token);
    public Task<DeploymentView> Pause(string deployment, CancellationToken token = default) => Post<DeploymentView>($"api/deployments/{Escape(deployment)}/pause", null, token);
    public Task<DeploymentView> Resume(string deployment, CancellationToken token = default) => Post<DeploymentView>($"api/deployments/{Escape(deployment)}/resume", null, token);
    public Task<TrafficView> Traffic(string deployment, int minutes = 60, CancellationToken token = default) => Get<TrafficView>($"api/deployments/{Escape(deployment)}/traffic?minutes={minutes}", token);
    public Task<DriftView> Drift(string deployment, int hours = 24, CancellationToken token = default) => Get<DriftView>($"api/deployments/{Escape(deployment)}/drift?hours={hours}", token);
    public Task<SamplingView> Sampling(string deployment, CancellationToken token = default) => Get<SamplingView>($"api/deployments/{Escape(deployment)}/sampling", token);
    public Task<SamplingView> StartSampling(string deployment, StartSampling request, CancellationToken token = default) => Post<SamplingView>($"api/deployments/{Escape(deployment)}/sampling", request, token);
    public Task StopSampling(string deployment, CancellationToken token = default) => Delete($"api/deployments/{Escape(deployment)}/sampling", token);
    public Task<Page<SampleView>> Samples(string deployment, int limit = 50, string? after = null, CancellationToken token = default) => Get<Page<SampleView>>($"api/deployments/{Escape(deployment)}/samples{Paging(limit, after)}", token);
    public Task<Stream> SamplesFile(string deployment, CancellationToken token = default) => Download($"api/deployments/{Escape(deployment)}/samples/file", token);
    public Task DeleteSamples(string deployment, CancellationToken token = default) => Delete($"api/deployments/{Escape(deployment)}/samples", token);
    public Task<GroundTruthResult> PostGroundTruth(string deployment, PostGroundTruth request, CancellationToken token = default) => Post<GroundTruthResult>($"api/deployments/{Escape(deployment)}/ground-truth", request, token);
    public Task<QualityView> Quality(string deployment, int hours = 24, CancellationToken token = default) => Get<QualityView>($"api/deployments/{Escape(deployment)}/quality?hours={hours}", token);
    public Task DeleteDeployment(string deployment, CancellationToken token = default) => Delete($"api/deployments/{Escape(deployment)}", token);

    /// <param name="stickyKey">Whose request it is: those of one key get one version while the weights stay as they are.</param>
    public Task<PredictResponse> Predict(string deployment, PredictRequest request, CancellationToken token = default, string? stickyKey = null)
    {
        var message = new HttpRequestMessage(HttpMethod.Post, $"api/deployments/{Escape(deployment)}/predict") { Content = Json(request) };
        if (stickyKey is not null) message.Headers.TryAddWithoutValidation(Sticky.Header, stickyKey);
        return Send<PredictResponse>(message, token);
    }

    // Team, keys, workers, audit
    public Task<IReadOnlyList<MemberView>> Members(CancellationToken token = default) => Get<IReadOnlyList<MemberView>>("api/team/members", token);
    public Task<Invitation> Invite(InviteMember request, CancellationToken token = default) => Post<Invitation>("api/team/members", request, token);
    public Task<MemberView> ChangeRole(Guid user, ChangeRole request, CancellationToken token = default) => Put<MemberView>($"api/team/members/{user}", request, token);
    public Task RemoveMember(Guid user, CancellationToken token = default) => Delete($"api/team/members/{user}", token);
    public Task<PasswordResetLink> MakeResetLink(Guid user, CancellationToken token = default) => Post<PasswordResetLink>($"api/team/members/{user}/password-reset", null, token);
    public Task RemoveAuthenticator(Guid user, CancellationToken token = default) => Delete($"api/team/members/{user}/authenticator", token);
    public Task<IReadOnlyList<ApiKeyView>> ApiKeys(CancellationToken token = default) => Get<IReadOnlyList<ApiKeyView>>("api/keys", token);
    public Task<ApiKeyCreated> CreateApiKey(CreateApiKey request, CancellationToken token = default) => Post<ApiKeyCreated>("api/keys", request, token);
    public Task<ApiKeyView> LimitApiKey(Guid id, UsageLimits limits, CancellationToken token = default) => Put<ApiKeyView>($"api/keys/{id}/limits", limits, token);
    public Task<UsageView> Usage(int days = 30, CancellationToken token = default) => Get<UsageView>($"api/team/usage?days={days}", token);
    public Task<UsageLimits> LimitTeam(UsageLimits limits, CancellationToken token = default) => Put<UsageLimits>("api/team/limits", limits, token);
    public Task DeleteApiKey(Guid id, CancellationToken token = default) => Delete($"api/keys/{id}", token);
    public Task<IReadOnlyList<WorkerView>> Workers(CancellationToken token = default) => Get<IReadOnlyList<WorkerView>>("api/workers", token);
    public Task<IReadOnlyList<WebhookView>> Webhooks(CancellationToken token = default) => Get<IReadOnlyList<WebhookView>>("api/webhooks", token);
    public Task<WebhookCreated> CreateWebhook(SaveWebhook request, CancellationToken token = default) => Post<WebhookCreated>("api/webhooks", request, token);
    public Task<WebhookView> UpdateWebhook(Guid id, SaveWebhook request, CancellationToken token = default) => Put<WebhookView>($"api/webhooks/{id}", request, token);
    public Task<WebhookDeliveryView> TestWebhook(Guid id, CancellationToken token = default) => Post<WebhookDeliveryView>($"api/webhooks/{id}/test", null, token);
    public Task<Page<WebhookDeliveryView>> WebhookDeliveries(Guid id, int limit = 50, string? after = null, CancellationToken token = default) => Get<Page<WebhookDeliveryView>>($"api/webhooks/{id}/deliveries{Paging(limit, after)}", token);
    public Task<WebhookDeliveryView> Redeliver(Guid id, Guid delivery, CancellationToken token = default) => Post<WebhookDeliveryView>($"api/webhooks/{id}/deliveries/{delivery}/retry", null, token);
    public Task DeleteWebhook(Guid id, CancellationToken token = default) => Delete($"api/webhooks/{id}", token);
    public Task<Page<AuditEventView>> Audit(AuditFilter? filter = null, int limit = 50, string? after = null, CancellationToken token = default) => Get<Page<AuditEventView>>($"api/audit{Paging(limit, after)}{Query(filter)}", token);
    public Task<Stream> AuditFile(AuditFilter? filter = null, CancellationToken token = default) => Download($"api/audit/file?{Query(filter)}", token);

    private static string Escape(string part) => Uri.EscapeDataString(part);

    private static string Paging(int limit, string? after) => $"?limit={limit}{(after is null ? "" : $"&after={Escape(after)}")}";

    private static string Listing(Guid? experiment, RunTable? table) => string.Concat(
        Part("experiment", experiment), Part("search", table?.Search), Part("sort", table?.Sort),
        Part("order", table is null ? null : table.Descending ? "desc" : "asc"),
        Part("show", table is null or { Show: RunShow.Active } ? null : table.Show.ToString().ToLowerInvariant()));

    private static string Query(AuditFilter? filter) => string.Concat(
        Part("actor", filter?.Actor), Part("action", filter?.Action), Part("noun", filter?.Noun), Part("text", filter?.Text),
        Part("since", filter?.Since?.UtcDateTime.ToString("O")), Part("until", filter?.Until?.UtcDateTime.ToString("O")));

    private static string At(DateTimeOffset? at) => at is { } moment ? $"?at={Escape(moment.UtcDateTime.ToString("O"))}" : "";

    private static string Search(string? text) => Part("search", text);

    private static string Part(string name, object? value) => value is null ? "" : $"&{name}={Escape($"{value}")}";

    private Task<T> Get<T>(string path, CancellationToken token) => Send<T>(new(HttpMethod.Get, path), token);

    private Task<T> Post<T>(string path, object? body, CancellationToken token) => Send<T>(new(HttpMethod.Post, path) { Content = Json(body) }, token);

    private async Task Tell(string path, object body, CancellationToken token)
    {
        using var response = await http.PostAsync(path, Json(body), token);
        await ThrowUnlessSuccess(response, token);
    }

    private Task<T> Put<T>(string path, object body, CancellationToken token) => Send<T>(new(HttpMethod.Put, path) { Content = Json(body) }, token);

    private async Task<T> Upload<T>(string path, Stream file, CancellationToken token)
    {
        var content = new StreamContent(file);
        content.Headers.ContentType = new("application/octet-stream");
        return await Send<T>(new(HttpMethod.Post, path) { Content = content }, token);
    }

    private async Task Do(HttpMethod method, string path, object? body, CancellationToken token)
    {
        using var request = new HttpRequestMessage(method, path) { Content = Json(body) };
        using var response = await http.SendAsync(request, token);
        await ThrowUnlessSuccess(response, token);
    }

    private async Task Delete(string path, CancellationToken token)
    {
        using var response = await http.DeleteAsync(path, token);
        await ThrowUnlessSuccess(response, token);
    }

    /// <summary>The caller disposes the stream, and with it the response.</summary>
    private async Task<Stream> Download(string path, CancellationToken token)
    {
        var response = await http.GetAsync(path, HttpCompletionOption.ResponseHeadersRead, token);
        await ThrowUnlessSuccess(response, token);
        return await response.Content.ReadAsStreamAsync(token);
    }

    private async Task<T> Send<T>(HttpRequestMessage request, CancellationToken token)
    {
        using (request)
        {
            using var response = await http.SendAsync(request, token);
            await ThrowUnlessSuccess(response, token);
            return (await response.Content.ReadFromJsonAsync<T>(MaaSJson.Options, token))!;
        }
    }

    // A job spec is sent as its base type, or its discriminator would be left out.
    private static JsonContent? Json(object? body) => body switch
    {
        null => null,
        JobSpec spec => JsonContent.Create(spec, options: MaaSJson.Options),
        _ => JsonContent.Create(body, body.GetType(), options: MaaSJson.Options),
    };

    private static async Task ThrowUnlessSuccess(HttpResponseMessage response, CancellationToken token)
    {
        if (response.IsSuccessStatusCode) return;
        using (response)
        {
            var problem = response.Content.Headers.ContentType?.MediaType == "application/problem+json"
                ? await response.Content.ReadFromJsonAsync<Problem>(MaaSJson.Options, token)
                : null;
            throw new ProblemException(problem ?? new Problem(
                (int)response.StatusCode, "unexpected_answer", response.ReasonPhrase ?? "Error",
                $"The API answered {(int)response.StatusCode} without saying why."));
        }
    }
}
