// How one version does under a guarded revision, as far as this process has served it since, and whether that breaks the guard.
// Written by every request, so nothing here locks or allocates until it is asked for the verdict.
using System.Diagnostics;
using System.Globalization;
using MaaS.Api.Inference;
using MaaS.Contracts.Deployments;

namespace MaaS.Api.Deployments;

/// <param name="version">For the sentence: version 4 of "income".</param>
/// <param name="before">The version it is compared with; null when it is with none.</param>
internal sealed class GuardWatch(Guard guard, string version, string? before)
{
    // Eight to the octave: the figure in the sentence is at most 9 % above the true one. What is judged is counted exactly.
    private const int BucketsOfOctave = 8;

    private readonly long _most = guard.MaxP99Ms is { } most ? (long)(most * Stopwatch.Frequency / 1000) : long.MaxValue;
    private readonly long[] _buckets = new long[64 * BucketsOfOctave];
    private long _answered, _failed, _slow, _agreed, _disagreed;

    /// <param name="ticks">Of the Stopwatch, from the request's first byte to its answer.</param>
    public void Answered(long ticks)
    {
        Interlocked.Increment(ref _answered);
        if (ticks > _most)
            Interlocked.Increment(ref _slow);
        Interlocked.Increment(ref _buckets[(int)(Math.Log2(Math.Max(1, ticks)) * BucketsOfOctave)]);
    }

    /// <summary>A caller that went away, or sent what no version takes, says nothing of this one.</summary>
    public void Failed(Failure reason)
    {
        if (reason is Failure.Backend or Failure.Rejected)
            Interlocked.Increment(ref _failed);
    }

    public void Compared(bool agrees) => Interlocked.Increment(ref (agrees ? ref _agreed : ref _disagreed));

    /// <returns>Which limit is broken by how much, as a sentence; null when none is, or too little is known.</returns>
    public string? Verdict()
    {
        var (answered, failed, slow) = (Volatile.Read(ref _answered), Volatile.Read(ref _failed), Volatile.Read(ref _slow));
        var (agreed, disagreed) = (Volatile.Read(ref _agreed), Volatile.Read(ref _disagreed));
        if (answered + failed >= guard.MinRequests && guard.MaxErrorPercent is { } errors && Percent(failed, answered + failed) is var wrong && wrong > errors)
            return Sentence($"{version} left {wrong:0.##} % of {answered + failed} requests unanswered; max_error_percent is {errors:0.##}.");
        if (answered + failed >= guard.MinRequests && guard.MaxP99Ms is { } p99 && Percent(slow, answered) > 1)
            return Sentence($"{version} gave {answered} answers with a p99 of {P99(answered):0.##} ms; max_p99_ms is {p99:0.##}.");
        if (agreed + disagreed >= guard.MinRequests && guard.MaxDisagreementPercent is { } differing && Percent(disagreed, agreed + disagreed) is var other && other > differing)
            return Sentence($"{version} answered {other:0.##} % of {agreed + disagreed} compared requests otherwise than {before}; max_disagreement_percent is {differing:0.##}.");
        return null;
    }

    private double P99(long answered)
    {
        var (bucket, seen) = (0, Volatile.Read(ref _buckets[0]));
        while (seen < 0.99 * answered && bucket + 1 < _buckets.Length)
            seen += Volatile.Read(ref _buckets[++bucket]);
        return Math.Pow(2, (bucket + 1.0) / BucketsOfOctave) * 1000 / Stopwatch.Frequency;
    }

    private static double Percent(long part, long whole) => whole == 0 ? 0 : 100.0 * part / whole;

    private static string Sentence(FormattableString text) => text.ToString(CultureInfo.InvariantCulture);
}
