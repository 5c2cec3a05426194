namespace Microsoft.DurableTask;

/// <summary>Names the external event that a type is the payload of.</summary>
/// <param name="name">The event's name; <c>null</c> takes the type's name.</param>
[AttributeUsage(AttributeTargets.Class | AttributeTargets.Struct, AllowMultiple = false, Inherited = false)]
public sealed class DurableEventAttribute(string? name = null) : Attribute
{
    /// <summary>The name; the default value when none was given.</summary>
    public TaskName Name { get; } = string.IsNullOrEmpty(name) ? default : new TaskName(name);
}
