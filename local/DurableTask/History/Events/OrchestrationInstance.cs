namespace DurableTask.Core;

/// <summary>Identifies an execution of an orchestration.</summary>
public class OrchestrationInstance
{
    /// <summary>The instance id.</summary>
    public string? InstanceId { get; set; }

    /// <summary>The execution id; another one after each continue-as-new.</summary>
    public string? ExecutionId { get; set; }
}
