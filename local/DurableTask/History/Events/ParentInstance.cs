namespace DurableTask.Core;

/// <summary>The orchestration that started a sub-orchestration.</summary>
public class ParentInstance
{
    /// <summary>The orchestrator's name.</summary>
    public string? Name { get; set; }

    /// <summary>The instance.</summary>
    public OrchestrationInstance? OrchestrationInstance { get; set; }

    /// <summary>The number of the call there.</summary>
    public int TaskScheduleId { get; set; }

    /// <summary>The version.</summary>
    public string? Version { get; set; }
}
