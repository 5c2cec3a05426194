namespace DurableMl.Local.BatchEmulator.Faults;

/// <summary>Faults that happen by themselves, in the same order for the same seed.</summary>
public sealed class FaultScheduleOptions
{
    /// <summary>Begins the sequence of chances.</summary>
    public int Seed { get; set; }

    /// <summary>Mean time between preemptions of spot nodes, exponentially distributed; none when absent.</summary>
    public TimeSpan? PreemptionInterval { get; set; }

    /// <summary>The chance, from 0 to 1, that a request is answered with 429.</summary>
    public double ThrottleProbability { get; set; }

    /// <summary>The chance, from 0 to 1, that a node that starts becomes unusable.</summary>
    public double NodeStartFailureProbability { get; set; }
}
