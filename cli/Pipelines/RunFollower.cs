using System.Runtime.CompilerServices;

namespace DurableMl.Cli.Pipelines;

/// <summary>Watches a run until it has ended, through restarts of the host.</summary>
/// <param name="client">The API.</param>
/// <param name="time">The clock.</param>
internal sealed class RunFollower(PipelinesClient client, TimeProvider time)
{
    /// <summary>How long after an answer the run is looked at again; longer where answers take long, since to give them is work that the run waits for.</summary>
    public TimeSpan Interval { get; init; } = TimeSpan.FromMilliseconds(500);

    private static readonly TimeSpan LongestInterval = TimeSpan.FromSeconds(5);

    /// <summary>How long the host may be away.</summary>
    public TimeSpan AwayLimit { get; init; } = TimeSpan.FromMinutes(2);

    /// <summary>Yields the run's document again and again, the ended run last.</summary>
    /// <exception cref="CliException">There is no such run, or the host stays away.</exception>
    public async IAsyncEnumerable<RunDocument> FollowAsync(string runId, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        var lastAnswer = time.GetTimestamp();
        while (true)
        {
            var asked = time.GetTimestamp();
            var run = await TryGetAsync(runId, lastAnswer, cancellationToken);
            var pause = TimeSpan.FromTicks(Math.Clamp(4 * time.GetElapsedTime(asked).Ticks, Interval.Ticks, Math.Max(Interval.Ticks, LongestInterval.Ticks)));
            if (run is not null)
            {
                lastAnswer = time.GetTimestamp();
                yield return run;
                if (run.HasEnded)
                {
                    yield break;
                }
            }

            await Task.Delay(pause, time, cancellationToken);
        }
    }

    private async Task<RunDocument?> TryGetAsync(string runId, long lastAnswer, CancellationToken cancellationToken)
    {
        try
        {
            return await client.GetAsync(runId, cancellationToken) ?? throw new CliException($"There is no run '{runId}'.");
        }
        catch (HostUnreachableException) when (time.GetElapsedTime(lastAnswer) < AwayLimit)
        {
            return null; // It may be restarting; the next look tells.
        }
        catch (HostUnreachableException exception)
        {
            throw new CliException(exception.Message, exception);
        }
    }
}
