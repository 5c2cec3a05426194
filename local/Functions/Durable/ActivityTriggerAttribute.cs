namespace Microsoft.Azure.Functions.Worker;

/// <summary>Makes a function an activity; the parameter is its input.</summary>
[AttributeUsage(AttributeTargets.Parameter)]
public sealed class ActivityTriggerAttribute : TriggerBindingAttribute
{
    /// <summary>The activity's name; the function's name when not set.</summary>
    public string? Activity { get; set; }
}
