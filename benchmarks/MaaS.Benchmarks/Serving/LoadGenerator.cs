// `serving-load PLAN`: a thread a connection, plain blocking sockets, requests prepared as bytes: as little work as can be done on the
// cores that the server needs. Prints a LoadReport.
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
        var latencies = new List<double>[plan.Connections];

        var threads = Enumerable.Range(0, plan.Connections).Select(number => new Thread(() => Work(latencies[number] = new(1 << 16))) { IsBackground = true }).ToList();
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

        void Work(List<double> own)
        {
            var answered = new List<double>();
            ILoadConnection? connection = null;
            for (var from = 0.0; from < end; from = clock.Elapsed.TotalSeconds)
            {
                if (due is not null)
                {
                    var turn = Interlocked.Increment(ref next);
                    if (turn >= due.Length)
                        break;
                    SleepUntil(clock, from = due[turn]);
                }
                answered.Clear();
                var lost = 0;
                try
                {
                    connection ??= plan.Streams > 0 ? new GrpcLoadConnection(plan.Port, request, plan.Key, plan.Streams) : new HttpLoadConnection(plan.Port, request);
                    lost = connection.Ask(clock, answered);
                }
                catch (Exception error) when (error is IOException or System.Net.Sockets.SocketException)
                {
                    lost = 1;
                    connection?.Dispose();
                    connection = null;
                    Thread.Sleep(1);
                }
                var now = clock.Elapsed.TotalSeconds;
                Interlocked.Add(ref failed, lost);
                Interlocked.Add(ref sent, lost + answered.Count);
                foreach (var began in answered)
                    if (began >= begin && now < end)
                        own.Add(1e6 * (now - (due is null ? began : from)));
            }
            connection?.Dispose();
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

internal interface ILoadConnection : IDisposable
{
    /// <summary>Sends what may be sent, and waits until something was answered.</summary>
    /// <param name="answered">Gets the moment, in seconds, at which each request that succeeded was sent.</param>
    /// <returns>How many did not succeed.</returns>
    int Ask(Stopwatch clock, List<double> answered);
}
