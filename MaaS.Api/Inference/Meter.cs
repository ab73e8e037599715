// What one key, or one team, has asked of deployments, and whether it may ask for more. Where nothing is limited, a request costs two additions.
using System.Diagnostics;
using MaaS.Contracts.Teams;

namespace MaaS.Api.Inference;

/// <param name="whose">For sentences: "the key ci", "the team".</param>
internal sealed class Meter(string whose)
{
    private readonly Lock _gate = new();
    private long _counted, _stored, _inFlight;
    private double _tokens = double.PositiveInfinity; // the bucket is full at first
    private long _filledAt;

    /// <summary>As they were last read.</summary>
    public UsageLimits Limits { get; set; } = new();

    /// <exception cref="ServingError">It has asked for all it may, for now; nothing is counted then.</exception>
    public void Enter()
    {
        var limits = Limits;
        if (limits.RequestsPerDay is { } day && Volatile.Read(ref _stored) + Volatile.Read(ref _counted) >= day)
            throw Refused($"may make {day:N0} requests a day, and has; the next day begins at 00:00 UTC.", "daily_quota_used", DateTime.UtcNow.Date.AddDays(1) - DateTime.UtcNow);
        if (limits.RequestsPerSecond is { } rate && Take(rate) is { } wait)
            throw Refused($"may make {rate:0.##} requests a second; try again in {Math.Max(0.01, wait.TotalSeconds):0.##} s.", "rate_limited", wait);
        if (Interlocked.Increment(ref _inFlight) > limits.Concurrent)
        {
            Interlocked.Decrement(ref _inFlight);
            throw Refused($"may have {limits.Concurrent} requests answered at once; try again when one is done.", "too_many_at_once", TimeSpan.FromSeconds(1));
        }
        Interlocked.Increment(ref _counted);
    }

    public void Leave() => Interlocked.Decrement(ref _inFlight);

    /// <summary>What was counted since the last time.</summary>
    public long Collect() => Interlocked.Exchange(ref _counted, 0);

    /// <summary>It could not be stored; it counts again.</summary>
    public void PutBack(long counted) => Interlocked.Add(ref _counted, counted);

    /// <summary>What all processes together have counted on this day.</summary>
    public void Stored(long requests) => Volatile.Write(ref _stored, requests);

    /// <summary>A bucket of one second's requests that fills at their rate.</summary>
    /// <returns>How long until there is one; null when one was taken.</returns>
    private TimeSpan? Take(double rate)
    {
        lock (_gate)
        {
            var now = Stopwatch.GetTimestamp();
            _tokens = Math.Min(Math.Max(1, rate), _tokens + rate * Stopwatch.GetElapsedTime(_filledAt, now).TotalSeconds);
            _filledAt = now;
            if (_tokens < 1)
                return TimeSpan.FromSeconds((1 - _tokens) / rate);
            _tokens--;
            return null;
        }
    }

    private ServingError Refused(FormattableString sentence, string code, TimeSpan wait) =>
        new(ServingStatus.TooMany, $"{whose} {FormattableString.Invariant(sentence)}", wait, Failure.Rejected, code);
}

/// <summary>Both meters of a caller: its key's, or of the team's people together, and the whole team's.</summary>
internal sealed record Usage(Meter Own, Meter Team)
{
    /// <returns>To be disposed when the request is answered.</returns>
    /// <exception cref="ServingError">A limit is reached.</exception>
    public Stay Enter()
    {
        Own.Enter();
        try
        {
            Team.Enter();
        }
        catch
        {
            Own.Leave();
            Own.PutBack(-1);
            throw;
        }
        return new(this);
    }

    /// <summary>A request that is being answered.</summary>
    public readonly struct Stay(Usage? usage) : IDisposable
    {
        public void Dispose()
        {
            usage?.Own.Leave();
            usage?.Team.Leave();
        }
    }
}
