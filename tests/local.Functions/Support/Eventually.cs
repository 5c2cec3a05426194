using System.Diagnostics;

namespace FunctionsHost.Tests.Support;

/// <summary>Bounded waiting for something that happens on its own.</summary>
internal static class Eventually
{
    public static async Task<T> GetAsync<T>(Func<Task<T?>> read, string what, int seconds = 30)
        where T : class
    {
        Stopwatch watch = Stopwatch.StartNew();
        while (watch.Elapsed < TimeSpan.FromSeconds(seconds))
        {
            if (await read() is { } value)
            {
                return value;
            }

            await Task.Delay(50);
        }

        throw new AssertFailedException($"{what} did not happen within {seconds} s.");
    }

    public static Task TrueAsync(Func<bool> condition, string what, int seconds = 30) =>
        GetAsync(() => Task.FromResult(condition() ? "" : null), what, seconds);
}
