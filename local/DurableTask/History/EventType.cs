namespace DurableTask.Core.History;

/// <summary>Kinds of history events.</summary>
public enum EventType
{
    /// <summary>An orchestration was started.</summary>
    ExecutionStarted,

    /// <summary>An orchestration ended.</summary>
    ExecutionCompleted,

    /// <summary>Not used.</summary>
    ExecutionFailed,

    /// <summary>An orchestration was terminated.</summary>
    ExecutionTerminated,

    /// <summary>An activity was scheduled.</summary>
    TaskScheduled,

    /// <summary>An activity completed.</summary>
    TaskCompleted,

    /// <summary>An activity failed.</summary>
    TaskFailed,

    /// <summary>A sub-orchestration was created.</summary>
    SubOrchestrationInstanceCreated,

    /// <summary>A sub-orchestration completed.</summary>
    SubOrchestrationInstanceCompleted,

    /// <summary>A sub-orchestration failed.</summary>
    SubOrchestrationInstanceFailed,

    /// <summary>A timer was created.</summary>
    TimerCreated,

    /// <summary>A timer fired.</summary>
    TimerFired,

    /// <summary>A turn started.</summary>
    OrchestratorStarted,

    /// <summary>A turn ended.</summary>
    OrchestratorCompleted,

    /// <summary>An event was sent to another instance.</summary>
    EventSent,

    /// <summary>An external event was raised.</summary>
    EventRaised,

    /// <summary>An orchestration continued as new.</summary>
    ContinueAsNew,

    /// <summary>Anything else.</summary>
    GenericEvent,

    /// <summary>A state of the history.</summary>
    HistoryState,

    /// <summary>An orchestration was suspended.</summary>
    ExecutionSuspended,

    /// <summary>An orchestration was resumed.</summary>
    ExecutionResumed,

    /// <summary>A failed orchestration was rewound.</summary>
    ExecutionRewound,
}
