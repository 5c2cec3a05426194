using DurableMl.Orchestrations.FanOut;

namespace Orchestrations.Tests.FanOut;

[TestClass]
public class BoundedWindowTests
{
    [TestMethod]
    public async Task No_more_than_the_window_are_under_way_and_results_keep_the_items_order()
    {
        int running = 0;
        int most = 0;
        IReadOnlyList<int> results = await BoundedWindow.RunAsync([.. Enumerable.Range(0, 50)], 4, async item =>
        {
            most = Math.Max(most, Interlocked.Increment(ref running));
            await Task.Delay((50 - item) % 5);
            Interlocked.Decrement(ref running);
            return item * 2;
        });

        Assert.IsTrue(most <= 4, $"{most}");
        CollectionAssert.AreEqual(Enumerable.Range(0, 50).Select(i => i * 2).ToArray(), results.ToArray());
    }

    [TestMethod]
    public async Task After_a_failure_nothing_more_is_started_and_what_is_under_way_is_awaited()
    {
        var started = new List<int>();
        var slow = new TaskCompletionSource<int>();
        Task<IReadOnlyList<int>> all = BoundedWindow.RunAsync([0, 1, 2, 3], 2, item =>
        {
            started.Add(item);
            return item == 0 ? slow.Task : Task.FromException<int>(new InvalidDataException("broken"));
        });

        Assert.IsFalse(all.IsCompleted);
        slow.SetResult(1);
        await Assert.ThrowsExactlyAsync<InvalidDataException>(() => all);
        CollectionAssert.AreEqual(new[] { 0, 1 }, started);
    }

    [TestMethod]
    public async Task Nothing_to_do_is_done_at_once() =>
        Assert.AreEqual(0, (await BoundedWindow.RunAsync(Array.Empty<int>(), 3, Task.FromResult)).Count);
}
