// Versions in memory, each loaded and warmed up once however many requests ask for it. Versions are immutable, so nothing here
// ever goes out of date; what nobody has asked for in a while, or what there is no room for, is unloaded and comes back when somebody asks.
// Settings: Serving:MemoryMegabytes, half of the machine's when it is not said; Serving:GpuMemoryBytes, what one model may take of the GPU's memory
// for what it computes, all of it when it is not said.
using System.Collections.Concurrent;
using System.Globalization;
using MaaS.Catalog;
using MaaS.Catalog.Deployments;
using MaaS.Contracts.Deployments;
using MaaS.Inference;

namespace MaaS.Api.Inference;

internal sealed class LoadedModels(PackageCache packages, LoadMarks marks, IConfiguration configuration, TimeProvider clock, ILogger<LoadedModels> logger) : BackgroundService
{
    private static readonly TimeSpan s_idle = TimeSpan.FromMinutes(30);
    private static readonly TimeSpan s_round = TimeSpan.FromMinutes(1);

    // Long enough that a broken package is not opened by every request, short enough to recover from a passing trouble.
    private static readonly TimeSpan s_failureKept = TimeSpan.FromSeconds(3);

    private readonly long _budget = configuration.GetValue<long?>("Serving:MemoryMegabytes") is { } megabytes
        ? megabytes << 20 : GC.GetGCMemoryInfo().TotalAvailableMemoryBytes / 2;

    private readonly long? _gpuBytes = configuration.GetValue<long?>("Serving:GpuMemoryBytes");

    private const int LoadsAtOnce = 4;

    private readonly ConcurrentDictionary<(Guid Version, bool OnGpu), Entry> _entries = new();
    private readonly ConcurrentDictionary<Guid, string> _loadedBefore = new(); // and where their files are
    private readonly SemaphoreSlim _loading = new(LoadsAtOnce), _gathering = new(1);
    private readonly Lock _room = new();

    private sealed class Entry(Func<Task<Model>> load)
    {
        public Lazy<Task<Model>> Model { get; } = new(load);
        public long UsedAt;

        /// <summary>What it takes, from the moment it is known; another that is being loaded counts too.</summary>
        public long Bytes;

        /// <summary>Null while it is not loaded.</summary>
        public Model? Loaded => Model is { IsValueCreated: true, Value: { IsCompletedSuccessfully: true } loaded } ? loaded.Result : null;
    }

    /// <exception cref="ModelLoadException">The package must not take traffic; the message says why.</exception>
    /// <exception cref="InvalidDataException">A file in the store is damaged.</exception>
    /// <exception cref="FileNotFoundException">The version, or a file of it, does not exist.</exception>
    public Task<Model> Get(Guid versionId, ExecutionProvider provider)
    {
        var entry = _entries.GetOrAdd((versionId, provider != ExecutionProvider.Cpu && Cuda.Missing is null), key => new(() => Load(key)));
        Volatile.Write(ref entry.UsedAt, clock.GetTimestamp());
        return entry.Model.Value;
    }

    public int Count => _entries.Values.Count(entry => entry.Loaded is not null);

    /// <summary>Of all that are loaded, as <see cref="Model.MemoryBytes"/> reckons.</summary>
    public long MemoryBytes => _entries.Values.Sum(entry => Volatile.Read(ref entry.Bytes));

    /// <returns>Why the version could not be loaded a moment ago; null when it could, or nobody has tried.</returns>
    public string? Failure(Guid versionId) => Failure((versionId, false)) ?? Failure((versionId, true));

    /// <summary>A failure a moment ago counts no longer.</summary>
    public void Forget(Guid versionId)
    {
        foreach (var key in new[] { (versionId, false), (versionId, true) })
            if (Failure(key) is not null)
                _entries.TryRemove(key, out _);
    }

    private string? Failure((Guid, bool) key) =>
        _entries.TryGetValue(key, out var entry) && entry.Model.Value is { IsFaulted: true, Exception: { } failure } ? failure.GetBaseException().Message : null;

    /// <summary>They come back when somebody asks for them.</summary>
    public Task Unload(IReadOnlyCollection<Guid> versions) => Unload(entry => versions.Contains(entry.Key.Version));

    /// <summary>Whoever ends this process in good order while it loads something has nothing against that version.</summary>
    public override async Task StopAsync(CancellationToken cancellationToken)
    {
        await base.StopAsync(cancellationToken);
        try
        {
            await marks.End(null, cancellationToken);
        }
        catch (Exception error) when (Outage.Is(error))
        {
            // The database went first; what was being loaded then has to be let out of quarantine by hand.
        }
    }

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        await PoolThreads.Enter();
        using var timer = new PeriodicTimer(s_round, clock);
        while (await timer.WaitForNextTickAsync(stoppingToken))
        {
            await Unload(entry => clock.GetElapsedTime(Volatile.Read(ref entry.Value.UsedAt)) > s_idle);
            packages.Tidy();
        }
    }

    private async Task<Model> Load((Guid Version, bool OnGpu) key)
    {
        await PoolThreads.Enter();
        try
        {
            var started = clock.GetTimestamp();
            var model = await LoadMarked(key.Version, key.OnGpu);
            logger.LogInformation("Loaded version {Version} for the {Device} in {Milliseconds:0} ms", key.Version, model.IsOnGpu ? "GPU" : "CPU", clock.GetElapsedTime(started).TotalMilliseconds);
            if (model.Remark is { } why)
                logger.LogWarning("Version {Version} computes on the CPU, because {Why}", key.Version, why);
            lock (_room)
            {
                if (_entries.TryGetValue(key, out var entry))
                {
                    Volatile.Write(ref entry.Bytes, model.MemoryBytes);
                    Volatile.Write(ref entry.UsedAt, clock.GetTimestamp()); // whoever waited for it is about to ask it
                }
                MakeRoom(key);
            }
            return model;
        }
        catch (Exception failure)
        {
            logger.LogWarning("Version {Version} could not be loaded: {Why}", key.Version, failure.Message);
            if (_entries.TryGetValue(key, out var failed)) // and no other that comes in its place meanwhile
                _ = Task.Delay(s_failureKept, clock).ContinueWith(_ => _entries.TryRemove(new(key, failed)), TaskScheduler.Default);
            throw;
        }
    }

    /// <summary>A model that ends this process while it is loaded is found out by the next one, and left alone.</summary>
    private async Task<Model> LoadMarked(Guid id, bool onGpu)
    {
        var (folder, isSuspect) = await Mark(id);
        var places = isSuspect ? LoadsAtOnce : 1;
        await Enter(places);
        try
        {
            var model = await LowPriority.Run(() => Model.Load(folder, new(onGpu, _gpuBytes)));
            _loadedBefore[id] = folder;
            return model;
        }
        finally
        {
            _loading.Release(places);
            // Not waited for: the first answer must not wait for a database that has just gone away.
            _ = Outage.Outlast(async () => { await marks.End(id, CancellationToken.None); return true; }, CancellationToken.None);
        }
    }

    /// <summary>While PostgreSQL is away there is no mark, and only what this process has loaded before is loaded again: it did no harm then.</summary>
    private async Task<(string Folder, bool IsSuspect)> Mark(Guid id)
    {
        try
        {
            var folder = await packages.Folder(id);
            var (crashed, isSuspect) = await marks.Begin(id, CancellationToken.None);
            return crashed is null ? (folder, isSuspect) : throw new ModelLoadException(string.Create(CultureInfo.InvariantCulture,
                $"it is in quarantine, because a server process ended while it loaded it ({crashed:yyyy-MM-dd HH:mm} UTC). An admin can lift the quarantine on the version's page."));
        }
        catch (Exception away) when (Outage.Is(away) && _loadedBefore.TryGetValue(id, out var known))
        {
            return (known, false);
        }
    }

    /// <summary>Whoever takes all places is alone; one at a time may gather them.</summary>
    private async Task Enter(int places)
    {
        await _gathering.WaitAsync();
        try
        {
            for (var place = 0; place < places; place++)
                await _loading.WaitAsync();
        }
        finally
        {
            _gathering.Release();
        }
    }

    /// <summary>Unloads what was used longest ago until a model that joins fits; one that is larger than the budget stands alone.</summary>
    private void MakeRoom((Guid Version, bool OnGpu) joining)
    {
        var gone = 0;
        foreach (var entry in _entries.Where(entry => entry.Key != joining && entry.Value.Loaded is not null).OrderBy(entry => Volatile.Read(ref entry.Value.UsedAt)).ToList())
        {
            if (MemoryBytes <= _budget)
                break;
            if (Unload(entry))
            {
                gone++;
                logger.LogInformation("Unloaded version {Version} to make room for {Joining}: the budget is {Megabytes} MB", entry.Key.Version, joining.Version, _budget >> 20);
            }
        }
        if (gone > 0)
            ReturnedMemory.Trim();
    }

    private Task<bool> Unload(Func<KeyValuePair<(Guid Version, bool OnGpu), Entry>, bool> which) => LowPriority.Run(() =>
    {
        var any = _entries.Where(which).Count(Unload) > 0;
        if (any)
            ReturnedMemory.Trim();
        return any;
    });

    /// <summary>Requests that it answers at the moment are answered first.</summary>
    private bool Unload(KeyValuePair<(Guid Version, bool OnGpu), Entry> entry)
    {
        if (entry.Value.Loaded is not { } loaded || !_entries.TryRemove(entry))
            return false;
        loaded.Dispose();
        return true;
    }
}
