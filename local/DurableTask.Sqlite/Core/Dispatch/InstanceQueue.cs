using System.Threading.Channels;

namespace DurableTask.Sqlite.Dispatch;

/// <summary>Instances that are ready, and how many are out. Guarded by the dispatcher's lock, but for the waits.</summary>
internal sealed class InstanceQueue(int limit)
{
    // An instance stands in it once, and has messages in the file: it is as long as the backlog on disk.
    private readonly Channel<Slot> ready = Channel.CreateUnbounded<Slot>();

    /// <summary>Sessions that wait for a message.</summary>
    public LinkedList<Slot> IdleSessions { get; } = [];

    /// <summary>How many instances are out.</summary>
    public int Running { get; set; }

    /// <summary>Whether instances wait for one of those that are out to come back.</summary>
    public bool IsCrowded => Running >= limit && ready.Reader.Count > 0;

    public void Add(Slot slot)
    {
        ready.Writer.TryWrite(slot);
        if (IsCrowded && IdleSessions.First is { } idle)
        {
            // A session that only waits makes room for an instance that could go on.
            IdleSessions.RemoveFirst();
            idle.Value.SessionWaiter?.TrySetResult();
        }
    }

    /// <summary>Waits for an instance.</summary>
    /// <returns><c>null</c> after the timeout or when dispatching stops.</returns>
    public ValueTask<Slot?> NextAsync(TimeSpan timeout, CancellationToken cancellationToken) => ready.Reader.NextAsync(timeout, cancellationToken);

    /// <summary>Waits for an instance of this queue or of another one.</summary>
    /// <returns><c>null</c> after the timeout or when dispatching stops.</returns>
    public async ValueTask<Slot?> NextOfEitherAsync(InstanceQueue other, TimeSpan timeout, CancellationToken cancellationToken)
    {
        using var limited = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        limited.CancelAfter(timeout);
        while (!limited.IsCancellationRequested)
        {
            if (ready.Reader.TryRead(out var slot) || other.ready.Reader.TryRead(out slot))
            {
                return slot;
            }

            using var second = CancellationTokenSource.CreateLinkedTokenSource(limited.Token);
            var either = await Task.WhenAny(ready.Reader.WaitToReadAsync(second.Token).AsTask(), other.ready.Reader.WaitToReadAsync(second.Token).AsTask());
            await second.CancelAsync();
            if (either is not { IsCompletedSuccessfully: true, Result: true })
            {
                break;
            }
        }

        return null;
    }

    /// <summary>Ends all waits.</summary>
    public void Stop() => ready.Writer.TryComplete();
}

internal static class ChannelReads
{
    /// <summary>Reads the next item.</summary>
    /// <returns><c>null</c> after the timeout, a cancellation, or the channel's end.</returns>
    public static async ValueTask<T?> NextAsync<T>(this ChannelReader<T> reader, TimeSpan timeout, CancellationToken cancellationToken)
        where T : class
    {
        if (cancellationToken.IsCancellationRequested)
        {
            return null;
        }

        if (reader.TryRead(out var item))
        {
            return item;
        }

        using var limit = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        limit.CancelAfter(timeout);
        try
        {
            return await reader.ReadAsync(limit.Token);
        }
        catch (Exception exception) when (exception is OperationCanceledException or ChannelClosedException)
        {
            return null;
        }
    }
}
