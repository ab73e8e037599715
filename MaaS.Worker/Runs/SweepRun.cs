// A sweep's job: begins training jobs, watches them, stops the weak, and names the best. It trains nothing itself, so it has a place of
// its own beside the worker's. All it knows is in its report, from which another attempt goes on.
using MaaS.Catalog;
using MaaS.Catalog.Experiments;
using MaaS.Catalog.Jobs;
using MaaS.Catalog.Sweeps;
using MaaS.Contracts.Jobs;
using MaaS.Contracts.Sweeps;
using MaaS.Contracts.Training;
using MaaS.Engine;
using MaaS.Engine.Search;
using Microsoft.EntityFrameworkCore;

namespace MaaS.Worker.Runs;

internal sealed class SweepRun(
    JobQueue queue, SweepStore sweeps, MetricStore metrics, IDbContextFactory<CatalogContext> contexts, JobLease lease, Heartbeat heartbeat)
{
    private static readonly TimeSpan s_look = TimeSpan.FromMilliseconds(500);

    private readonly Dictionary<Guid, IReadOnlyList<double>> _curves = [];
    private Run _run = null!;
    private SweepReport _report = SweepReport.Empty;

    public async Task<bool> Run(SweepJob sweep, CancellationToken token)
    {
        _run = await Outage.Outlast(() => Load(token), token);
        _report = _run.Sweep ?? SweepReport.Empty;
        var search = SearchStrategy.Of(sweep);
        await using var reporter = new MetricReporter(metrics, lease, _run.Id);
        reporter.Start();
        var told = 0;
        for (var exhausted = false; ; await Task.Delay(s_look, token))
        {
            var jobs = await Outage.Outlast(() => sweeps.Jobs(lease.JobId, token), token);
            if (await Judge(sweep, jobs, token) is var judged && !ReferenceEquals(judged, _report) && !await Save(judged, null, token))
                return false;
            told = Tell(reporter, told);

            exhausted = exhausted || _report.Trials.Count >= sweep.Runs;
            var most = sweep.Parallel ?? await Outage.Outlast(() => sweeps.Workers(token), token) + 1;
            while (!exhausted && _report.Trials.Count(IsOpen) < most)
            {
                if (search.Next(_report.Trials) is not { } values)
                    exhausted = true;
                else if (!await Begin(sweep, values, token))
                    return false;
                exhausted = exhausted || _report.Trials.Count >= sweep.Runs;
            }
            if (exhausted && !_report.Trials.Any(IsOpen))
                break;
            Progress(sweep);
        }
        if (_report.BestRunId is null)
            throw new UserError($"None of the {_report.Trials.Count} runs gave a {sweep.Metric}; their own pages say why.");
        await reporter.Flush();
        await heartbeat.Stop();
        return await Outage.Outlast(() => sweeps.Succeed(lease, _run.Id, _report, sweep.RegisterAs, token), token);
    }

    private static bool IsOpen(Trial trial) => trial.State == TrialState.Open;

    private async Task<bool> Save(SweepReport report, (Job, Run)? begun, CancellationToken token)
    {
        _report = report;
        return await Outage.Outlast(() => sweeps.Save(lease, _run.Id, report, begun, token), token);
    }

    private async Task<bool> Begin(SweepJob sweep, IReadOnlyDictionary<string, System.Text.Json.JsonElement> values, CancellationToken token)
    {
        var training = sweep.With(values);
        var number = _report.Trials.Count + 1;
        var name = $"{_run.Name}-{number}";
        var runId = Guid.CreateVersion7();
        var job = new Job
        {
            TeamId = _run.TeamId,
            Kind = JobKind.Train,
            Spec = new TrainJob(sweep.DatasetVersionId, training, _run.ExperimentId, name, Priority: sweep.Priority),
            Priority = sweep.Priority,
            NeedsGpu = training.Device == DeviceChoice.Cuda,
            RunId = runId,
            ParentId = lease.JobId,
            CreatedBy = _run.Job.CreatedBy,
        };
        var run = new Run
        {
            Id = runId,
            TeamId = _run.TeamId,
            ExperimentId = _run.ExperimentId,
            JobId = job.Id,
            DatasetVersionId = sweep.DatasetVersionId,
            Name = name,
            Params = RunParams.Of(training),
        };
        Console.WriteLine($"{name}: {string.Join(", ", values.Select(value => $"{value.Key} {value.Value}"))}");
        return await Save(_report with { Trials = [.. _report.Trials, new(number, runId, job.Id, name, values, TrialState.Open)] }, (job, run), token);
    }

    /// <summary>The report as the jobs now stand; the same one when nothing has changed.</summary>
    private async Task<SweepReport> Judge(SweepJob sweep, IReadOnlyDictionary<Guid, Job> jobs, CancellationToken token)
    {
        var trials = _report.Trials.ToArray();
        for (var i = 0; i < trials.Length; i++)
        {
            if (!IsOpen(trials[i]) && _curves.ContainsKey(trials[i].RunId))
                continue;
            // The job is read first: a run that has ended has stored all its points.
            var curve = _curves[trials[i].RunId] = await Outage.Outlast(() => Curve(sweep, trials[i].RunId, token), token);
            if (!IsOpen(trials[i]))
                continue;
            var state = jobs.TryGetValue(trials[i].JobId, out var job) ? StateOf(job) : TrialState.Canceled; // deleted by somebody
            if (state == TrialState.Open && sweep.Halving is { } halving && Halving.IsWeak(halving, curve, _curves.Where(other => other.Key != trials[i].RunId).Select(other => other.Value)))
            {
                await Outage.Outlast(() => queue.RequestCancel(trials[i].JobId, token), token);
                Console.WriteLine($"{trials[i].RunName}: stopped after epoch {curve.Count}, not among the best 1 of {halving.Factor}");
                state = TrialState.Stopped;
            }
            var finite = curve.Where(double.IsFinite).ToList();
            double? objective = finite.Count == 0 ? null : Sign(sweep) * finite.Min();
            if (state != trials[i].State || objective != trials[i].Objective || curve.Count != trials[i].Epochs)
                trials[i] = trials[i] with { State = state, Objective = objective, Epochs = curve.Count };
        }
        if (trials.SequenceEqual(_report.Trials))
            return _report;
        var best = trials.Where(trial => trial is { State: TrialState.Succeeded, Objective: not null }).MinBy(trial => Sign(sweep) * trial.Objective);
        return new SweepReport(trials, best?.RunId, Importance.Of(sweep, trials));
    }

    /// <summary>The objective after each epoch, lower being better.</summary>
    private async Task<IReadOnlyList<double>> Curve(SweepJob sweep, Guid run, CancellationToken token)
    {
        const int most = 100_000; // epochs; none of them is thinned away
        var series = await metrics.Query(run, [sweep.Metric], most, token);
        return series.Count == 0 ? [] : [.. series[0].Points.Select(point => Sign(sweep) * point.Value)];
    }

    private static int Sign(SweepJob sweep) => sweep.Goal == SearchGoal.Minimize ? 1 : -1;

    private static TrialState StateOf(Job job) => job.State switch
    {
        JobState.Succeeded => TrialState.Succeeded,
        JobState.Failed => TrialState.Failed,
        JobState.Canceled => TrialState.Canceled,
        _ => TrialState.Open,
    };

    /// <summary>Reports what ended since the last time, in the order of the trials' numbers.</summary>
    private int Tell(MetricReporter reporter, int told)
    {
        var ended = _report.Trials.TakeWhile(trial => !IsOpen(trial)).ToList();
        foreach (var trial in ended.Skip(told).Where(trial => trial.Objective is not null))
            reporter.Report("objective", trial.Number, trial.Objective!.Value);
        return ended.Count;
    }

    private void Progress(SweepJob sweep)
    {
        var ended = _report.Trials.Count(trial => !IsOpen(trial));
        var best = _report.Trials.FirstOrDefault(trial => trial.RunId == _report.BestRunId);
        heartbeat.Report((double)ended / sweep.Runs, $"{ended} of at most {sweep.Runs} runs{(best is null ? "" : FormattableString.Invariant($", best {sweep.Metric} {best.Objective:g5}"))}");
    }

    private async Task<Run> Load(CancellationToken token)
    {
        await using var context = await contexts.CreateDbContextAsync(token);
        return await context.Runs.AsNoTracking().Include(row => row.Job).SingleAsync(row => row.JobId == lease.JobId, token);
    }
}
