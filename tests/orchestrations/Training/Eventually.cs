namespace Orchestrations.Tests.Training;

/// <summary>Bounded waits for what other processes do.</summary>
internal static class Eventually
{
    public static async Task TrueAsync(Func<Task<bool>> condition, string what, TimeSpan? limit = null)
    {
        using var deadline = new CancellationTokenSource(limit ?? TimeSpan.FromSeconds(60));
        while (!await condition())
        {
            Assert.IsFalse(deadline.IsCancellationRequested, $"In time it was not so that {what}.");
            await Task.Delay(50);
        }
    }

    public static Task TrueAsync(Func<bool> condition, string what, TimeSpan? limit = null) => TrueAsync(() => Task.FromResult(condition()), what, limit);
}
