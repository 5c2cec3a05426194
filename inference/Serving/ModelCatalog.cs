using System.Collections.Concurrent;
using Azure;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;

namespace DurableMl.Inference.Serving;

/// <summary>
/// Aliases and traffic rules of the models in use, read again every second. A version that an alias newly names is loaded and warmed up
/// first and served afterwards; if that fails, the one before goes on serving.
/// </summary>
internal sealed class ModelCatalog(ModelRegistry registry, SessionCache sessions, InferenceOptions options, TimeProvider time, ILogger<ModelCatalog> logger) : BackgroundService
{
    private static readonly TimeSpan Idle = TimeSpan.FromMinutes(10);

    private readonly ConcurrentDictionary<string, Watched> models = new();

    /// <summary>What is served of a model, read if need be.</summary>
    /// <exception cref="InvalidModelNameException">The name is not allowed.</exception>
    public ValueTask<ModelState> GetAsync(string model, CancellationToken cancellationToken)
    {
        long now = time.GetTimestamp();
        if (models.TryGetValue(model, out Watched? watched) && watched.State is { } state)
        {
            watched.LastUsed = now;
            return new(state);
        }

        return new(ReadAsync(model, now, cancellationToken));
    }

    /// <summary>Reads a model's aliases and rules at once, so that this process's own change is in force when its caller is answered.</summary>
    public Task RefreshAsync(string model, CancellationToken cancellationToken) => ReadAsync(model, time.GetTimestamp(), cancellationToken);

    /// <summary>Looks after a model that is in memory although no alias was asked for: a version that is deleted or served otherwise from now on.</summary>
    public void Watch(string model)
    {
        long now = time.GetTimestamp();
        models.GetOrAdd(model, static (_, now) => new Watched { LastUsed = now }, now).LastUsed = now;
    }

    /// <summary>A version in memory that a model's rules lead to.</summary>
    public async ValueTask<ModelLease> AcquireAsync(ModelState state, ModelTarget target, CancellationToken cancellationToken)
    {
        ModelState owner = target.Model is null || target.Model == state.Model ? state : await GetAsync(target.Model, cancellationToken);
        return await sessions.AcquireAsync(owner.Model, owner.Resolve(target.Version), cancellationToken);
    }

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        using var timer = new PeriodicTimer(TimeSpan.FromSeconds(options.RefreshSeconds), time);
        while (await timer.WaitForNextTickAsync(stoppingToken))
        {
            foreach ((string model, Watched watched) in models)
            {
                if (time.GetElapsedTime(watched.LastUsed) > Idle)
                {
                    models.TryRemove(model, out _);
                }
                else if (watched.Reading.CurrentCount > 0)
                {
                    // Not awaited: a slow load of one model does not hold up the others.
                    _ = ReadAsync(model, time.GetTimestamp(), stoppingToken);
                }
            }
        }
    }

    private async Task<ModelState> ReadAsync(string model, long since, CancellationToken cancellationToken)
    {
        Watched watched = models.GetOrAdd(ModelNames.Model(model), static (_, now) => new Watched { LastUsed = now }, since);
        await watched.Reading.WaitAsync(cancellationToken);
        try
        {
            if (watched.State is not null && watched.ReadAt > since)
            {
                return watched.State;
            }

            long started = time.GetTimestamp();
            ModelState state = await ReadAsync(model, watched.State, cancellationToken);
            watched.ReadAt = started;

            // What does not exist is looked for again with every request.
            watched.State = state.Exists ? state : null;
            if (!state.Exists)
            {
                models.TryRemove(model, out _);
            }

            return state;
        }
        catch (Exception e) when (watched.State is { } served && e is not OperationCanceledException)
        {
            // Storage is out of reach or a file is damaged: what is served goes on.
            logger.LogWarning(e, "Aliases and traffic of model {Model} could not be read", model);
            return watched.State = served with { Problem = e.Message };
        }
        finally
        {
            watched.Reading.Release();
        }
    }

    private async Task<ModelState> ReadAsync(string model, ModelState? current, CancellationToken cancellationToken)
    {
        ModelAliases aliases = await registry.GetAliasesAsync(model, cancellationToken);
        (TrafficRules? rules, ETag rulesETag) = await registry.GetTrafficAsync(model, cancellationToken);
        IReadOnlyDictionary<string, VersionChange> changes = await registry.ChangesAsync(model, cancellationToken);
        if (rules?.Problems().FirstOrDefault() is { } problem)
        {
            throw new InvalidDataException($"traffic.json {problem.Path} {problem.Reason}");
        }

        foreach ((string version, VersionChange change) in changes)
        {
            if (change.IsDeleted)
            {
                sessions.Forget(model, version);
            }
            else if (change.Serving is { } changed)
            {
                await sessions.ApplyAsync(model, version, changed, cancellationToken);
            }
        }

        // A plan counts what it has dealt: it stays as long as its rules do.
        TrafficPlan plan = current is not null && current.TrafficETag == rulesETag ? current.Traffic : new(model, rules ?? TrafficRules.Default);
        (Dictionary<string, string> served, string? unserved) = await PrepareAsync(model, aliases, current, plan, cancellationToken);
        return new(model, aliases.ETag != default || rules is not null, served, plan, rulesETag, unserved);
    }

    // Loads what the served aliases newly name; an alias whose version cannot be loaded keeps its former version.
    private async Task<(Dictionary<string, string> Served, string? Problem)> PrepareAsync(
        string model, ModelAliases wanted, ModelState? current, TrafficPlan plan, CancellationToken cancellationToken)
    {
        var served = new Dictionary<string, string>();
        string? problem = null;
        foreach ((string alias, string version) in wanted.Versions)
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

        return (served, problem);
    }

    private sealed class Watched
    {
        /// <summary>One look at a time.</summary>
        public SemaphoreSlim Reading { get; } = new(1, 1);

        public volatile ModelState? State;

        public long ReadAt { get; set; }

        public long LastUsed { get; set; }
    }
}

/// <summary>What this process serves of a model at one moment.</summary>
/// <param name="Model">The model.</param>
/// <param name="Exists">Whether it has aliases or traffic rules at all.</param>
/// <param name="Aliases">The version that each alias leads to here: the registry's, or the one before while the registry's cannot be loaded.</param>
/// <param name="Traffic">The rules in force.</param>
/// <param name="TrafficETag">The rules as read.</param>
/// <param name="Problem">Why the registry's aliases or rules are not in force; null when they are.</param>
internal sealed record ModelState(
    string Model, bool Exists, IReadOnlyDictionary<string, string> Aliases, TrafficPlan Traffic, ETag TrafficETag, string? Problem)
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
