namespace Microsoft.Azure.Functions.Worker;

/// <summary>Makes a function an entity.</summary>
[AttributeUsage(AttributeTargets.Parameter)]
public sealed class EntityTriggerAttribute : TriggerBindingAttribute
{
    /// <summary>The entity's name; the function's name when not set.</summary>
    public string? EntityName { get; set; }
}
