using System.Collections.Concurrent;
using DurableMl.Inference.Batching;

namespace Inference.Tests.Batching;

[TestClass]
public sealed class RunThreadsTests
{
    [TestMethod]
    public async Task Runs_that_wait_for_each_other_all_run_and_none_on_the_thread_pool()
    {
        const int Runs = 20;
        using var all = new CountdownEvent(Runs);
        var onPool = new ConcurrentBag<bool>();
        Task[] done = [.. Enumerable.Range(0, Runs).Select(_ =>
        {
            var end = new TaskCompletionSource();
            RunThreads.Execute(new Item(() =>
            {
                onPool.Add(Thread.CurrentThread.IsThreadPoolThread);
                all.Signal();
                all.Wait(Patience.Limit);
                end.SetResult();
            }));
            return end.Task;
        })];
        await Task.WhenAll(done).WaitAsync(Patience.Limit);

        Assert.IsTrue(all.IsSet);
        Assert.IsFalse(onPool.Contains(true));
    }

    [TestMethod]
    public async Task Every_run_is_done_however_they_come()
    {
        int done = 0;
        var end = new TaskCompletionSource();
        await Parallel.ForAsync(0, 5_000, (_, _) =>
        {
            RunThreads.Execute(new Item(() =>
            {
                if (Interlocked.Increment(ref done) == 5_000)
                {
                    end.SetResult();
                }
            }));
            return ValueTask.CompletedTask;
        });
        await end.Task.WaitAsync(Patience.Limit);
    }

    private sealed class Item(Action run) : IThreadPoolWorkItem
    {
        public void Execute() => run();
    }
}
