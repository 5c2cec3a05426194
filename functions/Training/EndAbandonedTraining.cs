using DurableMl.Orchestrations.Training;
using Microsoft.Azure.Functions.Worker;
using Microsoft.DurableTask.Client;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;

namespace DurableMl.Functions.Training;

/// <summary>Every five minutes ends training whose run is over.</summary>
/// <param name="configuration">The settings: an app without <c>Batch__AccountUrl</c> only serves models and has nothing to look after.</param>
/// <param name="services">The app's services.</param>
/// <param name="logger">The log.</param>
public sealed partial class EndAbandonedTraining(IConfiguration configuration, IServiceProvider services, ILogger<EndAbandonedTraining> logger)
{
    /// <summary>Looks and ends.</summary>
    [Function(nameof(EndAbandonedTraining))]
    public async Task RunAsync([TimerTrigger("0 */5 * * * *")] TimerInfo timer, [DurableClient] DurableTaskClient client, CancellationToken cancellationToken)
    {
        if (string.IsNullOrEmpty(configuration["Batch:AccountUrl"]))
        {
            return;
        }

        AbandonedTraining training = ActivatorUtilities.CreateInstance<AbandonedTraining>(services);
        foreach (string run in await training.EndAsync(client, cancellationToken))
        {
            LogEnded(logger, run);
        }
    }

    [LoggerMessage(LogLevel.Warning, "Run {RunId} is over but was still training; its training is ended.")]
    private static partial void LogEnded(ILogger logger, string runId);
}
