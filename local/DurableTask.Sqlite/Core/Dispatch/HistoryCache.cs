using DurableTask.Core.History;

namespace DurableTask.Sqlite.Dispatch;

/// <summary>Histories of instances that ran lately, so that a turn need not read the file; the least recently used go first.</summary>
internal sealed class HistoryCache(long capacity)
{
    private readonly Gate gate = new();
    private readonly Dictionary<long, LinkedListNode<Entry>> nodes = [];
    private readonly LinkedList<Entry> byUse = [];
    private long size;

    /// <summary>The history of an instance, if it is here.</summary>
    public Entry? Find(long key)
    {
        lock (gate)
        {
            if (!nodes.TryGetValue(key, out var node))
            {
                return null;
            }

            byUse.Remove(node);
            byUse.AddFirst(node);
            return node.Value;
        }
    }

    /// <summary>Keeps a history that was read, or begun anew. Only who runs the instance calls this.</summary>
    public void Set(long key, int turns, List<HistoryEvent> events, long bytes)
    {
        lock (gate)
        {
            RemoveNode(key);
            nodes.Add(key, byUse.AddFirst(new Entry(key) { Events = events, Turns = turns, Bytes = bytes }));
            size += bytes;
            Trim();
        }
    }

    /// <summary>Adds the events of a turn, if the history up to it is here.</summary>
    public void Append(long key, int turn, IList<HistoryEvent> events, long bytes)
    {
        lock (gate)
        {
            if (nodes.TryGetValue(key, out var node) && node.Value.Turns == turn)
            {
                node.Value.Events.AddRange(events);
                node.Value.Turns = turn + 1;
                node.Value.Bytes += bytes;
                size += bytes;
                Trim();
            }
            else if (turn == 0)
            {
                Set(key, 1, [.. events], bytes);
            }
            else
            {
                RemoveNode(key);
            }
        }
    }

    public void Remove(long key)
    {
        lock (gate)
        {
            RemoveNode(key);
        }
    }

    public void Clear()
    {
        lock (gate)
        {
            nodes.Clear();
            byUse.Clear();
            size = 0;
        }
    }

    private void RemoveNode(long key)
    {
        if (nodes.Remove(key, out var node))
        {
            byUse.Remove(node);
            size -= node.Value.Bytes;
        }
    }

    private void Trim()
    {
        while (size > capacity && byUse.Last is { } last)
        {
            RemoveNode(last.Value.Key);
        }
    }

    internal sealed class Entry(long key)
    {
        public long Key => key;

        public required List<HistoryEvent> Events { get; init; }

        public required int Turns { get; set; }

        public required long Bytes { get; set; }
    }
}
