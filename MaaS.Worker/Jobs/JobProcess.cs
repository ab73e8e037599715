// One job's child process, from the claim to the end: its log, its cancellation, its crash.
//
// The child writes heartbeats, metrics and the outcome itself, because only it knows them, and a second protocol over the
// pipe would say the same again. The parent writes what a dead child cannot: the log, the crash, the release. The attempt
// fences both. The child may be killed at any moment, since whatever it writes is a transaction or a renamed file; so
// canceling is killing, and is prompt even in the middle of a native call.
using System.Diagnostics;
using System.Globalization;
using System.Text;
using MaaS.Catalog;
using MaaS.Catalog.Jobs;

namespace MaaS.Worker.Jobs;

internal sealed class JobProcess(JobQueue queue, JobLog log, ILogger logger)
{
    private static readonly TimeSpan s_look = TimeSpan.FromMilliseconds(500);
    // A child that has written its outcome still has to unload; one that lost its lease notices at its next heartbeat.
    private static readonly TimeSpan s_farewell = TimeSpan.FromSeconds(10);
    private static readonly TimeSpan s_lastWords = TimeSpan.FromSeconds(5);

    /// <summary>Why the parent ended the child.</summary>
    private enum Ended { ByItself, Canceled, Lost, Stopping }

    /// <summary>Runs the job until its process is gone and the queue knows.</summary>
    /// <param name="environment">Variables of its own, beside ours.</param>
    public async Task Run(ClaimedJob job, IEnumerable<(string Variable, string Value)> environment, CancellationToken stopping)
    {
        var scratch = Scratch.Create();
        try
        {
            logger.LogInformation("Job {Job} ({Kind}), attempt {Attempt}", job.Lease.JobId, job.Kind, job.Lease.Attempt);
            using var process = Process.Start(Command(job.Lease, scratch.FullName, environment))!;
            var lines = new LogPump(log, job.Lease);
            var pumping = lines.Pump(process);
            var ended = await Watch(process, job.Lease, stopping);
            using var lastWords = new CancellationTokenSource(s_lastWords);
            await pumping.WaitAsync(lastWords.Token).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            await Settle(job.Lease, ended, process.ExitCode, stopping);
        }
        finally
        {
            // A process that lost its lease has removed it already.
            if (Directory.Exists(scratch.FullName))
                scratch.Delete(recursive: true);
        }
    }

    private async Task<Ended> Watch(Process process, JobLease lease, CancellationToken stopping)
    {
        var exited = process.WaitForExitAsync(CancellationToken.None);
        var ended = Ended.ByItself;
        for (DateTime? lostSince = null; !exited.IsCompleted && ended == Ended.ByItself;)
        {
            await Task.WhenAny(exited, Task.Delay(s_look, stopping));
            if (stopping.IsCancellationRequested)
                ended = Ended.Stopping;
            else if (!exited.IsCompleted)
            {
                var beat = await Look(lease, stopping);
                lostSince = beat == Beat.Lost ? lostSince ?? DateTime.UtcNow : null;
                if (beat == Beat.CancelRequested)
                    ended = Ended.Canceled;
                else if (DateTime.UtcNow - lostSince > s_farewell)
                    ended = Ended.Lost;
            }
        }
        if (!exited.IsCompleted)
            process.Kill(entireProcessTree: true);
        await exited;
        return ended;
    }

    private async Task<Beat> Look(JobLease lease, CancellationToken token)
    {
        try
        {
            return await queue.Look(lease, token);
        }
        catch (Exception error) when (Outage.Is(error) || token.IsCancellationRequested)
        {
            return Beat.Mine;
        }
    }

    /// <summary>Tells the queue what the child could not. Each of these changes nothing when the child had written its outcome.</summary>
    private async Task Settle(JobLease lease, Ended ended, int exitCode, CancellationToken stopping)
    {
        if (ended == Ended.Lost || (ended == Ended.ByItself && exitCode == 0))
            return;
        // While stopping there is little time; if PostgreSQL is away too, the lease runs out instead.
        using var patience = new CancellationTokenSource(ended == Ended.Stopping || stopping.IsCancellationRequested
            ? s_lastWords : TimeSpan.FromMinutes(10));
        var state = await Outage.Outlast<object?>(async () => ended switch
        {
            Ended.Stopping => await queue.Release(lease, patience.Token),
            Ended.Canceled => await queue.Cancel(lease, patience.Token),
            _ => await queue.Fail(lease, Crash.Code(exitCode), Crash.Sentence(exitCode), retry: true, patience.Token),
        }, patience.Token);
        logger.LogInformation("Job {Job}, attempt {Attempt}: exit code {ExitCode}, {Ended}, {State}",
            lease.JobId, lease.Attempt, exitCode, ended, state);
    }

    private static ProcessStartInfo Command(JobLease lease, string scratch, IEnumerable<(string Variable, string Value)> environment)
    {
        var start = new ProcessStartInfo(Environment.ProcessPath!)
        {
            WorkingDirectory = scratch,
            // The child watches its end of this pipe; it closes when we die, however we die.
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
            StandardOutputEncoding = Encoding.UTF8,
            StandardErrorEncoding = Encoding.UTF8,
        };
        start.Environment.TryAdd("TORCH_CPP_LOG_LEVEL", "ERROR"); // some processors have libtorch warn of NNPACK at every convolution
        foreach (var (variable, value) in environment)
            start.Environment[variable] = value;
        // Under "dotnet MaaS.Worker.dll" the process is dotnet, and the program its first argument.
        if (Path.GetFileNameWithoutExtension(Environment.ProcessPath) == "dotnet")
            start.ArgumentList.Add(typeof(JobProcess).Assembly.Location);
        foreach (var argument in (string[])["run", $"{lease.JobId}", lease.Attempt.ToString(CultureInfo.InvariantCulture)])
            start.ArgumentList.Add(argument);
        return start;
    }
}
