using Microsoft.Extensions.Logging;

namespace Microsoft.DurableTask.Engine;

/// <content>Automatic purge of terminal instances.</content>
partial class TaskHub
{
    async Task RetainAsync()
    {
        if (options.RetainFor is null && options.RetainCount is null)
        {
            return;
        }

        using PeriodicTimer timer = new(options.RetentionInterval, time);
        try
        {
            while (await timer.WaitForNextTickAsync(stopped))
            {
                try
                {
                    await ApplyRetentionAsync();
                }
                catch (Microsoft.Data.Sqlite.SqliteException exception)
                {
                    logger.LogWarning(exception, "Old instances could not be purged; tried again later.");
                }
            }
        }
        catch (OperationCanceledException) when (stopped.IsCancellationRequested)
        {
            // The hub stops.
        }
    }
}
