using System.Text.Json;
using Azure;
using Azure.Storage.Queues;
using Azure.Storage.Queues.Models;
using DurableMl.Local.Functions.Invocation;

namespace DurableMl.Local.Functions.Queues;

/// <summary>Runs a function for a message, keeps the message hidden meanwhile, and deletes it, gives it back or puts it aside.</summary>
internal sealed partial class QueueMessageProcessor(
    DiscoveredFunction function,
    FunctionInvoker invoker,
    QueueClient queue,
    QueueClient poison,
    QueueTriggerOptions options,
    TimeSpan hidden,
    TimeProvider time,
    ILoggerFactory loggers
)
{
    private readonly ILogger logger = loggers.CreateLogger<QueueMessageProcessor>();

    public QueueClient Queue => queue;

    public async Task ProcessAsync(QueueMessage message, CancellationToken stopping)
    {
        try
        {
            if (message.DequeueCount > options.MaxDequeueCount || Decode(message) is not { } decoded)
            {
                await PutAsideAsync(message, message.PopReceipt);
                return;
            }

            (bool succeeded, string receipt) = await InvokeAsync(decoded, stopping);
            if (succeeded)
            {
                await queue.DeleteMessageAsync(message.MessageId, receipt, CancellationToken.None);
            }
            else if (message.DequeueCount >= options.MaxDequeueCount)
            {
                await PutAsideAsync(message, receipt);
            }
            else
            {
                await queue.UpdateMessageAsync(
                    message.MessageId,
                    receipt,
                    visibilityTimeout: options.VisibilityTimeout,
                    cancellationToken: CancellationToken.None
                );
            }
        }
        catch (Exception e)
        {
            // The message shows up again by itself when its hiding ends.
            LogFailed(logger, queue.Name, message.MessageId, e.Message);
        }
    }

    internal static Dictionary<string, object?> BindingData(QueueMessage message)
    {
        Dictionary<string, object?> data = new(StringComparer.OrdinalIgnoreCase)
        {
            ["QueueTrigger"] = message.Body.ToString(),
            ["DequeueCount"] = message.DequeueCount,
            ["ExpirationTime"] = message.ExpiresOn,
            ["Id"] = message.MessageId,
            ["InsertionTime"] = message.InsertedOn,
            ["NextVisibleTime"] = message.NextVisibleOn,
            ["PopReceipt"] = message.PopReceipt,
        };
        try
        {
            using JsonDocument json = JsonDocument.Parse(message.Body);
            if (json.RootElement.ValueKind == JsonValueKind.Object)
            {
                data.With(
                    json.RootElement.EnumerateObject()
                        .Select(p =>
                            KeyValuePair.Create(
                                p.Name,
                                (object?)(p.Value.ValueKind == JsonValueKind.String ? p.Value.GetString() : p.Value.GetRawText())
                            )
                        )
                );
            }
        }
        catch (JsonException)
        {
            // Only a message that is JSON has properties to bind to.
        }

        return data;
    }

    private async Task<(bool Succeeded, string PopReceipt)> InvokeAsync(QueueMessage message, CancellationToken stopping)
    {
        using CancellationTokenSource done = new();
        Task<string> renewal = RenewAsync(message, done.Token);
        bool succeeded = true;
        try
        {
            await invoker.InvokeAsync(
                function,
                new TriggerEvent { Value = message, BindingData = BindingData(message) },
                complete: null,
                CancellationToken.None
            );
        }
        catch (Exception)
        {
            // The invoker has logged it.
            succeeded = false;
        }

        await done.CancelAsync();
        return (succeeded, await renewal);
    }

    /// <summary>Renews the hiding until told to stop; gives the receipt that is valid then.</summary>
    private async Task<string> RenewAsync(QueueMessage message, CancellationToken done)
    {
        string receipt = message.PopReceipt;
        while (true)
        {
            await Task.Delay(hidden / 2, time, done).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            if (done.IsCancellationRequested)
            {
                return receipt;
            }

            try
            {
                UpdateReceipt renewed = await queue.UpdateMessageAsync(
                    message.MessageId,
                    receipt,
                    visibilityTimeout: hidden,
                    cancellationToken: CancellationToken.None
                );
                receipt = renewed.PopReceipt;
            }
            catch (RequestFailedException e)
            {
                LogFailed(logger, queue.Name, message.MessageId, e.Message);
            }
        }
    }

    /// <summary>The message as its sender wrote it; null where it is not Base64 and should be.</summary>
    private QueueMessage? Decode(QueueMessage message)
    {
        BinaryData body = message.Body;
        if (options.Base64)
        {
            try
            {
                body = BinaryData.FromBytes(Convert.FromBase64String(message.Body.ToString()));
            }
            catch (FormatException)
            {
                return null;
            }
        }

        return QueuesModelFactory.QueueMessage(
            message.MessageId,
            message.PopReceipt,
            body,
            message.DequeueCount,
            message.NextVisibleOn,
            message.InsertedOn,
            message.ExpiresOn
        );
    }

    private async Task PutAsideAsync(QueueMessage message, string receipt)
    {
        LogPoison(logger, message.MessageId, queue.Name, message.DequeueCount, poison.Name);
        await poison.CreateIfNotExistsAsync();
        await poison.SendMessageAsync(message.Body);
        await queue.DeleteMessageAsync(message.MessageId, receipt);
    }

    [LoggerMessage(1, LogLevel.Warning, "Queue '{Queue}', message {MessageId}: {Reason}")]
    private static partial void LogFailed(ILogger logger, string queue, string messageId, string reason);

    [LoggerMessage(
        2,
        LogLevel.Error,
        "Message {MessageId} of queue '{Queue}' was taken {Count} times without success. It goes to the queue '{Poison}'."
    )]
    private static partial void LogPoison(ILogger logger, string messageId, string queue, long count, string poison);
}
