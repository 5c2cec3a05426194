namespace DurableMl.Inference.Batching;

/// <summary>
/// Threads for runs that take long. ONNX Runtime keeps the thread that calls it; on the thread pool, which has as many threads as there
/// are cores and adds others only after a while, HTTP would stand still meanwhile. There are never more of these threads than runs at a
/// time, which each model's queue bounds; idle ones end.
/// </summary>
internal static class RunThreads
{
    private static readonly TimeSpan Linger = TimeSpan.FromSeconds(10);
    private static readonly Lock Gate = new();
    private static readonly Queue<IThreadPoolWorkItem> Waiting = [];
    private static readonly SemaphoreSlim Available = new(0);
    private static int idle;

    /// <summary>Executes <paramref name="item"/>, which throws nothing, on one of the threads.</summary>
    public static void Execute(IThreadPoolWorkItem item)
    {
        bool tooFew;
        lock (Gate)
        {
            Waiting.Enqueue(item);
            tooFew = Waiting.Count > idle;
            Available.Release();
        }

        if (tooFew)
        {
            Start();
        }
    }

    private static void Start()
    {
        try
        {
            new Thread(Work) { IsBackground = true, Name = "Model run" }.UnsafeStart();
        }
        catch (Exception e) when (e is OutOfMemoryException or ThreadStartException)
        {
            // The system has no thread left. A slow run on the pool is better than one that never comes.
            ThreadPool.UnsafeQueueUserWorkItem(static _ => Take(TimeSpan.Zero)?.Execute(), null);
        }
    }

    private static void Work()
    {
        while (Take(Linger) is { } item)
        {
            item.Execute();
        }
    }

    private static IThreadPoolWorkItem? Take(TimeSpan patience)
    {
        lock (Gate)
        {
            idle++;
        }

        bool called = Available.Wait(patience);
        lock (Gate)
        {
            idle--;

            // An item that came just as it gave up waiting counts on it.
            return called || Available.Wait(TimeSpan.Zero) ? Waiting.Dequeue() : null;
        }
    }
}
