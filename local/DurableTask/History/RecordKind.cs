namespace Microsoft.DurableTask.History;

/// <summary>Kinds of stored history records. The numbers are in files: never change them.</summary>
enum RecordKind : byte
{
    TaskScheduled = 1,
    TaskCompleted = 2,
    TaskFailed = 3,
    SubOrchestrationCreated = 4,
    SubOrchestrationCompleted = 5,
    SubOrchestrationFailed = 6,
    TimerCreated = 7,
    TimerFired = 8,
    EventSent = 9,
    EventRaised = 10,
    Terminated = 11,
    Suspended = 12,
    Resumed = 13,
    Completed = 14,
    Rewound = 15,
    EntityRequested = 16,
    EntityResponded = 17,
    EntityUnlocked = 18,
}
