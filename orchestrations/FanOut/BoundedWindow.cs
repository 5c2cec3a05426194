namespace DurableMl.Orchestrations.FanOut;

/// <summary>Fan-out with a bounded number of tasks under way, for use inside orchestrators: it awaits nothing but the tasks it is given.</summary>
public static class BoundedWindow
{
    /// <summary>
    /// Runs <paramref name="start"/> for every item, at most <paramref name="window"/> at a time, and returns the results in the items'
    /// order. After a failure nothing more is started; what is under way is awaited, then the first failure is thrown.
    /// </summary>
    /// <param name="items">The items.</param>
    /// <param name="window">Tasks under way at a time, at least 1.</param>
    /// <param name="start">Starts the task of one item.</param>
    public static async Task<IReadOnlyList<TResult>> RunAsync<TItem, TResult>(
        IReadOnlyList<TItem> items, int window, Func<TItem, Task<TResult>> start)
    {
        ArgumentNullException.ThrowIfNull(items);
        ArgumentNullException.ThrowIfNull(start);
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(window);

        var all = new List<Task<TResult>>(items.Count);
        var pending = new List<Task<TResult>>(window);
        bool failed = false;
        while (pending.Count > 0 || (!failed && all.Count < items.Count))
        {
            while (!failed && pending.Count < window && all.Count < items.Count)
            {
                Task<TResult> task = start(items[all.Count]);
                all.Add(task);
                pending.Add(task);
            }

            Task<TResult> ended = await Task.WhenAny(pending);
            pending.Remove(ended);
            failed |= !ended.IsCompletedSuccessfully;
        }

        var results = new TResult[all.Count];
        for (int i = 0; i < results.Length; i++)
        {
            results[i] = await all[i];
        }

        return results;
    }
}
