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
    private static readonly TimeSpan FailureMemory = TimeSpan.FromSeconds(5);
    private static readonly TimeSpan MissingMemory = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan MeasureAgain = TimeSpan.FromSeconds(1);

    private readonly Lock gate = new();
    private readonly Dictionary<(string Model, string Version), Entry> entries = [];
    private readonly SemaphoreSlim loading = new(4, 4);
    private readonly CancellationTokenSource closing = new();
    private long measured;
    private long bytes;

    /// <summary>Bytes that they take there, or will take where they are being loaded, as last measured.</summary>
    public long Bytes => Interlocked.Read(ref bytes);

    /// <summary>Models in memory.</summary>
    public int Count
    {
        get
        {
            lock (gate)
            {
                return entries.Values.Count(entry => entry.IsLoaded);
            }
        }
    }

    /// <summary>What the versions in memory have done: those of one model, or all.</summary>
    public IReadOnlyList<ModelStatistics> Statistics(string? model)
    {
        lock (gate)
        {
            return
            [
                .. entries.Values.Where(entry => entry.IsLoaded && (model is null || entry.Model == model)).Select(entry => entry.Load.Result.Metrics.Statistics)
                    .OrderBy(statistics => statistics.Model, StringComparer.Ordinal).ThenBy(statistics => statistics.Version.Length).ThenBy(statistics => statistics.Version, StringComparer.Ordinal),
            ];
        }
    }

    /// <summary>The model, loaded if need be.</summary>
    /// <exception cref="ModelNotFoundException">There is no such version.</exception>
    /// <exception cref="InvalidModelException">Its files are damaged, or ONNX Runtime refuses them.</exception>
    public ValueTask<ModelLease> AcquireAsync(string model, string version, CancellationToken cancellationToken)
    {
        Entry? entry;
        lock (gate)
        {
            if (!entries.TryGetValue((model, version), out entry) || entry.IsForgotten(time))
            {
                entry = entries[(model, version)] = new(model, version);
                entry.Load = Task.Run(() => LoadAsync(entry), CancellationToken.None);
            }

            entry.References++;
            entry.LastUsed = time.GetTimestamp();
        }

        return entry.Load.IsCompletedSuccessfully ? new(new ModelLease(this, entry, entry.Load.Result)) : WaitAsync(entry, cancellationToken);
    }

    /// <summary>Serves a version that is in memory by other options: loaded anew first, so that no request waits.</summary>
    public async Task ApplyAsync(string model, string version, ServingOptions changed, CancellationToken cancellationToken)
    {
        lock (gate)
        {
            if (entries.GetValueOrDefault((model, version)) is not { IsLoaded: true } entry || entry.Load.Result.Manifest.Serving == changed)
            {
                return;
            }
        }

        var fresh = new Entry(model, version) { LastUsed = time.GetTimestamp() };
        fresh.Load = LoadAsync(fresh);
        await fresh.Load.WaitAsync(cancellationToken);
        lock (gate)
        {
            Remove(entries.GetValueOrDefault((model, version)));
            entries[(model, version)] = fresh;
        }
    }

    /// <summary>Lets go of a version that does not exist any more. Who uses it at the moment may end.</summary>
    public void Forget(string model, string version)
    {
        lock (gate)
        {
            if (entries.GetValueOrDefault((model, version)) is { IsLoaded: true } entry)
            {
                Remove(entry);
            }
        }
    }

    internal void Release(Entry entry)
    {
        lock (gate)
        {
            entry.References--;
            CloseIfUnused(entry);
            if (bytes > options.MaxMemoryBytes || time.GetElapsedTime(measured) > MeasureAgain)
            {
                Trim();
            }
        }
    }

    public void Dispose()
    {
        closing.Cancel();
        lock (gate)
        {
            // What is still leased lives until its last lease ends.
            entries.Values.ToList().ForEach(Remove);
        }
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

            // Others make room before it is loaded: both in memory at once could be too much.
            long size = manifest.Files.Sum(file => file.Bytes);
            Reserve(entry, size);
            LoadedModel loaded = await LoadedModel.OpenAsync(manifest, folder, size, new(meter, entry.Model, entry.Version), log, logger, time, closing.Token);
            loaded.Metrics.Loaded(time.GetElapsedTime(started));
            Reserve(entry, loaded.Session.Bytes);
            return loaded;
        }
        catch (Exception e)
        {
            Reserve(entry, 0);
            entry.ForgottenAt = time.GetUtcNow() + (e is ModelNotFoundException ? MissingMemory : FailureMemory);
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

    private void Reserve(Entry entry, long size)
    {
        lock (gate)
        {
            Resize(entry, size);
            Trim();
        }
    }

    // Under the gate. Larger runs than any before have made sessions grow.
    private void Trim()
    {
        measured = time.GetTimestamp();
        bytes = 0;
        foreach (Entry entry in entries.Values.ToList())
        {
            Resize(entry, entry.IsLoaded ? entry.Load.Result.Session.Bytes : entry.Bytes);
            bytes += entry.Bytes;
            if (entry.References == 0 && entry.IsForgotten(time))
            {
                Remove(entry);
            }
        }

        while (bytes > options.MaxMemoryBytes && entries.Values.Where(entry => entry is { References: 0, IsLoaded: true }).MinBy(entry => entry.LastUsed) is { } oldest)
        {
            bytes -= oldest.Bytes;
            Remove(oldest);
        }
    }

    // Under the gate.
    private void Remove(Entry? entry)
    {
        if (entry is not null)
        {
            entries.Remove((entry.Model, entry.Version));
            Resize(entry, 0);
            entry.IsRemoved = true;
            CloseIfUnused(entry);
        }
    }

    private static void CloseIfUnused(Entry entry)
    {
        if (entry is { IsRemoved: true, References: 0, IsLoaded: true })
        {
            entry.Load.Result.Dispose();
        }
    }

    // Under the gate.
    private void Resize(Entry entry, long size)
    {
        meter.Memory.Add(size - entry.Bytes, new("model", entry.Model), new("version", entry.Version));
        entry.Bytes = size;
    }

    internal sealed class Entry(string model, string version)
    {
        public string Model => model;

        public string Version => version;

        public Task<LoadedModel> Load { get; set; } = null!;

        public bool IsLoaded => Load.IsCompletedSuccessfully;

        public int References { get; set; }

        /// <summary>What it takes in memory, or will take while it is loaded.</summary>
        public long Bytes { get; set; }

        /// <summary>Whether it has left; its model is disposed with its last reference.</summary>
        public bool IsRemoved { get; set; }

        public long LastUsed { get; set; }

        /// <summary>Until when a failure is remembered.</summary>
        public DateTimeOffset ForgottenAt { get; set; } = DateTimeOffset.MaxValue;

        public bool IsForgotten(TimeProvider time) => time.GetUtcNow() >= ForgottenAt;
    }
}

/// <summary>A loaded model in use: it stays loaded until this is disposed.</summary>
internal readonly struct ModelLease(SessionCache cache, SessionCache.Entry entry, LoadedModel model) : IDisposable
{
    public LoadedModel Model => model;

    public void Dispose() => cache.Release(entry);
}
