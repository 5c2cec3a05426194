namespace DurableTask.Tests;

/// <summary>Waits for something to become true, for some time at most.</summary>
static class Eventually
{
    static readonly TimeSpan Longest = TimeSpan.FromSeconds(20);
    static readonly TimeSpan Step = TimeSpan.FromMilliseconds(5);

    public static async Task Async(Func<Task<bool>> condition)
    {
        using CancellationTokenSource timeout = new(Longest);
        while (!await condition())
        {
            await Task.Delay(Step, timeout.Token);
        }
    }
}
