namespace Microsoft.Azure.Functions.Worker.Converters;

/// <summary>Names a type that a converter makes.</summary>
[AttributeUsage(AttributeTargets.Class, AllowMultiple = true)]
public sealed class SupportedTargetTypeAttribute : Attribute
{
    /// <summary>Creates the attribute.</summary>
    /// <param name="targetType">The type.</param>
    public SupportedTargetTypeAttribute(Type targetType)
    {
        TargetType = targetType ?? throw new ArgumentNullException(nameof(targetType));
    }

    /// <summary>The type.</summary>
    public Type TargetType { get; }
}
