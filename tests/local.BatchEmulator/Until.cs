using System.Diagnostics;

namespace BatchEmulator.Tests;

/// <summary>Bounded waiting for what happens by and by.</summary>
internal static class Until
{
    private static readonly TimeSpan Longest = TimeSpan.FromSeconds(60);

    public static async Task TrueAsync(Func<Task<bool>> condition, string what, Func<string>? detail = null)
    {
        var watch = Stopwatch.StartNew();
        while (!await condition())
        {
            Assert.IsLessThan(Longest, watch.Elapsed, $"Not within {Longest}: {what}. {detail?.Invoke()}");
            await Task.Delay(20);
        }
    }

    public static Task TrueAsync(Func<bool> condition, string what) => TrueAsync(() => Task.FromResult(condition()), what);
}
