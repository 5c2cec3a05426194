using System.Collections.Concurrent;
using System.Collections.Frozen;
using Azure.Storage.Blobs.Models;
using Azure.Storage.Blobs;
using Azure;
using DurableMl.Inference.Json;
using DurableMl.Inference.Registry;
using DurableMl.Inference.Routing;
using DurableMl.Inference.Sessions;
using Microsoft.Extensions.Logging;

namespace DurableMl.Inference.Serving;

/// <summary>
/// Aliases and traffic rules of the models in use, read again every second under their ETags. A version that an alias newly names is
/// loaded and warmed up first and served afterwards; if that fails, the one before goes on serving.
/// </summary>
internal sealed class ModelCatalog(ModelRegistry registry, SessionCache sessions, InferenceOptions options, TimeProvider time, ILogger<ModelCatalog> logger) : IAsyncDisposable
{
    private const int MaxModels = 10_000;
    private static readonly TimeSpan Idle = TimeSpan.FromMinutes(10);

    private readonly ConcurrentDictionary<string, Watched> models = new();
    private readonly SemaphoreSlim reading = new(16, 16);
    private readonly CancellationTokenSource closing = new();
    private readonly Lock starting = new();
    private Task? watching;

    /// <summary>What is served of a model, read if need be.</summary>
    /// <exception cref="InvalidModelNameException">The name is not allowed.</exception>
    public ValueTask<ModelState> GetAsync(string model, CancellationToken cancellationToken)
    {
        long now = time.GetTimestamp();
        if (models.TryGetValue(model, out Watched? watched))
        {
            watched.LastUsed = now;
            if (watched.State is { Exists: true } state)
            {
                return new(state);
            }
        }

        return new(ReadAsync(ModelNames.Model(model), now, cancellationToken));
    }

    /// <summary>Reads a model's aliases and rules at once, so that this process's own change is in force when its caller is answered.</summary>
    public async Task RefreshAsync(string model, CancellationToken cancellationToken)
    {
        Watched watched = Watch(model, time.GetTimestamp());
        await RefreshAsync(watched, wait: true, cancellationToken);
    }

    public async ValueTask DisposeAsync()
    {
        await closing.CancelAsync();
        if (watching is not null)
        {
            await watching.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }
    }

    private async Task<ModelState> ReadAsync(string model, long now, CancellationToken cancellationToken)
    {
        Watched watched = Watch(model, now);
        Task<ModelState> first;
        lock (watched.Gate)
        {
            // What this process has published since is there at once, what another has a moment later.
            bool due = now >= watched.ReadAgain || watched.AliasChanges != registry.AliasChanges;
            bool missing = watched.FirstRead is { IsCompletedSuccessfully: true, Result.Exists: false } && due;
            if (watched.FirstRead is null || watched.FirstRead.IsFaulted || missing)
            {
                watched.AliasChanges = registry.AliasChanges;
                watched.ReadAgain = now + (long)(options.RefreshSeconds * time.TimestampFrequency);
                watched.FirstRead = Task.Run(
                    async () =>
                    {
                        await RefreshAsync(watched, wait: true, closing.Token);
                        return watched.State!;
                    },
                    CancellationToken.None);
            }

            first = watched.FirstRead;
        }

        ModelState state = await first.WaitAsync(cancellationToken);
        return watched.State ?? state;
    }

    private Watched Watch(string model, long now)
    {
        if (models.Count > MaxModels)
        {
            // Only names that were asked for and do not exist can be this many.
            foreach ((string name, Watched old) in models)
            {
                if (old.State is not { Exists: true })
                {
                    models.TryRemove(name, out _);
                }
            }
        }

        StartWatching();
        Watched watched = models.GetOrAdd(model, static name => new Watched(name));
        watched.LastUsed = now;
        return watched;
    }

    private void StartWatching()
    {
        if (watching is null)
        {
            lock (starting)
            {
                watching ??= Task.Run(WatchAsync);
            }
        }
    }

    private async Task WatchAsync()
    {
        using var timer = new PeriodicTimer(TimeSpan.FromSeconds(options.RefreshSeconds), time);
        while (await timer.WaitForNextTickAsync(closing.Token))
        {
            foreach ((string name, Watched watched) in models)
            {
                if (time.GetElapsedTime(watched.LastUsed) > Idle)
                {
                    models.TryRemove(name, out _);
                }
                else if (watched.State is { Exists: true })
                {
                    // Not awaited: a slow load of one model does not hold up the others.
                    _ = RefreshAsync(watched, wait: false, closing.Token);
                }
            }
        }
    }

    private async Task RefreshAsync(Watched watched, bool wait, CancellationToken cancellationToken)
    {
        if (!await watched.Refreshing.WaitAsync(wait ? Timeout.InfiniteTimeSpan : TimeSpan.Zero, cancellationToken))
        {
            return;
        }

        try
        {
            await RefreshAsync(watched, cancellationToken);
        }
        catch (Exception e) when (watched.State is not null && e is not OperationCanceledException)
        {
            // Storage is out of reach or a file is damaged: what is served goes on.
            logger.LogWarning(e, "Aliases and traffic of model {Model} could not be read", watched.Model);
            watched.State = watched.State with { Problem = e.Message };
        }
        finally
        {
            watched.Refreshing.Release();
        }
    }

    private async Task RefreshAsync(Watched watched, CancellationToken cancellationToken)
    {
        ModelState? current = watched.State;
        string? settledProblem = current?.Problem;
        Task<(Dictionary<string, string>? Value, ETag ETag, bool Changed)> readingAliases =
            ReadAsync<Dictionary<string, string>>(ModelBlobs.Aliases(watched.Model), current?.AliasesETag ?? default, cancellationToken);
        (TrafficRules? rules, ETag trafficETag, bool trafficChanged) =
            await ReadAsync<TrafficRules>(ModelBlobs.Traffic(watched.Model), current?.TrafficETag ?? default, cancellationToken);
        (Dictionary<string, string>? aliases, ETag aliasesETag, bool aliasesChanged) = await readingAliases;
        (Dictionary<string, ServingOptions>? serving, ETag servingETag, bool servingChanged) =
            await ReadAsync<Dictionary<string, ServingOptions>>(ModelBlobs.Serving(watched.Model), watched.ServingETag, cancellationToken);
        watched.ServingETag = servingETag;
        foreach ((string version, ServingOptions options) in servingChanged ? serving ?? [] : [])
        {
            await sessions.ApplyAsync(watched.Model, version, options, cancellationToken);
        }

        if (current is { Problem: null } && !aliasesChanged && !trafficChanged)
        {
            return;
        }

        TrafficPlan plan = current?.Traffic ?? new TrafficPlan(watched.Model, TrafficRules.Default);
        string? problem = null;
        if (trafficChanged)
        {
            TrafficRules wanted = rules ?? TrafficRules.Default;
            problem = wanted.Problems().Select(p => $"traffic.json {p.Path} {p.Reason}").FirstOrDefault();
            plan = problem is null ? new TrafficPlan(watched.Model, wanted) : plan;
        }

        IReadOnlyDictionary<string, string> wantedAliases = aliasesChanged ? aliases ?? [] : watched.Wanted;
        watched.Wanted = wantedAliases;
        (FrozenDictionary<string, string> served, string? aliasProblem) = await PrepareAsync(watched.Model, wantedAliases, current, plan, cancellationToken);
        if (problem is null && !trafficChanged && settledProblem?.StartsWith("traffic.json", StringComparison.Ordinal) == true)
        {
            problem = settledProblem;
        }

        watched.State = new(
            watched.Model, aliases is not null || rules is not null || aliasesETag != default || trafficETag != default,
            served, plan, aliasesETag, trafficETag, problem ?? aliasProblem);
    }

    // Loads what the served aliases newly name; an alias whose version cannot be loaded keeps its former version.
    private async Task<(FrozenDictionary<string, string> Served, string? Problem)> PrepareAsync(
        string model, IReadOnlyDictionary<string, string> wanted, ModelState? current, TrafficPlan plan, CancellationToken cancellationToken)
    {
        var served = new Dictionary<string, string>();
        string? problem = null;
        foreach ((string alias, string version) in wanted)
        {
            string? before = current?.Aliases.GetValueOrDefault(alias);
            served[alias] = version;
            if (before is null || before == version || !(alias == ModelAliases.Champion || plan.Uses(alias)))
            {
                continue;
            }

            try
            {
                (await sessions.AcquireAsync(model, version, cancellationToken)).Dispose();
            }
            catch (Exception e) when (e is InvalidModelException or ModelNotFoundException or RequestFailedException or IOException or InvalidDataException)
            {
                logger.LogError(e, "Alias {Alias} of model {Model} stays at version {Before}: version {Version} cannot be loaded", alias, model, before, version);
                served[alias] = before;
                problem = $"Alias '{alias}' stays at version {before}: {e.Message}";
            }
        }

        return (served.ToFrozenDictionary(), problem);
    }

    private async Task<(T? Value, ETag ETag, bool Changed)> ReadAsync<T>(string name, ETag known, CancellationToken cancellationToken)
        where T : class
    {
        await reading.WaitAsync(cancellationToken);
        try
        {
            BlobClient blob = registry.Container.GetBlobClient(name);
            var unchanged = new BlobDownloadOptions { Conditions = known == default ? null : new() { IfNoneMatch = known } };
            Response<BlobDownloadResult> response = await blob.DownloadContentAsync(unchanged, cancellationToken);
            if (response.GetRawResponse().Status == 304)
            {
                return (null, known, false);
            }

            // A misspelt member would mean something else than its writer meant, and nobody would be told.
            T value = StrictJson.Read<T>(response.Value.Content.ToMemory(), RegistryJson.Options, out IReadOnlyList<JsonProblem> problems)
                ?? throw new InvalidDataException($"'{name}' is not as expected: {problems[0].Path} {problems[0].Reason}.");
            return (value, response.Value.Details.ETag, true);
        }
        catch (RequestFailedException e) when (e.Status == 304)
        {
            return (null, known, false);
        }
        catch (RequestFailedException e) when (e.Status == 404)
        {
            return (null, default, known != default);
        }
        finally
        {
            reading.Release();
        }
    }

    private sealed class Watched(string model)
    {
        public string Model => model;

        public Lock Gate { get; } = new();

        public SemaphoreSlim Refreshing { get; } = new(1, 1);

        public Task<ModelState>? FirstRead { get; set; }

        public volatile ModelState? State;

        public IReadOnlyDictionary<string, string> Wanted { get; set; } = new Dictionary<string, string>();

        public ETag ServingETag { get; set; }

        public long ReadAgain { get; set; }

        /// <summary>How many the registry had seen when the model was read first.</summary>
        public long AliasChanges { get; set; }

        public long LastUsed { get; set; }
    }
}

/// <summary>What this process serves of a model at one moment.</summary>
/// <param name="Model">The model.</param>
/// <param name="Exists">Whether it has aliases or traffic rules at all.</param>
/// <param name="Aliases">The version that each alias leads to here: the registry's, or the one before while the registry's cannot be loaded.</param>
/// <param name="Traffic">The rules in force.</param>
/// <param name="AliasesETag">The aliases as read.</param>
/// <param name="TrafficETag">The rules as read.</param>
/// <param name="Problem">Why the registry's aliases or rules are not in force; null when they are.</param>
internal sealed record ModelState(
    string Model, bool Exists, FrozenDictionary<string, string> Aliases, TrafficPlan Traffic, ETag AliasesETag, ETag TrafficETag, string? Problem)
{
    /// <summary>The version that <paramref name="versionOrAlias"/> means.</summary>
    /// <exception cref="ModelNotFoundException">There is no such alias.</exception>
    public string Resolve(string versionOrAlias)
    {
        if (ModelNames.IsVersion(versionOrAlias))
        {
            return versionOrAlias;
        }

        ModelNames.Alias(versionOrAlias);
        return Aliases.TryGetValue(versionOrAlias, out string? version)
            ? version
            : throw (Exists ? ModelNotFoundException.Alias(Model, versionOrAlias) : ModelNotFoundException.Model(Model));
    }
}
