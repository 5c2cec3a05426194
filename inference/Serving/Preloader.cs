using DurableMl.Inference.Registry;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;

namespace DurableMl.Inference.Serving;

/// <summary>Loads and warms up models when the process starts.</summary>
internal sealed class Preloader(ModelRegistry registry, ModelCatalog catalog, SessionCache sessions, InferenceOptions options, ILogger<Preloader> logger) : BackgroundService
{
    private const int MaxModels = 64;

    /// <summary>Whether it has finished, as far as it could.</summary>
    public bool IsReady { get; private set; }

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        // The host's start does not wait for models.
        await Task.Yield();
        try
        {
            IEnumerable<string> models = options.Preload.Trim() switch
            {
                "" => [],
                "*" => (await registry.ListModelsAsync(stoppingToken)).Take(MaxModels),
                var list => list.Split(',', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries),
            };
            foreach (string model in models)
            {
                await LoadAsync(model, stoppingToken);
            }
        }
        catch (Exception e) when (!stoppingToken.IsCancellationRequested)
        {
            // Requests load what they need.
            logger.LogWarning(e, "Models could not be preloaded");
        }

        IsReady = true;
    }

    private async Task LoadAsync(string model, CancellationToken cancellationToken)
    {
        try
        {
            ModelState state = await catalog.GetAsync(model, cancellationToken);
            if (state.Aliases.TryGetValue(ModelAliases.Champion, out string? champion))
            {
                (await sessions.AcquireAsync(model, champion, cancellationToken)).Dispose();
            }
        }
        catch (Exception e) when (!cancellationToken.IsCancellationRequested)
        {
            logger.LogWarning(e, "Model {Model} could not be preloaded", model);
        }
    }
}
