namespace DurableMl.Local.BatchEmulator.Scheduling;

/// <summary>Why running work is made to stop.</summary>
internal enum StopReason
{
    /// <summary>It is not.</summary>
    None,

    /// <summary>A request terminated the task or its job.</summary>
    Terminated,

    /// <summary>A request took the node away or disabled the job, asking that tasks be requeued.</summary>
    Requeued,

    /// <summary>The node was preempted, rebooted or lost; nobody asked for it on behalf of the task.</summary>
    NodeLost,

    /// <summary>A task of a job with higher priority needs the slots.</summary>
    Displaced,

    /// <summary>The task was deleted.</summary>
    Deleted,

    /// <summary>It ran longer than its constraint allows.</summary>
    WallClock,

    /// <summary>The emulator stops.</summary>
    Shutdown,
}
