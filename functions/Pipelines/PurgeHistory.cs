using System.Globalization;
using DurableMl.Orchestrations.Runs;
using Microsoft.Azure.Functions.Worker;
using Microsoft.DurableTask.Client;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.Logging;

namespace DurableMl.Functions.Pipelines;

/// <summary>Every night purges the histories of what began longer ago than the setting <c>Runs__KeepHistoryDays</c> says (90; 0 keeps everything) and has ended.</summary>
/// <param name="purge">Purges.</param>
/// <param name="configuration">The settings.</param>
/// <param name="time">The clock.</param>
/// <param name="logger">The log.</param>
public sealed partial class PurgeHistory(HistoryPurge purge, IConfiguration configuration, TimeProvider time, ILogger<PurgeHistory> logger)
{
    private const string Setting = "Runs:KeepHistoryDays";
    private const int DefaultDays = 90;
    private const int MostDays = 3650;

    /// <summary>Purges.</summary>
    /// <exception cref="InvalidOperationException">The setting is not a number of days.</exception>
    [Function(nameof(PurgeHistory))]
    public async Task RunAsync([TimerTrigger("0 30 3 * * *")] TimerInfo timer, [DurableClient] DurableTaskClient client, CancellationToken cancellationToken)
    {
        int days = Days(configuration[Setting]);
        if (days > 0)
        {
            LogPurged(logger, await purge.PurgeAsync(client, time.GetUtcNow() - TimeSpan.FromDays(days), cancellationToken), days);
        }
    }

    internal static int Days(string? setting) => setting is not { Length: > 0 } ? DefaultDays
        : int.TryParse(setting, NumberStyles.None, CultureInfo.InvariantCulture, out int days) && days <= MostDays ? days
        : throw new InvalidOperationException($"Runs__KeepHistoryDays must be a number of days from 0 (keep everything) to {MostDays}, not '{setting}'.");

    [LoggerMessage(LogLevel.Information, "{Count} orchestrations that had ended and began more than {Days} days ago are purged.")]
    private static partial void LogPurged(ILogger logger, int count, int days);
}
