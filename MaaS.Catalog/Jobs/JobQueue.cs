// Every statement that touches a job's state; docs/job-states.md is the picture. PostgreSQL's clock is the only one asked,
// and each transition names the state and the attempt it expects, so that whoever lost the job changes nothing.
// Knows nothing of what a job does.
using MaaS.Catalog.Experiments;
using MaaS.Contracts.Jobs;
using Microsoft.EntityFrameworkCore;
using Npgsql;
using NpgsqlTypes;

namespace MaaS.Catalog.Jobs;

/// <param name="lease">How long a claim lasts without a heartbeat.</param>
public sealed partial class JobQueue(NpgsqlDataSource database, IDbContextFactory<CatalogContext> contexts, MetricStore metrics, TimeSpan lease)
{
    /// <summary>Notified when a job is queued. It only shortens the wait; polling is the truth.</summary>
    public const string Channel = "maas_jobs";

    // A dataset version shares the fate of the job that reads it.
    private const string EndVersions =
        """
        versions as (
            update dataset_versions v set state = 'failed', error = coalesce(ended.error, 'Reading the file was canceled.')
            from ended where v.profile_job_id = ended.id and ended.state in ('failed', 'canceled'))
        """;

    /// <summary>
    /// Adds the job to what the context has pending, saves it all in one transaction (the caller's, when there is one) and wakes a worker.
    /// </summary>
    public static async Task Enqueue(CatalogContext context, Job job, CancellationToken token)
    {
        context.Jobs.Add(job);
        await context.SaveChangesAsync(token);
        // In a transaction PostgreSQL delivers it with the commit, and not at all without.
        await context.Database.ExecuteSqlAsync($"select pg_notify({Channel}, '')", token);
    }

    /// <summary>
    /// Takes the next job that is queued or whose lease ran out: by priority, then the fewest running jobs of the team, then
    /// age. What ran out of attempts ends on the way; what is claimed again loses the metric points after its checkpoint.
    /// </summary>
    public Task<ClaimedJob?> Claim(Guid workerId, string workerName, bool hasGpu, CancellationToken token) =>
        Claim(workerId, workerName, hasGpu, sweeps: false, token);

    /// <summary>The same for sweeps, which only watch over other jobs and so need a place of their own, or two of them would wait forever.</summary>
    public Task<ClaimedJob?> ClaimSweep(Guid workerId, string workerName, CancellationToken token) =>
        Claim(workerId, workerName, hasGpu: false, sweeps: true, token);

    private async Task<ClaimedJob?> Claim(Guid workerId, string workerName, bool hasGpu, bool sweeps, CancellationToken token)
    {
        await using var command = database.CreateCommand(
            $"""
            with lapsed as (
                select id from jobs where state = 'running' and lease_expires_at < now()
                    and (cancel_requested or attempt - released >= {Job.MaxAttempts})
                for update skip locked),
            ended as (
                update jobs j set finished_at = now(), lease_expires_at = null, phase = null,
                    state = case when cancel_requested then 'canceled' else 'failed' end,
                    error_code = case when not cancel_requested then 'lease_lost' end,
                    error = case when not cancel_requested then
                        'The worker stopped answering in each of {Job.MaxAttempts} attempts; it may have run out of memory or been shut down.' end
                from lapsed where j.id = lapsed.id returning j.id, j.state, j.error),
            {EndVersions},
            running as (
                select team_id, count(*) as share from jobs where state = 'running' and kind <> 'sweep' and lease_expires_at >= now() group by team_id),
            next as (
                select j.id from jobs j left join running on running.team_id = j.team_id
                where (j.state = 'queued' or (j.state = 'running' and j.lease_expires_at < now()
                        and not j.cancel_requested and j.attempt - j.released < {Job.MaxAttempts}))
                    and (@gpu or not j.needs_gpu) and (j.kind = 'sweep') = @sweeps
                order by j.priority desc, coalesce(running.share, 0), j.created_at, j.id
                limit 1 for update of j skip locked),
            claimed as (
                update jobs j set state = 'running', attempt = j.attempt + 1, worker_id = @worker, worker_name = @name,
                    lease_expires_at = now() + @lease, started_at = coalesce(j.started_at, now()), phase = null
                from next where j.id = next.id returning j.id, j.attempt, j.kind, j.run_id, j.checkpoint_chunk),
            {MetricSummaries.AfterCheckpoint}
            select id, attempt, kind from claimed
            """);
        command.Parameters.AddWithValue("worker", workerId);
        command.Parameters.AddWithValue("name", workerName);
        command.Parameters.AddWithValue("gpu", hasGpu);
        command.Parameters.AddWithValue("sweeps", sweeps);
        command.Parameters.AddWithValue("lease", lease);
        await using var reader = await command.ExecuteReaderAsync(token);
        return await reader.ReadAsync(token)
            ? new(new(reader.GetGuid(0), reader.GetInt32(1)), Enum.Parse<JobKind>(reader.GetString(2), ignoreCase: true))
            : null;
    }

    /// <summary>Renews the lease and says how far the job is (0 to 1, and a few words).</summary>
    public async Task<Beat> Heartbeat(JobLease held, double progress, string? phase, CancellationToken token)
    {
        await using var command = Transition(held,
            """
            update jobs set lease_expires_at = now() + @lease, progress = @progress, phase = @phase
            where id = @id and attempt = @attempt and state = 'running' returning cancel_requested
            """);
        command.Parameters.AddWithValue("lease", lease);
        command.Parameters.AddWithValue("progress", progress);
        command.Parameters.AddWithValue("phase", NpgsqlDbType.Text, (object?)phase ?? DBNull.Value);
        return Answer(await command.ExecuteScalarAsync(token));
    }

    /// <summary>What a heartbeat would answer, without one.</summary>
    public async Task<Beat> Look(JobLease held, CancellationToken token)
    {
        await using var command = Transition(held,
            "select cancel_requested from jobs where id = @id and attempt = @attempt and state = 'running'");
        return Answer(await command.ExecuteScalarAsync(token));
    }

    /// <summary>Remembers the newest checkpoint, and the metric chunk up to which it has seen everything.</summary>
    public Task<bool> SaveCheckpoint(JobLease held, string sha256, long step, long chunk, CancellationToken token)
    {
        var command = Transition(held,
            """
            update jobs set checkpoint_sha256 = @sha256, checkpoint_step = @step, checkpoint_chunk = @chunk
            where id = @id and attempt = @attempt and state = 'running' returning true
            """);
        command.Parameters.AddWithValue("sha256", sha256);
        command.Parameters.AddWithValue("step", step);
        command.Parameters.AddWithValue("chunk", chunk);
        return Happened(command, token);
    }

    /// <summary>running -> succeeded, in the transaction in which the caller writes what the job made.</summary>
    internal static async Task<bool> Succeed(CatalogContext context, JobLease held, CancellationToken token) =>
        await context.Database.ExecuteSqlAsync(
            $"""
            update jobs set state = 'succeeded', progress = 1, phase = null, lease_expires_at = null, finished_at = now()
            where id = {held.JobId} and attempt = {held.Attempt} and state = 'running'
            """, token) == 1;

    /// <summary>running -> failed; or -> queued when another try may help and attempts are left; or -> canceled when that was wanted.</summary>
    /// <param name="sentence">Shown to the user.</param>
    /// <returns>The new state; null when the job was no longer this attempt's.</returns>
    public async Task<JobState?> Fail(JobLease held, string code, string sentence, bool retry, CancellationToken token)
    {
        await using var command = Transition(held,
            $"""
            with judged as (
                select id, case when cancel_requested then 'canceled'
                    when @retry and attempt - released < {Job.MaxAttempts} then 'queued' else 'failed' end as verdict
                from jobs where id = @id and attempt = @attempt and state = 'running' for update),
            ended as (
                update jobs j set state = verdict, lease_expires_at = null,
                    phase = case when verdict = 'queued' then 'waiting to try again' end,
                    error = case when verdict = 'failed' then @error end,
                    error_code = case when verdict = 'failed' then @code end,
                    finished_at = case when verdict <> 'queued' then now() end
                from judged where j.id = judged.id returning j.id, j.state, j.error),
            {EndVersions},
            woken as (select pg_notify('{Channel}', '') from ended where state = 'queued')
            select state, (select count(*) from woken) from ended
            """);
        command.Parameters.AddWithValue("retry", retry);
        command.Parameters.AddWithValue("code", code);
        command.Parameters.AddWithValue("error", sentence);
        return await command.ExecuteScalarAsync(token) is string state ? Enum.Parse<JobState>(state, ignoreCase: true) : null;
    }

    /// <summary>running -> canceled, by the worker that has stopped it. Only when that was asked for.</summary>
    public Task<bool> Cancel(JobLease held, CancellationToken token) => Happened(Transition(held,
        $"""
        with ended as (
            update jobs set state = 'canceled', lease_expires_at = null, phase = null, finished_at = now()
            where id = @id and attempt = @attempt and state = 'running' and cancel_requested returning id, state, error),
        {EndVersions}
        select true from ended
        """), token);

    /// <summary>running -> queued because the worker shuts down; the attempt does not count against the job. Canceled if that was asked for.</summary>
    public Task<bool> Release(JobLease held, CancellationToken token) => Happened(Transition(held,
        $"""
        with ended as (
            update jobs set released = released + 1, lease_expires_at = null, phase = null,
                state = case when cancel_requested then 'canceled' else 'queued' end,
                finished_at = case when cancel_requested then now() end
            where id = @id and attempt = @attempt and state = 'running' returning id, state, error),
        {EndVersions},
        woken as (select pg_notify('{Channel}', '') from ended where state = 'queued')
        select (select count(*) from woken) >= 0 from ended
        """), token);

    /// <summary>queued -> canceled at once; a running job is asked to stop, and its worker does so within two seconds. So are the jobs of a sweep.</summary>
    /// <returns>The state now; null when there is no such job. A job that had ended stays as it is.</returns>
    public async Task<JobState?> RequestCancel(Guid jobId, CancellationToken token)
    {
        var state = await RequestCancel("id", jobId, token);
        // Afterwards, not at once: whoever adds a job to a sweep holds the sweep's row, and is done by now or never will be.
        await RequestCancel("parent_id", jobId, token);
        return state;
    }

    private async Task<JobState?> RequestCancel(string column, Guid jobId, CancellationToken token)
    {
        await using var command = database.CreateCommand(
            $"""
            with ended as (
                update jobs set cancel_requested = true,
                    state = case when state = 'queued' then 'canceled' else state end,
                    phase = case when state = 'queued' then null else phase end,
                    finished_at = case when state = 'queued' then now() end
                where {column} = $1 and state in ('queued', 'running') returning id, state, error),
            {EndVersions}
            select state from ended union all select state from jobs where id = $1 limit 1
            """);
        command.Parameters.Add(new() { Value = jobId });
        return await command.ExecuteScalarAsync(token) is string state ? Enum.Parse<JobState>(state, ignoreCase: true) : null;
    }

    /// <summary>
    /// canceled or failed -> queued, for a training whose newest checkpoint is still there: it goes on from that, with as many
    /// attempts as a new job. One that a sweep began does not: its sweep no longer waits for it. Nor does one whose run was deleted.
    /// </summary>
    /// <returns>False when the job is in no such state; nothing changed then.</returns>
    public Task<bool> Resume(Guid jobId, CancellationToken token)
    {
        // The blob's lock keeps a sweep of the store away until the job points to it as one that is queued, and the run's lock keeps the
        // run from being deleted.
        var command = database.CreateCommand(
            $"""
            with kept as (
                select b.sha256 from blobs b join jobs j on j.checkpoint_sha256 = b.sha256 where j.id = @id for key share of b),
            shown as (
                select id from runs where job_id = @id and deleted_at is null for share),
            resumed as (
                update jobs set state = 'queued', cancel_requested = false, released = attempt, finished_at = null,
                    error = null, error_code = null, phase = 'waiting to go on'
                where id = @id and state in ('canceled', 'failed') and kind = 'train' and parent_id is null
                    and checkpoint_sha256 in (select sha256 from kept) and exists (select 1 from shown) returning id),
            woken as (select pg_notify('{Channel}', '') from resumed)
            select (select count(*) from woken) >= 0 from resumed
            """);
        command.Parameters.AddWithValue("id", jobId);
        return Happened(command, token);
    }

    /// <summary>
    /// Whether the lease holds, and then it goes on holding until the caller's transaction ends: a claim takes its row for
    /// update, which this key share lock keeps away, while heartbeats pass.
    /// </summary>
    internal static Task<bool> Holds(NpgsqlConnection connection, JobLease held, CancellationToken token) =>
        Locked(connection, held, "and state = 'running'", token);

    /// <summary>As <see cref="Holds"/>, but the attempt may have ended, as long as none came after it.</summary>
    internal static Task<bool> IsLatest(NpgsqlConnection connection, JobLease held, CancellationToken token) =>
        Locked(connection, held, "", token);

    private static async Task<bool> Locked(NpgsqlConnection connection, JobLease held, string condition, CancellationToken token)
    {
        await using var command = new NpgsqlCommand(
            $"select true from jobs where id = $1 and attempt = $2 {condition} for key share", connection);
        command.Parameters.Add(new() { Value = held.JobId });
        command.Parameters.Add(new() { Value = held.Attempt });
        return await command.ExecuteScalarAsync(token) is true;
    }

    private static Beat Answer(object? cancelRequested) => cancelRequested switch
    {
        null => Beat.Lost,
        true => Beat.CancelRequested,
        _ => Beat.Mine,
    };

    private NpgsqlCommand Transition(JobLease held, string sql)
    {
        var command = database.CreateCommand(sql);
        command.Parameters.AddWithValue("id", held.JobId);
        command.Parameters.AddWithValue("attempt", held.Attempt);
        return command;
    }

    private static async Task<bool> Happened(NpgsqlCommand command, CancellationToken token)
    {
        await using (command)
            return await command.ExecuteScalarAsync(token) is true;
    }
}
