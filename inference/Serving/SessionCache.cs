using DurableMl.Inference.Registry;
using DurableMl.Inference.Sessions;
using Microsoft.Extensions.Logging;

namespace DurableMl.Inference.Serving;

/// <summary>
/// Models in memory, bounded by what they are measured to take there, the least recently used leaving first. Each is loaded once however many ask for
/// it at a time, and none is disposed while a lease on it is held. A load that failed is remembered for a few seconds, so that a broken
/// model is not downloaded again for every request.
/// </summary>
internal sealed class SessionCache(
    ModelRegistry registry, ModelFileCache files, InferenceOptions options, InferenceMeter meter, RequestLog log, TimeProvider time, ILogger<SessionCache> logger) : IDisposable
{
    private const int MaxEntries = 1024;
    private static readonly TimeSpan FailureMemory = TimeSpan.FromSeconds(5);
    private static readonly TimeSpan MeasureAgain = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan MissingMemory = TimeSpan.FromSeconds(1);

    private readonly Lock gate = new();
    private readonly Dictionary<(string Model, string Version), Entry> entries = [];
    private readonly SemaphoreSlim loading = new(4, 4);
    private readonly CancellationTokenSource closing = new();
    private long bytes;

    /// <summary>Bytes that they take there.</summary>
    public long Bytes
    {
        get
        {
            lock (gate)
            {
                return bytes;
            }
        }
    }

    /// <summary>Models in memory.</summary>
    public int Count
    {
        get
        {
            lock (gate)
            {
                return entries.Values.Count(entry => entry.Loaded is not null);
            }
        }
    }

    /// <summary>The model, loaded if need be.</summary>
    /// <exception cref="ModelNotFoundException">There is no such version.</exception>
    /// <exception cref="InvalidModelException">Its files are damaged, or ONNX Runtime refuses them.</exception>
    public ValueTask<ModelLease> AcquireAsync(string model, string version, CancellationToken cancellationToken)
    {
        Entry entry;
        lock (gate)
        {
            long now = time.GetTimestamp();
            if (!entries.TryGetValue((model, version), out Entry? found) || found.HasExpired(now))
            {
                found = new Entry(model, version);
                entries[(model, version)] = found;
                found.Load = Task.Run(() => LoadAsync(found), CancellationToken.None);
                TrimEntries();
            }

            entry = found;
            entry.References++;
            entry.LastUsed = now;
            if (entry.Loaded is { } loaded)
            {
                return new(new ModelLease(this, entry, loaded));
            }
        }

        return WaitAsync(entry, cancellationToken);
    }

    /// <summary>Serves a version that is in memory by other options: loaded anew first, so that no request waits.</summary>
    public async Task ApplyAsync(string model, string version, ServingOptions options, CancellationToken cancellationToken)
    {
        Entry fresh = new(model, version);
        lock (gate)
        {
            if (entries.GetValueOrDefault((model, version))?.Loaded is not { } loaded || loaded.Manifest.Serving == options)
            {
                return;
            }
        }

        fresh.Load = LoadAsync(fresh);
        await fresh.Load.WaitAsync(cancellationToken);
        Entry? old;
        lock (gate)
        {
            entries.Remove((model, version), out old);
            entries[(model, version)] = fresh;
            fresh.LastUsed = time.GetTimestamp();
            if (old is not null)
            {
                bytes -= old.Bytes;
                old.IsRetired = true;
                old = old.References == 0 ? old : null;
            }
        }

        Dispose(old is null ? null : [old]);
    }

    internal void Release(Entry entry)
    {
        List<Entry>? evicted;
        lock (gate)
        {
            entry.References--;
            Measure(entry);
            evicted = entry is { IsRetired: true, References: 0 } ? [entry] : Evict();
        }

        Dispose(evicted);
    }

    public void Dispose()
    {
        closing.Cancel();
        List<Entry> all;
        lock (gate)
        {
            all = [.. entries.Values];
            entries.Clear();
        }

        // What is still leased lives until the process ends.
        Dispose(all.FindAll(entry => entry.References == 0));
    }

    private async ValueTask<ModelLease> WaitAsync(Entry entry, CancellationToken cancellationToken)
    {
        try
        {
            return new ModelLease(this, entry, await entry.Load.WaitAsync(cancellationToken));
        }
        catch
        {
            Release(entry);
            throw;
        }
    }

    private async Task<LoadedModel> LoadAsync(Entry entry)
    {
        long started = time.GetTimestamp();
        await loading.WaitAsync(closing.Token);
        try
        {
            ModelManifest manifest = await registry.GetAsync(entry.Model, entry.Version, closing.Token);
            string folder = await files.GetFolderAsync(manifest, closing.Token);
            long size = manifest.Files.Sum(file => file.Bytes);

            // Others make room before it is loaded: both in memory at once could be too much.
            Dispose(Resize(entry, size));
            LoadedModel loaded = await LoadedModel.OpenAsync(manifest, folder, size, new(meter, entry.Model, entry.Version), log, logger, time, closing.Token);
            size = loaded.Session.Bytes;
            loaded.Metrics.Loaded(time.GetElapsedTime(started), size);
            lock (gate)
            {
                entry.Loaded = loaded;
                entry.Measured = time.GetTimestamp();
            }

            Dispose(Resize(entry, size));

            return loaded;
        }
        catch (Exception e)
        {
            lock (gate)
            {
                bytes -= entry.Bytes;
                entry.Bytes = 0;
                entry.FailedUntil = time.GetTimestamp() + (long)((e is ModelNotFoundException ? MissingMemory : FailureMemory).TotalSeconds * time.TimestampFrequency);
            }

            if (e is not ModelNotFoundException)
            {
                logger.LogError(e, "Model {Model} version {Version} could not be loaded", entry.Model, entry.Version);
            }

            throw;
        }
        finally
        {
            loading.Release();
        }
    }

    private List<Entry>? Resize(Entry entry, long size)
    {
        lock (gate)
        {
            bytes += size - entry.Bytes;
            entry.Bytes = size;
            return Evict();
        }
    }

    // Under the gate. Larger runs than any before have made the session grow.
    private void Measure(Entry entry)
    {
        if (entry.Loaded is { } loaded && time.GetElapsedTime(entry.Measured) > MeasureAgain && entries.GetValueOrDefault((entry.Model, entry.Version)) == entry)
        {
            long change = loaded.Session.Bytes - entry.Bytes;
            entry.Measured = time.GetTimestamp();
            entry.Bytes += change;
            bytes += change;
            loaded.Metrics.Resized(change);
        }
    }

    // Under the gate.
    private List<Entry>? Evict()
    {
        List<Entry>? evicted = null;
        while (bytes > options.MaxMemoryBytes)
        {
            Entry? oldest = null;
            foreach (Entry entry in entries.Values)
            {
                if (entry is { References: 0, Loaded: not null } && (oldest is null || entry.LastUsed < oldest.LastUsed))
                {
                    oldest = entry;
                }
            }

            if (oldest is null)
            {
                break;
            }

            entries.Remove((oldest.Model, oldest.Version));
            bytes -= oldest.Bytes;
            (evicted ??= []).Add(oldest);
        }

        return evicted;
    }

    // Under the gate. Failures and loads under way have no size; their number is bounded instead.
    private void TrimEntries()
    {
        if (entries.Count <= MaxEntries)
        {
            return;
        }

        long now = time.GetTimestamp();
        foreach (Entry entry in entries.Values.Where(entry => entry.References == 0 && entry.HasExpired(now)).ToList())
        {
            entries.Remove((entry.Model, entry.Version));
        }
    }

    private static void Dispose(List<Entry>? evicted)
    {
        foreach (Entry entry in evicted ?? [])
        {
            if (entry.Loaded is { } loaded)
            {
                loaded.Metrics.Unloaded(entry.Bytes);
                loaded.Dispose();
            }
        }
    }

    internal sealed class Entry(string model, string version)
    {
        public string Model => model;

        public string Version => version;

        public Task<LoadedModel> Load { get; set; } = null!;

        public LoadedModel? Loaded { get; set; }

        public int References { get; set; }

        /// <summary>What it takes in memory, or will take while it is loaded.</summary>
        public long Bytes { get; set; }

        /// <summary>Whether another has taken its place; it goes with its last reference.</summary>
        public bool IsRetired { get; set; }

        public long LastUsed { get; set; }

        /// <summary>When its size was last measured.</summary>
        public long Measured { get; set; }

        public long FailedUntil { get; set; } = long.MaxValue;

        public bool HasExpired(long now) => now >= FailedUntil;
    }
}

/// <summary>A loaded model in use: it stays loaded until this is disposed.</summary>
internal readonly struct ModelLease(SessionCache cache, SessionCache.Entry entry, LoadedModel model) : IDisposable
{
    public LoadedModel Model => model;

    public void Dispose() => cache.Release(entry);
}
