using DurableMl.Inference.Registry;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;

namespace DurableMl.Inference.Serving;

/// <summary>Loads and warms up, when the process starts, the champions that its settings name and those whose serving options ask for it.</summary>
internal sealed class Preloader(ModelRegistry registry, ModelCatalog catalog, SessionCache sessions, InferenceOptions options, ILogger<Preloader> logger) : BackgroundService
{
    private const int MaxModels = 64;
    private const int Parallelism = 4;

    /// <summary>Whether it has finished, as far as it could.</summary>
    public bool IsReady { get; private set; }

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        // The host's start does not wait for models.
        await Task.Yield();
        try
        {
            string[] named = options.Preload.Split(',', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries);
            IEnumerable<string> known = (await registry.ListModelsAsync(stoppingToken)).Take(MaxModels);
            await Parallel.ForEachAsync(
                known.Union(named.Except(["*"])), new ParallelOptions { MaxDegreeOfParallelism = Parallelism, CancellationToken = stoppingToken },
                async (model, token) => await LoadAsync(model, named.Contains("*") || named.Contains(model), token));
        }
        catch (Exception e) when (!stoppingToken.IsCancellationRequested)
        {
            // Requests load what they need.
            logger.LogWarning(e, "Models could not be preloaded");
        }

        IsReady = true;
    }

    private async Task LoadAsync(string model, bool named, CancellationToken cancellationToken)
    {
        try
        {
            ModelAliases aliases = await registry.GetAliasesAsync(model, cancellationToken);
            if (aliases.Versions.TryGetValue(ModelAliases.Champion, out string? champion)
                && (named || (await registry.GetAsync(model, champion, cancellationToken)).Serving is { Preload: true }))
            {
                await catalog.GetAsync(model, cancellationToken);
                (await sessions.AcquireAsync(model, champion, cancellationToken)).Dispose();
            }
        }
        catch (Exception e) when (!cancellationToken.IsCancellationRequested)
        {
            logger.LogWarning(e, "Model {Model} could not be preloaded", model);
        }
    }
}
