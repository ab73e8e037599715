// Runs by the hundred thousand, made by PostgreSQL itself: with jobs, settings, tags and the figures of their metrics, as runs have them.
// They have no series: nothing that is measured on them reads one.
using System.Text.Json;
using MaaS.Contracts;
using MaaS.Contracts.Jobs;
using MaaS.Contracts.Training;
using NpgsqlTypes;

namespace MaaS.Benchmarks.Portal;

internal static class RunRows
{
    // The ids are ordered by time as the platform's own are.
    private const string Insert =
        """
        with made as materialized (
            select i, gen_random_uuid() as job, at, random() as luck,
                (lpad(to_hex((extract(epoch from at) * 1000)::bigint), 12, '0') || '7' || substr(md5(i::text), 1, 3) || '8' || substr(md5(i::text), 4, 15))::uuid as run
            from generate_series(1, @runs) i cross join lateral (select now() - (@runs - i) * interval '1 minute' as at) t),
        experiments_made as (
            insert into experiments (id, team_id, name, folder, created_at) values (@experiment, @team, @name, 'bench', now())),
        jobs_made as (
            insert into jobs (id, team_id, kind, spec, state, priority, needs_gpu, attempt, released, cancel_requested, progress, run_id, created_by, created_at, started_at, finished_at)
            select job, @team, 'train', @spec::jsonb, case when i % 10 = 0 then 'failed' else 'succeeded' end, 0, false, 1, 0, false, 1, run, 'bench', at, at, at + (i * 7 % 3600) * interval '1 second'
            from made),
        runs_made as (
            insert into runs (id, team_id, experiment_id, job_id, name, params, metrics, tags, created_at)
            select run, @team, @experiment, job, 'mlp-adamw-' || i,
                jsonb_build_object('optimizer.learning_rate', round((10 ^ (-4 + 3 * luck))::numeric, 6)::text, 'optimizer.method', (array['adam', 'adamw', 'sgd'])[1 + i % 3],
                    'batch_size', (16 << (i % 5))::text, 'epochs', (10 + i % 90)::text, 'network.type', 'mlp', 'network.hidden', '[64,32]', 'network.dropout', '0.1', 'target', 'churned',
                    'task', 'tabular', 'schedule.warmup', '0.05', 'split.validation', '0.15', 'split.test', '0.15', 'seed', i::text, 'device', 'auto', 'precision', 'float32', 'patience', '10'),
                '{}', case when i % 10 = 3 then '{"stage": "candidate", "owner": "ada"}'::jsonb else '{"owner": "bob"}' end, at
            from made)
        insert into run_metrics (run_id, key, team_id, last, min, max)
        select run, case k when 1 then 'val_loss' when 2 then 'train_loss' when 3 then 'val_accuracy' else 'series_' || k end, @team, v, v * 0.9, v * 1.1
        from made cross join generate_series(1, @metrics) k cross join lateral (select random() + i * 0 + k * 0 as v) r
        """;

    /// <returns>The experiment they are in.</returns>
    public static async Task<Guid> Add(PortalRig rig, int runs, int metrics)
    {
        var experiment = Guid.CreateVersion7();
        await using (var command = rig.Database.CreateCommand(Insert))
        {
            command.Parameters.AddWithValue("runs", runs);
            command.Parameters.AddWithValue("metrics", metrics);
            command.Parameters.AddWithValue("team", rig.Team);
            command.Parameters.AddWithValue("experiment", experiment);
            command.Parameters.AddWithValue("name", $"{runs} runs {experiment}");
            command.Parameters.AddWithValue("spec", NpgsqlDbType.Text, JsonSerializer.Serialize<JobSpec>(new TrainJob(Guid.NewGuid(), new TabularTraining("churned")), MaaSJson.Options));
            await command.ExecuteNonQueryAsync();
        }
        // What PostgreSQL does by itself within minutes of so many rows.
        foreach (var table in new[] { "runs", "jobs", "experiments", "run_metrics" })
        {
            await using var vacuum = rig.Database.CreateCommand($"vacuum analyze {table}");
            await vacuum.ExecuteNonQueryAsync();
        }
        return experiment;
    }
}
