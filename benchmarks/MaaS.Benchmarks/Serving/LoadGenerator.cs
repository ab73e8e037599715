// `serving-load PLAN`: plain sockets, requests prepared as bytes: as little work as can be done on the cores that the server needs. Callers who
// send the next request when the last was answered share one thread, because waking a thread for every answer would be the server's time;
// callers at random moments have a thread each. Prints a LoadReport.
using System.Diagnostics;
using System.Runtime.InteropServices;
using System.Text.Json;
using MaaS.Contracts;

namespace MaaS.Benchmarks.Serving;

internal static partial class LoadGenerator
{
    public static int Run(string text)
    {
        var plan = JsonSerializer.Deserialize<LoadPlan>(text, MaaSJson.Options)!;
        var request = File.ReadAllBytes(plan.Request);
        var (begin, end) = (plan.WarmUpSeconds, plan.WarmUpSeconds + plan.Seconds);
        var due = plan.Rate > 0 ? Moments(plan.Rate, end) : null;
        var clock = Stopwatch.StartNew();
        var (next, sent, failed) = (-1, 0L, 0L);
        var latencies = Enumerable.Range(0, due is null ? 1 : plan.Connections).Select(_ => new List<double>(1 << 16)).ToArray();

        var threads = latencies.Select(own => new Thread(() => (due is null ? Circle : (Action<List<double>>)Wait)(own)) { IsBackground = true }).ToList();
        threads.ForEach(thread => thread.Start());
        SleepUntil(clock, begin);
        var (before, from) = (ProcessTime.Of(plan.Server), clock.Elapsed);
        SleepUntil(clock, end);
        var (used, seconds) = (ProcessTime.Of(plan.Server) - before, (clock.Elapsed - from).TotalSeconds);
        threads.ForEach(thread => thread.Join());

        var all = latencies.SelectMany(own => own).Order().ToArray();
        Console.WriteLine(JsonSerializer.Serialize(new LoadReport(
            all.Length, sent, failed, seconds, used.TotalMicroseconds / Math.Max(1, all.Length), At(all, 0.5), At(all, 0.99)), MaaSJson.Options));
        return 0;

        // Whoever was answered asks again.
        void Circle(List<double> own)
        {
            var callers = Enumerable.Range(0, plan.Connections).Select(_ => new LoadCaller(Connect)).ToArray();
            var (circle, answered) = (new LoadCircle(callers), new List<double>());
            while (clock.Elapsed.TotalSeconds < end)
                foreach (var caller in circle.Ready())
                {
                    answered.Clear();
                    var lost = caller.Receive(answered);
                    Count(own, answered, lost);
                    Count(own, [], caller.Send(clock));
                }
            Array.ForEach(callers, caller => caller.Dispose());
        }

        // At the moments that are due.
        void Wait(List<double> own)
        {
            using var caller = new LoadCaller(Connect);
            var answered = new List<double>();
            while (Interlocked.Increment(ref next) is var turn && turn < due!.Length)
            {
                SleepUntil(clock, due[turn]);
                answered.Clear();
                var lost = caller.Send(clock) + caller.Receive(answered);
                Count(own, answered, lost, due[turn]);
            }
        }

        ILoadConnection Connect() => plan.Streams > 0 ? new GrpcLoadConnection(plan.Port, request, plan.Key, plan.Streams) : new HttpLoadConnection(plan.Port, request);

        void Count(List<double> own, List<double> answered, int lost, double? since = null)
        {
            var now = clock.Elapsed.TotalSeconds;
            Interlocked.Add(ref failed, lost);
            Interlocked.Add(ref sent, lost + answered.Count);
            foreach (var began in answered)
                if (began >= begin && now < end)
                    own.Add(1e6 * (now - (since ?? began)));
        }
    }

    private static double At(double[] sorted, double share) => sorted.Length == 0 ? double.NaN : sorted[(int)(share * (sorted.Length - 1))];

    /// <summary>Random moments at a mean rate: what independent callers do.</summary>
    private static double[] Moments(double rate, double seconds)
    {
        var random = new Random(1);
        var moments = new List<double>();
        for (var at = 0.0; at < seconds; at -= Math.Log(1 - random.NextDouble()) / rate)
            moments.Add(at);
        return [.. moments];
    }

    private static void SleepUntil(Stopwatch clock, double moment)
    {
        while (moment - clock.Elapsed.TotalSeconds is var left and > 0)
        {
            var time = new TimeSpec { Seconds = (long)left, Nanoseconds = (long)(left % 1 * 1e9) };
            Nanosleep(in time, 0);
        }
    }

    // Thread.Sleep knows milliseconds only.
    [LibraryImport("libc", EntryPoint = "nanosleep")]
    private static partial int Nanosleep(in TimeSpec time, nint left);
}
