// What a job may take that runs a model of somebody else: so much time, then its process ends, wherever it is; so much memory, then its
// allocations fail. A graph is a program, and no look at it says whether it ends.
using System.Globalization;
using System.Runtime.InteropServices;
using MaaS.Catalog;
using MaaS.Catalog.Jobs;
using MaaS.Engine;

namespace MaaS.Worker.Runs;

/// <summary><c>Worker:ImportSeconds</c> (120) and <c>Worker:ImportMegabytes</c> (4096), the latter beyond what the process has when it begins.</summary>
internal sealed class Guard : IDisposable
{
    private readonly Timer _timer;
    private readonly long _megabytes;

    private Guard(Timer timer, long megabytes) => (_timer, _megabytes) = (timer, megabytes);

    public static Guard Start(JobQueue queue, JobLease lease, Heartbeat heartbeat, IConfiguration configuration)
    {
        var seconds = configuration.GetValue("Worker:ImportSeconds", 120);
        var megabytes = configuration.GetValue("Worker:ImportMegabytes", 4096L);
        LimitMemory(megabytes << 20);
        return new Guard(new Timer(_ => End().GetAwaiter().GetResult(), null, TimeSpan.FromSeconds(seconds), Timeout.InfiniteTimeSpan), megabytes);

        async Task End()
        {
            var sentence = $"The model was not ready within {seconds} seconds, and was stopped: it may be too large, or run without end.";
            Console.WriteLine(sentence);
            await heartbeat.Stop();
            await Outage.Outlast(() => queue.Fail(lease, "user_error", sentence, retry: false, CancellationToken.None), CancellationToken.None);
            JobRun.Leave();
        }
    }

    /// <summary>Runs what is guarded; memory that is refused becomes the user's sentence.</summary>
    public T Run<T>(Func<T> guarded)
    {
        try
        {
            return guarded();
        }
        catch (Exception error) when (MemoryShortage.IsMeant(error))
        {
            Console.WriteLine(error.Message);
            throw new UserError(string.Create(CultureInfo.InvariantCulture, $"The model asked for more than the {_megabytes:N0} MB of memory that looking at it and running it once may take."), error);
        }
    }

    public void Dispose() => _timer.Dispose();

    /// <summary>
    /// Of data only (RLIMIT_DATA): .NET and libtorch reserve addresses by the hundred gigabytes and never use them. Where there is no such limit,
    /// outside Linux, the time alone is bounded.
    /// </summary>
    private static void LimitMemory(long bytes)
    {
        const int data = 2;
        if (!OperatingSystem.IsLinux() || GetLimit(data, out var limit) != 0)
            return;
        var used = File.ReadLines("/proc/self/status").First(line => line.StartsWith("VmData:", StringComparison.Ordinal));
        var own = 1024 * long.Parse(used.AsSpan("VmData:".Length, used.Length - "VmData:kB".Length), NumberStyles.AllowLeadingWhite | NumberStyles.AllowTrailingWhite, CultureInfo.InvariantCulture);
        var asked = limit with { Soft = Math.Min(limit.Hard, (ulong)(own + bytes)) };
        if (SetLimit(data, in asked) != 0)
            Console.WriteLine("This system does not let a process limit its memory; only its time is limited.");
    }

    private readonly record struct Limit(ulong Soft, ulong Hard);

    [DllImport("libc", EntryPoint = "getrlimit")]
    private static extern int GetLimit(int resource, out Limit limit);

    [DllImport("libc", EntryPoint = "setrlimit")]
    private static extern int SetLimit(int resource, in Limit limit);
}
