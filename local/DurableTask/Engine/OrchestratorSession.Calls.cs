using Microsoft.DurableTask.History;

namespace Microsoft.DurableTask.Engine;

/// <content>What the orchestrator asked for and waits for.</content>
partial class OrchestratorSession
{
    const string NonRetriable = "DurableTask.NonRetriable";

    readonly Dictionary<int, OpenCall> open = [];
    readonly Dictionary<string, EventQueue> events = new(StringComparer.OrdinalIgnoreCase);
    int nextId;

    OpenTask<T> Open<T>(string name, Func<int, HistoryRecord> decision)
    {
        OpenTask<T> call = new();
        HistoryRecord record = Decide(decision);
        open.Add(record.Id, new OpenCall(name, call));
        return call;
    }

    HistoryRecord Decide(Func<int, HistoryRecord> decision)
    {
        if (!synchronization.IsInTurn)
        {
            foreignAwait = true;
            throw new InvalidOperationException(ForeignAwaitMessage);
        }

        HistoryRecord record = decision(nextId++);
        record.Time = Now.Ticks;
        decisions.Add(record);
        return record;
    }

    void CancelTimer(int id, CancellationToken cancellation)
    {
        if (open.Remove(id, out OpenCall? call))
        {
            CancelledTimers.Add(id);
            OrchestratorSynchronizationContext.Complete(() => call.Task.Cancel(cancellation));
        }
    }

    public List<int> TakeCancelledTimers()
    {
        List<int> taken = CancelledTimers;
        CancelledTimers = [];
        return taken;
    }

    /// <summary>Gives an event to the newest waiter, or keeps it for the next.</summary>
    void Raise(HistoryRecord record)
    {
        EventQueue queue = QueueOf(record.Name!);
        if (queue.Waiters.Last is { } newest)
        {
            queue.Waiters.RemoveLast();
            newest.Value.Complete(record.Payload?.Read(payloads), Settings.Converter);
        }
        else
        {
            queue.Buffered.Enqueue(record);
        }
    }

    Task<T> WaitFor<T>(string name, CancellationToken cancellation)
    {
        if (cancellation.IsCancellationRequested)
        {
            return Task.FromCanceled<T>(cancellation);
        }

        EventQueue queue = QueueOf(name);
        OpenTask<T> waiter = new();
        if (queue.Buffered.TryDequeue(out HistoryRecord? record))
        {
            waiter.Complete(record.Payload?.Read(payloads), Settings.Converter);
            return waiter.Task;
        }

        LinkedListNode<OpenTask> node = queue.Waiters.AddLast(waiter);
        if (cancellation.CanBeCanceled)
        {
            cancellation.Register(() =>
            {
                if (node.List is not null)
                {
                    queue.Waiters.Remove(node);
                    OrchestratorSynchronizationContext.Complete(() => waiter.Cancel(cancellation));
                }
            });
        }

        return waiter.Task;
    }

    EventQueue QueueOf(string name)
    {
        if (!events.TryGetValue(name, out EventQueue? queue))
        {
            events.Add(name, queue = new EventQueue());
        }

        return queue;
    }

    sealed record OpenCall(string Name, OpenTask Task);

    sealed class EventQueue
    {
        public LinkedList<OpenTask> Waiters { get; } = new();

        public Queue<HistoryRecord> Buffered { get; } = new();
    }
}
