namespace DurableTask.Core;

/// <summary>The state of an orchestration, as histories name it.</summary>
public enum OrchestrationStatus
{
    /// <summary>Started.</summary>
    Running,

    /// <summary>Ended with an output.</summary>
    Completed,

    /// <summary>Started over.</summary>
    ContinuedAsNew,

    /// <summary>Ended with a failure.</summary>
    Failed,

    /// <summary>Not used.</summary>
    Canceled,

    /// <summary>Ended by a client or its parent.</summary>
    Terminated,

    /// <summary>Scheduled, not started.</summary>
    Pending,

    /// <summary>Waiting to be resumed.</summary>
    Suspended,
}
