namespace Microsoft.Azure.Functions.Worker.Converters;

/// <summary>Says whether other converters may try after a binding's own ones did not.</summary>
[AttributeUsage(AttributeTargets.Class)]
public sealed class ConverterFallbackBehaviorAttribute : Attribute
{
    /// <summary>Creates the attribute.</summary>
    /// <param name="fallbackBehavior">Whether they may.</param>
    public ConverterFallbackBehaviorAttribute(ConverterFallbackBehavior fallbackBehavior)
    {
        Behavior = fallbackBehavior;
    }

    /// <summary>Whether they may.</summary>
    public ConverterFallbackBehavior Behavior { get; }
}
