namespace Microsoft.Azure.Functions.Worker;

/// <summary>Makes a function an orchestrator.</summary>
[AttributeUsage(AttributeTargets.Parameter)]
public sealed class OrchestrationTriggerAttribute : TriggerBindingAttribute
{
    /// <summary>The orchestrator's name; the function's name when not set.</summary>
    public string? Orchestration { get; set; }
}
