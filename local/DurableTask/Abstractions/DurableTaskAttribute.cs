namespace Microsoft.DurableTask;

/// <summary>Names a class-based orchestrator, activity or entity.</summary>
/// <param name="name">The name; <c>null</c> takes the class's name.</param>
[AttributeUsage(AttributeTargets.Class, AllowMultiple = false, Inherited = false)]
public sealed class DurableTaskAttribute(string? name = null) : Attribute
{
    /// <summary>The name; the default value when none was given.</summary>
    public TaskName Name { get; } = string.IsNullOrEmpty(name) ? default : new TaskName(name);

    /// <summary>The version; <c>null</c> means unversioned.</summary>
    public string? Version { get; set; }
}
