namespace DurableMl.Orchestrations.Training;

/// <summary>How long to wait before looking again: the longer a wait has lasted, the longer the next pause, so that the number of looks grows with its logarithm.</summary>
/// <param name="Shortest">The shortest pause.</param>
/// <param name="Longest">The longest pause.</param>
/// <param name="Share">The pause as a share of the time waited so far.</param>
public sealed record PollSchedule(TimeSpan Shortest, TimeSpan Longest, double Share)
{
    /// <summary>For one trial: a second at first, a minute in the end.</summary>
    public static PollSchedule Trial { get; } = new(TimeSpan.FromSeconds(1), TimeSpan.FromMinutes(1), 0.05);

    /// <summary>The next pause after waiting for <paramref name="waited"/>.</summary>
    public TimeSpan After(TimeSpan waited)
    {
        TimeSpan pause = waited * Share;
        return pause < Shortest ? Shortest : pause > Longest ? Longest : pause;
    }
}
