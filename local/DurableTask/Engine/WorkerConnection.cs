namespace Microsoft.DurableTask.Engine;

/// <summary>A worker attached to a hub.</summary>
sealed class WorkerConnection(WorkerSettings settings)
{
    public WorkerSettings Settings { get; } = settings;

    public WorkLimit Turns { get; } = new(settings.Options.Concurrency.MaximumConcurrentOrchestrationWorkItems);

    public WorkLimit Activities { get; } = new(settings.Options.Concurrency.MaximumConcurrentActivityWorkItems);

    public WorkLimit Entities { get; } = new(settings.Options.Concurrency.MaximumConcurrentEntityWorkItems);

    /// <summary>Whether it was detached: it gets no more work.</summary>
    public bool Detached { get; set; }
}
