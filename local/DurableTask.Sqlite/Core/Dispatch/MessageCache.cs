using DurableTask.Core;
using DurableTask.Sqlite.Storage;

namespace DurableTask.Sqlite.Dispatch;

/// <summary>How much of what waits is held in memory; the rest is read from the file when its turn comes. Guarded by the dispatcher's lock.</summary>
internal sealed class MessageCache(long capacity)
{
    private long bytes;

    /// <summary>The message as it is to be held: without its content when there is no more room.</summary>
    public StoredMessage Keep(StoredMessage message)
    {
        if (message.Message is null || bytes + message.Size > capacity)
        {
            return message with { Message = null };
        }

        bytes += message.Size;
        return message;
    }

    /// <summary>Makes room when a message no longer waits.</summary>
    public void Release(TaskMessage? message, int size) => bytes -= message is null ? 0 : size;
}
