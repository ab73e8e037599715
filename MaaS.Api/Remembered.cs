// What the database says, remembered for a moment. What is a little old is answered at once and asked again behind the caller's
// back; what is older is waited for. While the database is away the last known answer stays in force, so that predictions go on.
using System.Collections.Concurrent;
using MaaS.Catalog;

namespace MaaS.Api;

/// <param name="load">Asks the database; gets what was known before, and gives null for what does not exist.</param>
/// <param name="fresh">How long an answer is given without asking again; after twice as long it is waited for, unless the database is away.</param>
/// <param name="kept">How long the last answer is used while the database is away.</param>
internal sealed class Remembered<TKey, TValue>(Func<TKey, TValue?, Task<TValue?>> load, TimeSpan fresh, TimeSpan kept, TimeProvider clock)
    where TKey : notnull
    where TValue : class
{
    // A database that hangs must not hold up what is known anyway, and one that is away is not asked by every request.
    private static readonly TimeSpan s_patience = TimeSpan.FromSeconds(2);
    private static readonly TimeSpan s_pause = TimeSpan.FromSeconds(1);
    private const int Crowded = 10_000;

    private readonly ConcurrentDictionary<TKey, Entry> _entries = new();

    private sealed class Entry
    {
        public TValue? Value;
        public long At;
        public long AwayAt;
        public Task<TValue?>? Asking;
    }

    /// <returns>Null when it does not exist.</returns>
    public ValueTask<TValue?> Find(TKey key, CancellationToken token)
    {
        if (!_entries.TryGetValue(key, out var entry))
            return new(First(key, token));
        var age = clock.GetElapsedTime(Volatile.Read(ref entry.At));
        if (age < fresh)
            return new(entry.Value);
        var asking = Ask(key, entry);
        // While the database is away nobody waits for it to be back, least of all for one that hangs.
        return age < 2 * fresh || asking is null || Volatile.Read(ref entry.AwayAt) != 0 ? new(entry.Value) : new(asking.WaitAsync(token));
    }

    /// <summary>Called where the row changes, so that the change is in force here at once.</summary>
    public void Forget(TKey key) => _entries.TryRemove(key, out _);

    private async Task<TValue?> First(TKey key, CancellationToken token)
    {
        if (_entries.Count > Crowded)
            Tidy();
        var entry = _entries.GetOrAdd(key, _ => new());
        Task<TValue?> asking;
        lock (entry)
            asking = entry.Asking ??= Load(key, entry);
        return await asking.WaitAsync(token);
    }

    /// <returns>The question that is under way; null while the database is known to be away.</returns>
    private Task<TValue?>? Ask(TKey key, Entry entry)
    {
        lock (entry)
            return entry.Asking ??= entry.AwayAt != 0 && clock.GetElapsedTime(entry.AwayAt) < s_pause ? null : Load(key, entry);
    }

    private async Task<TValue?> Load(TKey key, Entry entry)
    {
        await PoolThreads.Enter();
        var began = clock.GetTimestamp();
        try
        {
            var asked = load(key, entry.Value);
            var found = await (entry.Value is null ? asked : asked.WaitAsync(s_patience, clock));
            if (found is null)
                _entries.TryRemove(new(key, entry));
            entry.Value = found;
            Volatile.Write(ref entry.AwayAt, 0);
            Volatile.Write(ref entry.At, began);
            return found;
        }
        catch (Exception error) when (entry.Value is not null && (error is TimeoutException || Outage.Is(error)) && clock.GetElapsedTime(entry.At) < kept)
        {
            Volatile.Write(ref entry.AwayAt, clock.GetTimestamp());
            return entry.Value;
        }
        catch
        {
            _entries.TryRemove(new(key, entry));
            throw;
        }
        finally
        {
            lock (entry)
                entry.Asking = null;
        }
    }

    private void Tidy()
    {
        foreach (var (key, entry) in _entries)
            if (clock.GetElapsedTime(Volatile.Read(ref entry.At)) > kept)
                _entries.TryRemove(new(key, entry));
    }
}
