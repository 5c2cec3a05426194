namespace Cli.Tests;

/// <summary>Bounded waits for what other processes do.</summary>
internal static class Eventually
{
    private static readonly TimeSpan Limit = TimeSpan.FromSeconds(60);

    public static async Task TrueAsync(Func<bool> condition)
    {
        var started = TimeProvider.System.GetTimestamp();
        while (!condition())
        {
            Assert.IsTrue(TimeProvider.System.GetElapsedTime(started) < Limit, "It did not come true within a minute.");
            await Task.Delay(20);
        }
    }
}
