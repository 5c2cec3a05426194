namespace Microsoft.Azure.Functions.Worker.Extensions.Abstractions;

/// <summary>Marks a binding whose value is a reference that the worker resolves.</summary>
[AttributeUsage(AttributeTargets.Class)]
public class SupportsDeferredBindingAttribute : Attribute
{
    /// <summary>Creates the attribute.</summary>
    public SupportsDeferredBindingAttribute() { }
}
