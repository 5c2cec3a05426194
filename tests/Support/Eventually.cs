using System.Diagnostics;

namespace DurableMl.Tests.Support;

/// <summary>Bounded waits for what happens on its own or in other processes.</summary>
public static class Eventually
{
    private static readonly TimeSpan ShortestPause = TimeSpan.FromMilliseconds(10);
    private static readonly TimeSpan LongestPause = TimeSpan.FromMilliseconds(100);

    /// <summary>Reads again and again until there is something.</summary>
    /// <param name="read">Gives null as long as there is nothing.</param>
    /// <param name="what">What is waited for, as the end of the message "Not within …: …".</param>
    /// <param name="detail">Said in the message, too: for what only the end of the wait can tell.</param>
    /// <param name="cancellationToken">Ends the wait.</param>
    /// <exception cref="TimeoutException">There was nothing for all of <see cref="Patience.Limit"/>.</exception>
    public static async Task<T> GetAsync<T>(Func<Task<T?>> read, string what, Func<string>? detail = null, CancellationToken cancellationToken = default)
        where T : class
    {
        ArgumentNullException.ThrowIfNull(read);
        long started = Stopwatch.GetTimestamp();
        while (true)
        {
            if (await read() is { } value)
            {
                return value;
            }

            TimeSpan waited = Stopwatch.GetElapsedTime(started);
            if (waited > Patience.Limit)
            {
                throw new TimeoutException($"Not within {Patience.Limit}: {what}. {detail?.Invoke()}");
            }

            // A look may cost three processes work: many tests that look all the time would keep the machine from what they wait for.
            await Task.Delay(TimeSpan.FromTicks(Math.Clamp(waited.Ticks / 10, ShortestPause.Ticks, LongestPause.Ticks)), cancellationToken);
        }
    }

    /// <summary>Waits until a condition holds; otherwise as <see cref="GetAsync"/>.</summary>
    public static Task TrueAsync(Func<Task<bool>> condition, string what, Func<string>? detail = null, CancellationToken cancellationToken = default) =>
        GetAsync<object>(async () => await condition() ? condition : null, what, detail, cancellationToken);

    /// <summary>Waits until a condition holds; otherwise as <see cref="GetAsync"/>.</summary>
    public static Task TrueAsync(Func<bool> condition, string what, Func<string>? detail = null, CancellationToken cancellationToken = default) =>
        TrueAsync(() => Task.FromResult(condition()), what, detail, cancellationToken);
}
