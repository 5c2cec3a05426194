using DurableTask.Sqlite.Dispatch;
using DurableTask.Sqlite.Storage;
using Microsoft.Extensions.Logging;

namespace DurableTask.Sqlite;

/// <summary>What is done beside the work: counting the attempts of long activities, and retention.</summary>
internal sealed class Maintenance : IAsyncDisposable
{
    /// <summary>An attempt that lasts longer counts even if the process dies in it. Shorter ones are not worth a write each.</summary>
    private static readonly TimeSpan CountAttemptsAfter = TimeSpan.FromSeconds(1);

    private const int PurgeBatch = 200;

    private readonly SqliteOrchestrationServiceOptions options;
    private readonly Database database;
    private readonly Dispatcher dispatcher;
    private readonly Action<Effects> follow;
    private readonly ILogger logger;
    private readonly CancellationTokenSource stopping = new();
    private readonly Task running;

    public Maintenance(SqliteOrchestrationServiceOptions options, Database database, Dispatcher dispatcher, Action<Effects> follow, ILogger logger)
    {
        this.options = options;
        this.database = database;
        this.dispatcher = dispatcher;
        this.follow = follow;
        this.logger = logger;
        var retains = options.RetainFinishedFor is not null || options.RetainFinishedCount is not null;
        running = Task.WhenAll(
            EveryAsync(CountAttemptsAfter, CountAttemptsAsync),
            retains ? EveryAsync(options.RetentionInterval, PurgeAsync) : Task.CompletedTask);
    }

    public async ValueTask DisposeAsync()
    {
        await stopping.CancelAsync();
        await running;
        stopping.Dispose();
    }

    private async Task EveryAsync(TimeSpan interval, Func<Task> action)
    {
        using var timer = new PeriodicTimer(interval, options.TimeProvider);
        try
        {
            while (await timer.WaitForNextTickAsync(stopping.Token))
            {
                try
                {
                    await action();
                }
                catch (Exception exception) when (exception is not OperationCanceledException)
                {
                    Log.MaintenanceFailed(logger, exception);
                }
            }
        }
        catch (OperationCanceledException)
        {
            // The service stops.
        }
    }

    private async Task CountAttemptsAsync()
    {
        var uncounted = dispatcher.Activities.TakeUncounted(CountAttemptsAfter);
        if (uncounted.Count > 0)
        {
            await database.Writer.WriteAsync(tables => tables.SetAttempts(uncounted));
        }
    }

    private async Task PurgeAsync()
    {
        var count = 0;
        if (options.RetainFinishedFor is { } age)
        {
            count += await PurgeWhileAsync(queries => queries.FinishedBefore((options.TimeProvider.GetUtcNow() - age).UtcDateTime, PurgeBatch));
        }

        if (options.RetainFinishedCount is { } kept)
        {
            count += await PurgeWhileAsync(queries => queries.FinishedBeyond(kept, PurgeBatch));
        }

        if (count > 0)
        {
            await database.Writer.ShrinkAsync();
            Log.Retained(logger, count);
        }
    }

    private async Task<int> PurgeWhileAsync(Func<Queries, List<long>> find)
    {
        var count = 0;
        while (!stopping.IsCancellationRequested && database.Read(find) is { Count: > 0 } keys)
        {
            await database.Writer.WriteAsync(tables => tables.Purge(keys), follow);
            count += keys.Count;
        }

        return count;
    }
}
