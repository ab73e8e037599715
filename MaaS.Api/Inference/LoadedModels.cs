// Versions in memory, each loaded and warmed up once however many requests ask for it. Versions are immutable, so nothing here
// ever goes out of date; what nobody has asked for in a while is unloaded and comes back when somebody does.
using System.Collections.Concurrent;
using MaaS.Inference;

namespace MaaS.Api.Inference;

internal sealed class LoadedModels(PackageCache packages, TimeProvider clock, ILogger<LoadedModels> logger) : BackgroundService
{
    private static readonly TimeSpan s_idle = TimeSpan.FromMinutes(30);
    private static readonly TimeSpan s_round = TimeSpan.FromMinutes(1);

    // Long enough that a broken package is not opened by every request, short enough to recover from a passing trouble.
    private static readonly TimeSpan s_failureKept = TimeSpan.FromSeconds(3);

    private readonly ConcurrentDictionary<Guid, Entry> _entries = new();

    private sealed class Entry(Func<Task<Model>> load)
    {
        public Lazy<Task<Model>> Model { get; } = new(load);
        public long UsedAt;
    }

    /// <exception cref="ModelLoadException">The package must not take traffic; the message says why.</exception>
    /// <exception cref="InvalidDataException">A file in the store is damaged.</exception>
    /// <exception cref="FileNotFoundException">The version, or a file of it, does not exist.</exception>
    public Task<Model> Get(Guid versionId)
    {
        var entry = _entries.GetOrAdd(versionId, id => new(() => Task.Run(() => Load(id))));
        Volatile.Write(ref entry.UsedAt, clock.GetTimestamp());
        return entry.Model.Value;
    }

    public int Count => _entries.Values.Count(entry => entry.Model is { IsValueCreated: true, Value.IsCompletedSuccessfully: true });

    /// <returns>Why the version could not be loaded a moment ago; null when it could, or nobody has tried.</returns>
    public string? Failure(Guid versionId) =>
        _entries.TryGetValue(versionId, out var entry) && entry.Model.Value is { IsFaulted: true, Exception: { } failure } ? failure.GetBaseException().Message : null;

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        using var timer = new PeriodicTimer(s_round, clock);
        while (await timer.WaitForNextTickAsync(stoppingToken))
        {
            foreach (var (id, entry) in _entries)
                if (clock.GetElapsedTime(Volatile.Read(ref entry.UsedAt)) > s_idle && _entries.TryRemove(new(id, entry)) && entry.Model.Value.IsCompletedSuccessfully)
                    (await entry.Model.Value).Dispose();
            packages.Tidy();
        }
    }

    private async Task<Model> Load(Guid id)
    {
        try
        {
            var started = clock.GetTimestamp();
            var model = MaaS.Inference.Model.Load(await packages.Folder(id));
            logger.LogInformation("Loaded version {Version} in {Milliseconds:0} ms", id, clock.GetElapsedTime(started).TotalMilliseconds);
            return model;
        }
        catch (Exception failure)
        {
            logger.LogWarning("Version {Version} could not be loaded: {Why}", id, failure.Message);
            _ = Task.Delay(s_failureKept, clock).ContinueWith(_ => _entries.TryRemove(id, out var _), TaskScheduler.Default);
            throw;
        }
    }
}
