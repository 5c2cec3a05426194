using Azure;
using Azure.Storage.Queues;
using Azure.Storage.Queues.Models;
using DurableMl.Local.Functions.Invocation;
using DurableMl.Local.Functions.Storage;
using Microsoft.Extensions.Hosting;

namespace DurableMl.Local.Functions.Queues;

/// <summary>Takes messages from the queues that triggers name, and runs their functions.</summary>
internal sealed partial class QueueTriggerListener(
    FunctionCatalog catalog,
    StorageConnections storage,
    FunctionInvoker invoker,
    HostSettings settings,
    TimeProvider time,
    ILoggerFactory loggers
) : BackgroundService
{
    /// <summary>While a function runs, its message is hidden this long; the hiding is renewed at half time.</summary>
    private static readonly TimeSpan Hidden = TimeSpan.FromMinutes(10);

    private static readonly TimeSpan ShortestPause = TimeSpan.FromMilliseconds(100);

    private readonly ILogger logger = loggers.CreateLogger<QueueTriggerListener>();
    private QueueMessageProcessor[] processors = [];
    private QueueTriggerOptions options = null!;

    public override Task StartAsync(CancellationToken cancellationToken)
    {
        options = QueueTriggerOptions.From(settings);
        processors = [.. catalog.With<QueueTriggerAttribute>().Select(t => Processor(t.Function, t.Trigger))];
        return base.StartAsync(cancellationToken);
    }

    protected override Task ExecuteAsync(CancellationToken stoppingToken) =>
        Task.WhenAll(processors.Select(p => ListenAsync(p, stoppingToken)));

    private QueueMessageProcessor Processor(DiscoveredFunction function, QueueTriggerAttribute trigger)
    {
        string name = SettingText.Resolve(trigger.QueueName, settings.Configuration).ToLowerInvariant();
        QueueServiceClient service = storage.PlainQueues(trigger.Connection);
        return new QueueMessageProcessor(
            function,
            invoker,
            service.GetQueueClient(name),
            service.GetQueueClient($"{name}-poison"),
            options,
            Hidden,
            time,
            loggers
        );
    }

    private async Task ListenAsync(QueueMessageProcessor processor, CancellationToken stopping)
    {
        HashSet<Task> running = [];
        TimeSpan pause = ShortestPause;
        while (!stopping.IsCancellationRequested)
        {
            running.RemoveWhere(t => t.IsCompleted);
            if (running.Count > options.NewBatchThreshold)
            {
                await Task.WhenAny(running).WaitAsync(stopping);
                continue;
            }

            QueueMessage[] messages = await ReceiveAsync(processor.Queue, stopping);
            foreach (QueueMessage message in messages)
            {
                running.Add(Task.Run(() => processor.ProcessAsync(message, stopping), CancellationToken.None));
            }

            // An idle queue is looked at less and less often.
            pause = messages.Length > 0 ? ShortestPause : TimeSpan.FromTicks(Math.Min(pause.Ticks * 2, options.MaxPollingInterval.Ticks));
            if (messages.Length == 0)
            {
                await Task.Delay(pause, time, stopping);
            }
        }
    }

    private async Task<QueueMessage[]> ReceiveAsync(QueueClient queue, CancellationToken stopping)
    {
        try
        {
            return await queue.ReceiveMessagesAsync(options.BatchSize, Hidden, stopping);
        }
        catch (RequestFailedException e) when (e.Status == 404)
        {
            // The queue is not there yet.
            return [];
        }
        catch (Exception e) when (e is not OperationCanceledException)
        {
            LogReceiveFailed(logger, queue.Name, e.Message);
            return [];
        }
    }

    [LoggerMessage(1, LogLevel.Warning, "Queue '{Queue}' could not be read: {Reason}")]
    private static partial void LogReceiveFailed(ILogger logger, string queue, string reason);
}
