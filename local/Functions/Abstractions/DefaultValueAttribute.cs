namespace Microsoft.Azure.Functions.Worker.Extensions.Abstractions;

/// <summary>The value a binding attribute's property has in the metadata when it is not set.</summary>
[AttributeUsage(AttributeTargets.Property)]
public class DefaultValueAttribute : Attribute
{
    /// <summary>Creates the attribute for a text property.</summary>
    /// <param name="stringDefault">The value.</param>
    public DefaultValueAttribute(string stringDefault)
    {
        DefaultStringValue = stringDefault;
    }

    /// <summary>Creates the attribute for a property that is true or false.</summary>
    /// <param name="boolDefault">The value.</param>
    public DefaultValueAttribute(bool boolDefault)
    {
        DefaultBoolValue = boolDefault;
    }

    /// <summary>The value of a text property.</summary>
    public string? DefaultStringValue { get; }

    /// <summary>The value of a property that is true or false.</summary>
    public bool? DefaultBoolValue { get; }
}
